"""What is left of what customers pay after what the provider takes: by customer, product, month or signer.

From usage: quantity × (unit price − unit cost), both frozen when the fact was metered; corrections count with their −1.
Pieces that a plan's fee pays for bring nothing of their own, so the fees stand beside them, as revenue without pieces.
Nothing is rounded before it is added up. Screen and export both ask here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, groupby
from typing import Any, TypeVar

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Charge, Usage
from .models.usage import UsageQuerySet
from .periods import Period

Facts = TypeVar("Facts", bound="QuerySet[Any]")
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
    customer_id: Any
    product: str
    month: date | None
    signer: str
    money: Margin


def _lines(period: Period) -> UsageQuerySet:
    return Usage.objects.between(period.start, period.end).order_by()


def total_margin(period: Period) -> Margin:
    """Everything in a period."""
    used = (_money(group) for group in _grouped(_lines(period), ()))
    return sum(chain(used, (row.money for row in _fees(period, "customer"))), Margin())


def margin_rows(period: Period, by: str) -> Iterator[Row]:
    """The report, in the order of its keys, one row at a time: there may be as many signers as usage."""
    used = _rows(_lines(period), by)
    if by == "signer":
        return chain(used, _fees(period, by))
    return _together(used, _fees(period, by))


def _together(used: Iterable[Row], fees: Iterable[Row]) -> Iterator[Row]:
    """Fees added to the row that they belong to; those of who used nothing come last."""
    rows = {(row.customer_id, row.product, row.month): row for row in used}
    for fee in fees:
        key = (fee.customer_id, fee.product, fee.month)
        rows[key] = replace(fee, money=rows[key].money + fee.money) if key in rows else fee
    yield from rows.values()


def signers_page(period: Period, start: int, count: int) -> list[Row]:
    """Some rows of the report by signer, without reading those before."""
    keys = _KEYS["signer"]
    people = _lines(period).values_list(*keys).distinct().order_by(*keys)[start : start + count]
    wanted = Q(pk__in=[])
    for _name, organisation, person in people:
        wanted |= Q(organisation=organisation, person=person)
    rows = list(_rows(_lines(period).filter(wanted), "signer"))
    if len(people) == count:
        return rows
    before = _lines(period).values_list(*keys).distinct().count()
    return rows + list(_fees(period, "signer"))[max(0, start - before) : max(0, start + count - before)]


def _fees(period: Period, by: str) -> Iterator[Row]:
    """Fees of plans in the same period; there are few. By signer they are nobody's: a row for each customer."""
    keys = _KEYS["customer" if by == "signer" else by]
    charges = Charge.objects.filter(occurred_at__gte=period.start, occurred_at__lt=period.end)
    amounts = _by_month(charges) if by == "month" else charges
    found: dict[tuple[Any, ...], Row] = {}
    for one in amounts.order_by(*keys).values(*keys, "quantity", "unit_price"):
        fee = _row(one, Margin(0, one["quantity"] * one["unit_price"]))
        key = tuple(one[name] for name in keys)
        found[key] = replace(fee, money=found[key].money + fee.money) if key in found else fee
    yield from found.values()


def _by_month(facts: Facts) -> Facts:
    return facts.annotate(month=TruncMonth("occurred_at", tzinfo=timezone.get_current_timezone()))


def _rows(lines: UsageQuerySet, by: str) -> Iterator[Row]:
    keys = _KEYS[by]
    if by == "month":
        lines = _by_month(lines)
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
        customer_id=key.get("organisation"),
        product=key.get("product", ""),
        month=month.date() if isinstance(month, datetime) else month,
        signer=key.get("person", ""),
        money=money,
    )
