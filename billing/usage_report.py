"""What was used in a period: the lines, and the totals that they add up to. Screen and exports both ask here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from customers.models import Organisation

from .flows.vat_on_top import rate_invoiced
from .models import TaxRule, Usage
from .models.usage import UsageQuerySet
from .money import to_cents
from .periods import Period

# What pieces are counted by before anything is rounded.
ALIKE = ("organisation", "product", "unit_price", "vat_rate")


@dataclass(frozen=True)
class Totals:
    """Signers and money of a period. Net is rounded once per product and unit price, VAT once per rate.

    ``untaxed`` is what of the net no VAT will be invoiced on, although its lines bear a rate.
    """

    quantity: int
    net: Decimal
    vat: Decimal
    untaxed: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def usage_lines(period: Period, organisation: Any = None) -> UsageQuerySet:
    """The lines of a period, oldest first; of one organisation, or for staff of all."""
    lines = Usage.objects.all() if organisation is None else Usage.objects.for_organisation(organisation)
    return (
        lines.between(period.start, period.end).select_related("organisation").order_by("occurred_at", "id")
    )


def totals_of(lines: UsageQuerySet, on: date | None = None) -> Totals:
    """What the lines add up to, with the VAT of an invoice by the tax rules of a day (today's)."""
    groups = lines.order_by().values_list(*ALIKE).annotate(quantity_sum=Sum("quantity"))
    return added_up(groups, on or timezone.localdate())


def added_up(groups: Iterable[tuple[Any, ...]], on: date) -> Totals:
    """The totals of pieces that were counted by ``ALIKE``.

    Aggregated before rounding: 1,000 signers at 0.0065 are 6.50, not 1,000 times 0.01. VAT is what the invoice will
    bear by the tax rules of a day: the rate that is frozen on each line, or none where the customer owes none.
    """
    quantity, net = 0, Decimal(0)
    nets: dict[Any, dict[Decimal, Decimal]] = {}
    for owner, _product, price, rate, count in groups:
        quantity += count
        line = to_cents(count * price)
        net += line
        by_rate = nets.setdefault(owner, {})
        by_rate[rate] = by_rate.get(rate, Decimal(0)) + line
    rules = TaxRule.objects.in_force(on)
    vat, untaxed = Decimal(0), Decimal(0)
    for customer in Organisation.objects.in_bulk(nets).values():
        for rate, base in nets[customer.pk].items():
            due = rate_invoiced(customer, rate, rules)
            vat += to_cents(base * due / 100)
            untaxed += base if due != rate else 0
    return Totals(quantity, to_cents(net), to_cents(vat), to_cents(untaxed))
