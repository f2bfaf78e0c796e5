"""The provider's daily counts, each explained by our purchases of that day, or listed."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.conf import settings

from ...models import Cause, DailyCount, Difference, Explanation, ProviderReading, Purchase
from .calls import CALLS, call_of
from .counts import Bought, Counted, gap
from .load import CHARGED, OF_DEAL, CostBook, deal_of, longest_window
from .write import BOOKED, Writer, close_by_itself

Kind = Difference.Kind


def compare_counts(reading: ProviderReading, since: datetime, writer: Writer, costs: CostBook) -> None:
    """Compare the days that have ended and were read lately. A day of which something waits still has its turn."""
    first = (reading.started_at - 3 * settings.RECONCILIATION_LOOK_BACK).astimezone(UTC).date()
    rows = newest_counts(max(first, since.astimezone(UTC).date() + timedelta(days=1)))
    by_day: dict[date, list[DailyCount]] = {}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)
    for day, counts in sorted(by_day.items()):
        if _end(day) + settings.RECONCILIATION_GRACE <= reading.started_at:
            bought = _bought_on(day, costs)
            for row in counts:
                _compare(row, bought.get(CALLS.get(row.scope, ""), Bought()), writer)


def newest_counts(first: date) -> list[DailyCount]:
    """The newest count of each day and call, from a day on."""
    newest = {
        (row.day, row.scope): row
        for row in DailyCount.objects.filter(day__gte=first).order_by("seen_at", "pk")
    }
    return [newest[key] for key in sorted(newest)]


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _end(day: date) -> datetime:
    return _start(day + timedelta(days=1))


def _bought_on(day: date, costs: CostBook) -> dict[str, Bought]:
    """What we know of a day, by call."""
    start, end, window = _start(day), _end(day), longest_window()
    purchases = Purchase.objects.filter(sent_at__gte=start - window, sent_at__lt=end + window).exclude(
        state__in=[Purchase.State.REFUSED, Purchase.State.WITHDRAWN, *Purchase.SENDABLE]
    )
    lines: dict[object, tuple[Decimal | None, int]] = {}
    explained = Explanation.objects.filter(purchase__in=purchases)
    for key, amount, requests in explained.values_list("purchase", "line__amount", "requests"):
        lines[key] = (None if amount is None else -amount, requests)
    tally: dict[str, _Tally] = {}
    for purchase in purchases.only(*OF_DEAL).iterator(chunk_size=2000):
        deal = deal_of(purchase, costs)
        if deal.end <= start or deal.start >= end:
            continue
        by_line, requests = lines.get(purchase.pk, (None, 0))
        is_inside = deal.start >= start and deal.end <= end and purchase.state in CHARGED
        tally.setdefault(call_of(purchase), _Tally()).add(
            is_inside=is_inside,
            by_price=_by_price(deal.costs[0], deal.unit_cost, deal.units, requests),
            by_line=by_line,
            requests=requests,
        )
    return {call: one.as_bought() for call, one in tally.items()}


def _by_price(whole: Decimal, unit_cost: Decimal | None, units: int, requests: int) -> Decimal:
    """What the wallet should have paid of it."""
    return whole - requests * unit_cost if unit_cost is not None and requests <= units else whole


class _Tally:
    """Adds the purchases of one call and day up."""

    def __init__(self) -> None:
        self._sure = self._border = self._in_parts = 0
        self._by_price = self._by_lines = self._border_amount = Decimal(0)

    def add(self, *, is_inside: bool, by_price: Decimal, by_line: Decimal | None, requests: int) -> None:
        """One purchase: what the wallet should have paid, and what its line says (none: nothing, or not found)."""
        if not is_inside:
            self._border += 1
            self._border_amount += max(by_price, by_line or Decimal(0))
            return
        self._sure += 1
        self._in_parts += bool(requests and by_line)
        self._by_price += by_price
        self._by_lines += by_line or Decimal(0)

    def as_bought(self) -> Bought:
        return Bought(
            self._sure, self._border, self._in_parts, self._by_price, self._by_lines, self._border_amount
        )


def _compare(row: DailyCount, bought: Bought, writer: Writer) -> None:
    key = f"count:{row.day:%Y-%m-%d}:{row.scope}"
    known = Difference.objects.filter(key=key).first()
    found = gap(Counted(row.wallet, row.subscription, row.amount), bought)
    if found is None:
        if known is not None:
            close_by_itself(known, BOOKED)
        return
    if known is not None:
        return
    writer.add(
        key,
        Kind.COUNT,
        _start(row.day),
        found.amount,
        expected=Decimal(bought.sure),
        actual=Decimal(row.wallet + row.subscription),
        daily_count=row,
        causes=_causes(row, found.calls),
    )


def _causes(row: DailyCount, calls: int) -> Iterable[str]:
    start = _start(row.day)
    same_day = Difference.objects.filter(
        kind__in=[Kind.EXTRA, Kind.MISSING, Kind.OTHER_AMOUNT],
        occurred_at__gte=start,
        occurred_at__lt=_end(row.day),
    )
    found = [Cause.SEE_LINES] if same_day.exists() else []
    if row.scope not in CALLS:
        found.append(Cause.OTHER_SERVICE)
    return [*found, Cause.DAY_BORDER, Cause.OUTSIDE if calls > 0 else Cause.NOT_CHARGED]
