"""The VAT that a customer pays us on top of a price: what their credit must cover."""

from decimal import ROUND_HALF_UP, Decimal

from customers.models import Organisation

# A public body pays the VAT to the state itself (split payment), as do companies on the list; abroad
# the reverse charge, or no VAT at all, applies.
PAYS_NO_VAT_TO_US = {
    Organisation.Kind.PUBLIC_BODY,
    Organisation.Kind.EU_BUSINESS,
    Organisation.Kind.FOREIGN,
}
STEP = Decimal("0.00000001")


def rate_on_top(organisation: Organisation, rate: Decimal) -> Decimal:
    """The rate in percent that this customer pays to us."""
    is_spared = organisation.kind in PAYS_NO_VAT_TO_US or organisation.is_on_split_list
    return Decimal(0) if is_spared else rate


def with_vat(organisation: Organisation, net: Decimal, rate: Decimal) -> Decimal:
    """What this customer pays us for so much without VAT, in EUR to eight decimals: not rounded to cents."""
    gross = net * (100 + rate_on_top(organisation, rate)) / 100
    return gross.quantize(STEP, rounding=ROUND_HALF_UP)
