"""From our rows to the two sides that are compared."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Q, QuerySet

from ...models import (
    Explanation,
    Price,
    ProviderLine,
    ProviderReading,
    Purchase,
    Reconciliation,
    RequestCount,
    Tariff,
)
from ..explain import CLOCKS_APART
from .calls import CALLS, HOSTS, ZERO, call_of, can_be_prepaid
from .sides import Certainty, Counters, Deal, Line, Pair, Plan

State = Purchase.State
CHARGED = (State.BOUGHT, State.LOST)
UNCLEAR = (State.SENDING, State.UNKNOWN, State.UNDECIDED)
# What a deal is made of: of a purchase's many columns only these are read.
OF_DEAL = (
    "product", "generation", "quantity", "tariff", "expected_cost", "state", "created_at", "sent_at", "settled_at",
)  # fmt: skip


class CostBook:
    """Every cost there ever was, in memory: a question to the database for each purchase would take hours."""

    def __init__(self) -> None:
        self._costs: dict[tuple[str, str], list[tuple[datetime, int, Decimal]]] = defaultdict(list)
        rows = Price.objects.filter(side=Price.Side.BUY)
        for product, tariff, since, number, amount in rows.values_list(
            "product", "tariff", "valid_from", "pk", "amount"
        ):
            self._costs[product, tariff].append((since, number, amount))
        for costs in self._costs.values():
            costs.sort()

    def at(self, product: str, tariff: str, moment: datetime) -> Decimal | None:
        """The cost of one piece at a moment; None when nobody knew one."""
        costs = self._costs.get((product, tariff), [])
        place = bisect_right(costs, moment, key=lambda cost: cost[0])
        return costs[place - 1][2] if place else None


def longest_window() -> timedelta:
    """From the earliest to the latest moment at which a purchase may have been booked."""
    return settings.PURCHASE_STALE_AFTER + settings.RECONCILIATION_LINE_DELAY + 2 * CLOCKS_APART


def window(purchase: Purchase) -> tuple[datetime, datetime]:
    """Between which moments a purchase may have been booked in time."""
    sent = purchase.sent_at or purchase.created_at
    answered = sent + settings.PURCHASE_STALE_AFTER
    if purchase.settled_at is not None:
        # One that staff decided was settled long after its call.
        answered = min(answered, purchase.settled_at)
    return sent - CLOCKS_APART, answered + CLOCKS_APART + settings.RECONCILIATION_LINE_DELAY


def deal_of(purchase: Purchase, costs: CostBook) -> Deal:
    """A purchase that was sent, as a deal."""
    call = call_of(purchase)
    sent = purchase.sent_at or purchase.created_at
    start, end = window(purchase)
    single = costs.at(purchase.product, Tariff.SINGLE, sent)
    return Deal(
        key=purchase.pk,
        call=call,
        host=HOSTS[call],
        units=purchase.quantity,
        costs=_costs(purchase, costs, sent),
        start=start,
        end=end,
        unit_cost=single if can_be_prepaid(call) else None,
        request_cost=costs.at(purchase.product, Tariff.SUBSCRIPTION, sent) or ZERO,
        certainty=Certainty.BOUGHT if purchase.state in CHARGED else Certainty.UNCLEAR,
    )


def _costs(purchase: Purchase, costs: CostBook, sent: datetime) -> tuple[Decimal, ...]:
    """What it may have cost by the wallet: at the price of its intent, and at that of its call, days later."""
    intended = costs.at(purchase.product, purchase.tariff, purchase.created_at)
    if intended is None:
        return (purchase.expected_cost,)
    # Options were bought along, at whatever they cost then.
    along = purchase.expected_cost - purchase.quantity * intended
    singles = (costs.at(purchase.product, Tariff.SINGLE, moment) for moment in (sent, purchase.created_at))
    found = [along + purchase.quantity * single for single in singles if single is not None]
    return tuple(dict.fromkeys(found)) or (purchase.expected_cost,)


def line_of(row: ProviderLine) -> Line:
    """A charge as the comparison sees it."""
    return Line(row.pk, row.at, -row.amount, row.host)


def begin() -> datetime | None:
    """From when on the books are compared: the first purchase ever sent. None when there was none."""
    first = Purchase.objects.filter(sent_at__isnull=False).order_by("sent_at").first()
    return first.sent_at - CLOCKS_APART if first and first.sent_at else None


def unjudged_lines(since: datetime, until: datetime, last: Reconciliation | None) -> "QuerySet[ProviderLine]":
    """Lines between two moments that nothing explains and that are not listed as a difference."""
    rows = ProviderLine.objects.filter(
        at__gte=since, at__lte=until, explanation=None, difference=None
    ).exclude(amount=0)
    if last is None:
        return rows
    return rows.filter(Q(at__gte=_waiting_since(last)) | Q(seen_at__gte=last.reading.started_at))


def _waiting_since(last: Reconciliation) -> datetime:
    return min(last.until, last.waiting_since or last.until)


def unjudged_purchases(
    until: datetime, last: Reconciliation | None, judged: ProviderReading | None
) -> "QuerySet[Purchase]":
    """Purchases that were sent, may have been charged, and are neither found nor listed."""
    rows = Purchase.objects.only(*OF_DEAL).filter(
        state__in=[*CHARGED, *UNCLEAR], sent_at__lte=until + CLOCKS_APART, explanation=None, difference=None
    )
    if last is None:
        return rows
    since = _waiting_since(last)
    if judged is not None:
        since = min(since, judged.started_at)
    # Settled late, by staff: sent long ago.
    is_news = Q(sent_at__gte=since - longest_window()) | Q(
        settled_at__gte=last.reading.started_at - longest_window()
    )
    return rows.filter(is_news | Q(state__in=UNCLEAR))


def readings_since(judged: ProviderReading | None) -> list[Counters]:
    """The counters from the last reading whose interval was judged, or from the first."""
    rows = ProviderReading.objects.order_by("started_at", "pk")
    if judged is not None:
        rows = rows.filter(started_at__gte=judged.started_at)
    counts: dict[int, list[RequestCount]] = defaultdict(list)
    for count in RequestCount.objects.filter(reading__in=rows):
        counts[count.reading_id].append(count)
    return [
        Counters(
            row.pk,
            row.started_at,
            row.ended_at,
            {one.reference: plan for one, plan in _plans(counts[row.pk])},
        )
        for row in rows
    ]


def _plans(counts: Iterable[RequestCount]) -> Iterable[tuple[RequestCount, Plan]]:
    for one in counts:
        if one.scope in CALLS and one.starts_at and one.expires_at:
            call = CALLS[one.scope]
            yield one, Plan(one.reference, call, one.available, one.total, one.starts_at, one.expires_at)


def pairs_before(lines: Iterable[Line], judged: ProviderReading | None, costs: CostBook) -> list[Pair]:
    """What was explained earlier, near in time to these lines or partly by counters that are judged only now."""
    near = Explanation.objects.filter(line__isnull=False).select_related("purchase", "line")
    first = min((line.at for line in lines), default=None)
    wanted = Q(pk__in=[])
    if first is not None:
        last = max(line.at for line in lines)
        wanted |= Q(line__at__gte=first - longest_window(), line__at__lte=last + longest_window())
    since = judged.started_at if judged else None
    in_part = Q(requests__gt=0)
    wanted |= in_part & Q(line__at__gte=since - longest_window()) if since else in_part
    pairs = []
    for row in near.filter(wanted).iterator(chunk_size=2000):
        deal = deal_of(row.purchase, costs)
        is_judged = judged is not None and deal.end <= judged.ended_at
        requests = 0 if is_judged else row.requests
        if row.line is not None:
            pairs.append(Pair(line_of(row.line), deal, row.choices, requests))
    return pairs
