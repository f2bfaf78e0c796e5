"""What was used in a period: the lines, and the totals that they add up to. Screen and exports both ask here."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from .models import Usage
from .models.usage import UsageQuerySet
from .money import to_cents
from .periods import Period


@dataclass(frozen=True)
class Totals:
    """Signers and money of a period. Net is rounded once per product and unit price, VAT once per rate."""

    quantity: int
    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def usage_lines(period: Period, organisation: Any = None) -> UsageQuerySet:
    """The lines of a period, oldest first; of one organisation, or for staff of all."""
    lines = Usage.objects.all() if organisation is None else Usage.objects.for_organisation(organisation)
    return (
        lines.between(period.start, period.end).select_related("organisation").order_by("occurred_at", "id")
    )


def totals_of(lines: UsageQuerySet) -> Totals:
    """What the lines add up to.

    Aggregated before rounding: 1,000 signers at 0.0065 are 6.50, not 1,000 times 0.01.
    """
    groups = (
        lines.order_by()
        .values("organisation", "product", "unit_price", "vat_rate")
        .annotate(quantity_sum=Sum("quantity"))
    )
    quantity, net = 0, Decimal(0)
    net_by_rate: dict[tuple[Any, Decimal], Decimal] = {}
    for group in groups:
        quantity += group["quantity_sum"]
        line = to_cents(group["quantity_sum"] * group["unit_price"])
        net += line
        key = (group["organisation"], group["vat_rate"])
        net_by_rate[key] = net_by_rate.get(key, Decimal(0)) + line
    vat = sum((to_cents(base * rate / 100) for (_, rate), base in net_by_rate.items()), Decimal(0))
    return Totals(quantity, to_cents(net), to_cents(vat))
