"""Which steps the form of an order has: generated from the product's family (contract, section 4.2)."""

from dataclasses import dataclass

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
    ProductFamily.RENEWAL: (RENEWAL, OPTIONS),
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


@dataclass(frozen=True)
class Step:
    """One page of the form."""

    name: str
    title: str


def names_of(order: Order) -> tuple[str, ...]:
    """The steps of an order, by name and in order, without the review."""
    return STEPS_OF[order.product_family]


def steps_of(order: Order) -> list[Step]:
    """All pages of an order's form, the review last."""
    return [Step(name, title_of(order, name)) for name in (*names_of(order), REVIEW)]


def title_of(order: Order, name: str) -> str:
    """What a step is called: where something is shipped, options begin with the address."""
    if name == OPTIONS and (order.facts.is_shipped or order.product_family is ProductFamily.SHIPPING):
        return str(_("Shipping"))
    return str(TITLES[name])


def after(order: Order, name: str) -> str:
    """The step that comes next."""
    names = (*names_of(order), REVIEW)
    return names[names.index(name) + 1]
