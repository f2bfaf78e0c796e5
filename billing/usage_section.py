"""What the usage section shows: totals and series of a period, by product or by who pays, from usage by the day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth, TruncYear

from .models import UsageDay
from .models.usage_day import UsageDayQuerySet
from .periods import Period
from .usage_report import ALIKE, Totals, added_up

STEPS = ("day", "month", "year")
SPLITS = ("product", "funding")
# More bars than this tell nobody anything.
MOST_BARS = 400
FEW_DAYS, FEW_YEARS = 62, 3 * 366
TRUNCATED = {"month": TruncMonth("day"), "year": TruncYear("day")}


def days_in(period: Period, organisation: Any = None) -> UsageDayQuerySet:
    """The days of a period; of one organisation, or for staff of all."""
    days = UsageDay.objects.all() if organisation is None else UsageDay.objects.for_organisation(organisation)
    return days.filter(day__gte=period.first, day__lte=period.last)


def totals_in(period: Period, organisation: Any = None) -> Totals:
    """What a period adds up to: the same to the cent as ``usage_report.totals_of`` its facts on its last day."""
    groups = (
        days_in(period, organisation).order_by().values_list(*ALIKE).annotate(quantity_sum=Sum("quantity"))
    )
    return added_up(groups, period.last)


def pieces_in(period: Period, organisation: Any) -> int:
    """How many pieces were used in a period."""
    return days_in(period, organisation).aggregate(sum=Sum("quantity"))["sum"] or 0


def lines_in(period: Period, organisation: Any) -> int:
    """How many facts a period has."""
    return days_in(period, organisation).aggregate(sum=Sum("lines"))["sum"] or 0


@dataclass
class Bar:
    """One day, month or year: pieces by product or payer, and what they cost without VAT, unrounded."""

    first: date
    pieces: dict[str, int] = field(default_factory=dict)
    net: Decimal = Decimal(0)

    @property
    def total(self) -> int:
        return sum(self.pieces.values())


@dataclass(frozen=True)
class Series:
    """The bars of a period, without a gap from the first that has anything to the last; ``keys`` by their sums."""

    step: str
    split: str
    bars: list[Bar]
    sums: Mapping[str, int]

    @property
    def keys(self) -> list[str]:
        return list(self.sums)

    @property
    def total(self) -> int:
        return sum(self.sums.values())

    @property
    def most(self) -> int:
        """The height of the highest bar; never below 1."""
        return max([1, *(bar.total for bar in self.bars)])

    @property
    def busiest(self) -> Bar | None:
        """The first of the highest bars."""
        return max(self.bars, key=lambda bar: bar.total, default=None)


def step_for(period: Period, wanted: str = "") -> str:
    """The step asked for, or the one that suits the period; a coarser one where there would be too many bars."""
    days = (period.last - period.first).days + 1
    step = (
        wanted if wanted in STEPS else "day" if days <= FEW_DAYS else "month" if days <= FEW_YEARS else "year"
    )
    if step == "day" and days > MOST_BARS:
        step = "month"
    if step == "month" and days > MOST_BARS * 31:
        step = "year"
    return step


def series_of(period: Period, organisation: Any, step: str, split: str) -> Series:
    """A period's pieces, step by step."""
    rows = grouped(period, organisation, step, split, "unit_price")
    bars: dict[date, Bar] = {}
    sums: dict[str, int] = {}
    for first, key, price, count in rows:
        bar = bars.setdefault(first, Bar(first))
        bar.pieces[key] = bar.pieces.get(key, 0) + count
        bar.net += count * price
        sums[key] = sums.get(key, 0) + count
    ordered = dict(sorted(sums.items(), key=lambda one: (-one[1], one[0])))
    return Series(step, split, _without_gaps(bars, step), ordered)


def grouped(period: Period, organisation: Any, step: str, *fields: str) -> Iterable[tuple[Any, ...]]:
    """Pieces by step and fields, in their order."""
    days = days_in(period, organisation).order_by()
    bucket = "day"
    if step in TRUNCATED:
        days, bucket = days.annotate(bucket=TRUNCATED[step]), "bucket"
    return days.values_list(bucket, *fields).annotate(quantity_sum=Sum("quantity")).order_by(bucket, *fields)


def _without_gaps(bars: dict[date, Bar], step: str) -> list[Bar]:
    if not bars:
        return []
    day, last, found = min(bars), max(bars), []
    while day <= last:
        found.append(bars.get(day) or Bar(day))
        day = _next(day, step)
    return found


def _next(day: date, step: str) -> date:
    if step == "day":
        return day + timedelta(days=1)
    if step == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date(day.year + 1, 1, 1)


def period_before(period: Period) -> Period:
    """As many days right before it."""
    days = (period.last - period.first).days + 1
    return Period(period.first - timedelta(days=days), period.first - timedelta(days=1))
