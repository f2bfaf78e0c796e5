"""What a customer agrees to when ordering: the sentences as they are shown, kept with the order word by word."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Organisation
from upstream import ProductFamily

from .models import Order


@dataclass(frozen=True)
class Consent:
    """One box to tick. ``name`` stays the same when the words change."""

    name: str
    text: str | Promise


HOLDER = Consent(
    "holder",
    _(
        "The data are as on the ID document, and the holder knows that they go to the maker, who issues the "
        "certificate."
    ),
)
CONTACT = Consent(
    "holder", _("The holder knows that their e-mail and mobile go to the maker, who writes to them.")
)
# Codice del consumo, art. 59(1)(o): the right of withdrawal ends when a digital service was fully performed, if it was
# begun at the consumer's express request.
EARLY_START = Consent(
    "early_start",
    _(
        "I want you to begin at once, although I may withdraw within 14 days, and I know that this right ends when the "
        "signature has been issued."
    ),
)


def consents_of(order: Order) -> list[Consent]:
    """The boxes that this order has."""
    family = order.product_family
    asked: list[Consent] = []
    if family in {ProductFamily.STANDARD, ProductFamily.ARUBA}:
        asked.append(HOLDER)
    elif family in {ProductFamily.VIDEO, ProductFamily.FOREIGN, ProductFamily.RENEWAL}:
        asked.append(CONTACT)
    if order.organisation.kind == Organisation.Kind.CONSUMER and family is not ProductFamily.SHIPPING:
        asked.append(EARLY_START)
    return asked
