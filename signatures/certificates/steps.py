"""Which steps the form of an order has: generated from the product's family (contract, section 4.2)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from upstream import ProductFamily

from .models import Order

PERSON, BIRTH, RESIDENCE, DOCUMENT, PICTURES = "person", "birth", "residence", "document", "pictures"
OPTIONS, RENEWAL, RECOGNITION, REVIEW = "options", "renewal", "recognition", "review"

_WHOLE = (PERSON, BIRTH, RESIDENCE, DOCUMENT, PICTURES, OPTIONS)
# The review comes last everywhere.
STEPS_OF: dict[ProductFamily, tuple[str, ...]] = {
    ProductFamily.STANDARD: _WHOLE,
    ProductFamily.ARUBA: _WHOLE,
    # The maker asks the holder for everything else.
    ProductFamily.VIDEO: (PERSON, OPTIONS),
    ProductFamily.FOREIGN: (PERSON, OPTIONS),
    ProductFamily.SHIPPING: (OPTIONS,),
    ProductFamily.RENEWAL: (RENEWAL, PERSON, OPTIONS),
    ProductFamily.RECOGNITION: (RECOGNITION,),
}

TITLES: dict[str, Promise] = {
    PERSON: _("Holder"),
    BIRTH: _("Birth"),
    RESIDENCE: _("Residence"),
    DOCUMENT: _("ID document"),
    PICTURES: _("Pictures"),
    OPTIONS: _("Options"),
    RENEWAL: _("Certificate"),
    RECOGNITION: _("Order"),
    REVIEW: _("Review"),
}


# Options that the provider takes from a family (contract, section 4.2), by their names in ``catalogue.products``.
_HANDLING = ("urgency", "assistance")
_SHIPPING = ("priority_shipping", "express_shipping")
OPTIONS_OF: dict[ProductFamily, tuple[str, ...]] = {
    ProductFamily.STANDARD: (*_SHIPPING, *_HANDLING),
    ProductFamily.ARUBA: ("video", *_SHIPPING, *_HANDLING),
    ProductFamily.VIDEO: _HANDLING,
    ProductFamily.FOREIGN: ("assistance",),
    ProductFamily.SHIPPING: (*_SHIPPING, *_HANDLING),
    ProductFamily.RENEWAL: ("assistance",),
    ProductFamily.RECOGNITION: (),
}


def is_shipped(order: Order) -> bool:
    """Whether something travels to an address that the order must name (with video, the maker asks for it)."""
    return order.facts.is_shipped and order.product_family is not ProductFamily.VIDEO


def title_of(order: Order, name: str) -> str:
    """What a step is called: where something is shipped, options begin with the address."""
    return str(_("Shipping") if name == OPTIONS and is_shipped(order) else TITLES[name])
