"""The VAT that a customer pays us on top of a price: what their credit must cover.

The same dated rules that their invoice will follow say it: a public body pays the VAT to the state itself as long as
split payment lasts, abroad none is due, and a seller whose regime knows no VAT asks nobody for it.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

from customers.models import Organisation

from ..models import TaxRule, VatRate
from .vat_treatment import customer_of

STEP = Decimal("0.00000001")


def rate_on_top(
    organisation: Organisation, rate: Decimal, rules: Mapping[str, TaxRule] | None = None
) -> Decimal:
    """The rate in percent that this customer pays to us, by the rules of a day (``TaxRule.objects.in_force``: today's).

    Where nobody has decided yet, the rate: what is held is given back more easily than asked for afterwards.
    """
    if rules is None:
        rules = TaxRule.objects.in_force(timezone.localdate())
    rule = rules.get(customer_of(organisation))
    return Decimal(0) if rule and (rule.nature or rule.is_split) else rate


def rate_shown(organisation: Organisation, at: datetime) -> Decimal:
    """The rate beside a price before anything is ordered: the one that its invoice will bear."""
    rules = TaxRule.objects.in_force(timezone.localdate(at))
    return rate_invoiced(organisation, VatRate.objects.at(at).rate, rules)


def rate_invoiced(organisation: Organisation, rate: Decimal, rules: Mapping[str, TaxRule]) -> Decimal:
    """The rate that stands on this customer's invoice by these rules: none where none is due.

    A public body's is on its invoice, although it pays the VAT to the state. Where nobody has decided yet, the rate.
    """
    rule = rules.get(customer_of(organisation))
    return Decimal(0) if rule and rule.nature else rate


def with_vat(organisation: Organisation, net: Decimal, rate: Decimal) -> Decimal:
    """What this customer pays us for so much without VAT, in EUR to eight decimals: not rounded to cents."""
    gross = net * (100 + rate_on_top(organisation, rate)) / 100
    return gross.quantize(STEP, rounding=ROUND_HALF_UP)
