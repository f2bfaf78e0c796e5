"""What is left of what customers pay after what the provider takes: by customer, product, month or signer.

From usage alone: quantity × (unit price − unit cost), both frozen when the fact was metered; corrections count with
their −1. Nothing is rounded before it is added up. Screen and export both ask here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Usage
from .models.usage import UsageQuerySet
from .periods import Period

CHUNK = 2000
GROUPINGS = {
    "customer": _("Customer"),
    "product": _("Product"),
    "month": _("Month"),
    "signer": _("Signer"),
}
_KEYS = {
    "customer": ("organisation__name", "organisation"),
    "product": ("product",),
    "month": ("month",),
    "signer": ("organisation__name", "organisation", "person"),
}


@dataclass(frozen=True)
class Margin:
    """Pieces, and EUR without VAT, unrounded."""

    quantity: int = 0
    revenue: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)

    def __add__(self, other: "Margin") -> "Margin":
        return Margin(self.quantity + other.quantity, self.revenue + other.revenue, self.cost + other.cost)

    @property
    def margin(self) -> Decimal:
        return self.revenue - self.cost

    @property
    def percent(self) -> Decimal | None:
        """Of the revenue; none without any."""
        return self.margin * 100 / self.revenue if self.revenue else None


@dataclass(frozen=True)
class Row:
    """A line of the report: what it is about (customer, product, month or signer), and its money."""

    customer: str
    product: str
    month: date | None
    signer: str
    money: Margin


def _lines(period: Period) -> UsageQuerySet:
    return Usage.objects.between(period.start, period.end).order_by()


def total_margin(period: Period) -> Margin:
    """Everything in a period."""
    return sum((_money(group) for group in _grouped(_lines(period), ())), Margin())


def margin_rows(period: Period, by: str) -> Iterator[Row]:
    """The report, in the order of its keys, one row at a time: there may be as many signers as usage."""
    return _rows(_lines(period), by)


def signers_page(period: Period, start: int, count: int) -> list[Row]:
    """Some rows of the report by signer, without reading those before."""
    keys = _KEYS["signer"]
    people = _lines(period).values_list(*keys).distinct().order_by(*keys)[start : start + count]
    wanted = Q(pk__in=[])
    for _name, organisation, person in people:
        wanted |= Q(organisation=organisation, person=person)
    return list(_rows(_lines(period).filter(wanted), "signer"))


def _rows(lines: UsageQuerySet, by: str) -> Iterator[Row]:
    keys = _KEYS[by]
    if by == "month":
        lines = lines.annotate(month=TruncMonth("occurred_at", tzinfo=timezone.get_current_timezone()))
    groups = _grouped(lines, keys).order_by(*keys, "unit_price", "unit_cost").iterator(chunk_size=CHUNK)
    for key, of_key in groupby(groups, key=lambda group: [group[name] for name in keys]):
        yield _row(dict(zip(keys, key, strict=True)), sum((_money(group) for group in of_key), Margin()))


def _grouped(lines: UsageQuerySet, keys: tuple[str, ...]) -> Any:
    """Money by key and price: the database adds whole pieces, and no decimals (SQLite's would be floating point)."""
    return lines.values(*keys, "unit_price", "unit_cost").annotate(pieces=Sum("quantity"))


def _money(group: dict[str, Any]) -> Margin:
    pieces = group["pieces"]
    return Margin(pieces, pieces * group["unit_price"], pieces * group["unit_cost"])


def _row(key: dict[str, Any], money: Margin) -> Row:
    month = key.get("month")
    return Row(
        customer=key.get("organisation__name", ""),
        product=key.get("product", ""),
        month=month.date() if isinstance(month, datetime) else month,
        signer=key.get("person", ""),
        money=money,
    )
