"""What something will cost a customer, shown before anything is bought."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from customers.models import Organisation

from ..models import Price
from ..money import to_cents
from .vat_on_top import rate_shown


@dataclass(frozen=True)
class Quote:
    """A price before it is accepted: EUR, rounded once per line and once for VAT."""

    quantity: int
    unit_price: Decimal
    vat_rate: Decimal
    net: Decimal
    vat: Decimal
    sale: Price

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def quote(organisation: Organisation, product: str, quantity: int, at: datetime) -> Quote:
    """The price of so many pieces for this customer at this time. Raises ``PriceMissing``."""
    sale = Price.objects.sale(product, organisation, at)
    rate = rate_shown(organisation, at)
    net = to_cents(quantity * sale.amount)
    return Quote(quantity, sale.amount, rate, net, to_cents(net * rate / 100), sale)
