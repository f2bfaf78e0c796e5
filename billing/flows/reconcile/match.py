"""Which line belongs to which deal, by amount, host and time.

Deals of one amount and host are intervals of time, and lines are moments: taking the lines in their order, each for the
open deal that ends first, explains as many as can be explained. Whatever came before a moment is decided by what
came before it, so a comparison in pieces finds the same as one of everything at once.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from .sides import Deal, Line, Pair

# A line that could stay with another deal is moved there when that helps; nobody looks further than this.
FARTHEST = 2_000
Costs = Callable[[Deal], Iterable[tuple[Decimal, int]]]


def whole(deal: Deal) -> Iterable[tuple[Decimal, int]]:
    """Paid by the wallet alone, at its likeliest price."""
    return [(deal.costs[0], 0)]


def any_whole(deal: Deal) -> Iterable[tuple[Decimal, int]]:
    """Paid by the wallet alone, at any price that it may have had."""
    return [(cost, 0) for cost in deal.costs]


def any_cost(deal: Deal) -> Iterable[tuple[Decimal, int]]:
    """Paid by the wallet, wholly or in part."""
    return [*any_whole(deal), *deal.part_costs()]


@dataclass(slots=True)
class _Offer:
    """A deal at one of its costs."""

    deal: Deal
    requests: int


@dataclass(slots=True)
class Class:
    """All deals that may have cost the same at the same host, by their beginning."""

    offers: list[_Offer] = field(default_factory=list)
    starts: list[datetime] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)
    longest: timedelta = timedelta(0)

    def close(self) -> None:
        """Sort, once all are in."""
        self.offers.sort(key=lambda offer: (offer.deal.start, offer.deal.end, str(offer.deal.key)))
        self.starts = [offer.deal.start for offer in self.offers]
        self.ends = sorted(offer.deal.end for offer in self.offers)
        self.longest = max((offer.deal.end - offer.deal.start for offer in self.offers), default=timedelta(0))

    def count(self, at: datetime) -> int:
        """How many deals may have been booked at this moment."""
        return bisect_right(self.starts, at) - bisect_left(self.ends, at)

    def fitting(self, at: datetime) -> list[_Offer]:
        """Those deals, in their order."""
        begun = self.offers[bisect_left(self.starts, at - self.longest) : bisect_right(self.starts, at)]
        return [offer for offer in begun if offer.deal.end >= at]


class Offers:
    """Deals by host and cost."""

    def __init__(self, deals: Iterable[Deal], costs: Costs) -> None:
        self._classes: dict[tuple[str, Decimal], Class] = defaultdict(Class)
        for deal in deals:
            seen = set()
            for cost, requests in costs(deal):
                if cost not in seen:
                    seen.add(cost)
                    self._classes[deal.host, cost].offers.append(_Offer(deal, requests))
        for one in self._classes.values():
            one.close()
        self._hosts = sorted({host for host, _ in self._classes})

    def keys(self, line: Line) -> list[tuple[str, Decimal]]:
        """Where a line may belong, by host and cost; without a host, anywhere."""
        hosts = [line.host] if line.host else self._hosts
        return [(host, line.amount) for host in hosts if (host, line.amount) in self._classes]

    def of(self, host: str, cost: Decimal) -> Class:
        """The deals of a host that may have cost so much."""
        return self._classes[host, cost]

    def classes(self, line: Line) -> list[Class]:
        """Where a line may belong."""
        if line.host:
            one = self._classes.get((line.host, line.amount))
            return [] if one is None else [one]
        return [self._classes[key] for key in self.keys(line)]

    def fitting(self, line: Line) -> list[_Offer]:
        """All deals that a line fits."""
        return [offer for one in self.classes(line) for offer in one.fitting(line.at)]

    def choices(self, line: Line) -> int:
        """How many deals a line fits."""
        return sum(one.count(line.at) for one in self.classes(line))

    def counted(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Pairs, each with the number of deals that its line fits."""
        return [Pair(pair.line, pair.deal, self.choices(pair.line), pair.requests) for pair in pairs]


def match(
    lines: Sequence[Line], deals: Sequence[Deal], costs: Costs = whole
) -> tuple[list[Pair], list[Line]]:
    """Explain as many lines as can be by these deals, each once; the pairs, and the lines left over, by time."""
    if not lines or not deals:
        return [], list(lines)
    offers = Offers(deals, costs)
    heaps: dict[int, tuple[list[tuple[datetime, datetime, str, _Offer]], list[int]]] = {}
    taken: set[object] = set()
    pairs, left = [], []
    for line in sorted(lines, key=lambda line: (line.at, str(line.key))):
        best: tuple[datetime, datetime, str, _Offer] | None = None
        for one in offers.classes(line):
            heap, begun = heaps.setdefault(id(one), ([], [0]))
            _open(one, heap, begun, line.at)
            while heap and (heap[0][0] < line.at or heap[0][3].deal.key in taken):
                heapq.heappop(heap)
            if heap and (best is None or heap[0][:3] < best[:3]):
                best = heap[0]
        if best is None:
            left.append(line)
            continue
        taken.add(best[3].deal.key)
        pairs.append(Pair(line, best[3].deal, requests=best[3].requests))
    return pairs, left


def _open(
    one: Class, heap: list[tuple[datetime, datetime, str, _Offer]], begun: list[int], at: datetime
) -> None:
    """Put the deals that have begun by a moment on the heap of the class, the one that ends first on top."""
    while begun[0] < len(one.offers) and one.starts[begun[0]] <= at:
        offer = one.offers[begun[0]]
        heapq.heappush(heap, (offer.deal.end, offer.deal.start, str(offer.deal.key), offer))
        begun[0] += 1


def improve(
    pairs: list[Pair], left: list[Line], deals: Sequence[Deal], costs: Costs
) -> tuple[list[Pair], list[Line]]:
    """Explain a line more by moving others, where deals may have cost several amounts: shortest way first."""
    if not left or not deals:
        return pairs, left
    offers = Offers([*(pair.deal for pair in pairs), *deals], costs)
    by_deal = {pair.deal.key: pair for pair in pairs}
    free = {deal.key for deal in deals}
    still_left = []
    for line in left:
        way = _way_out(line, offers, by_deal, free)
        if way is None:
            still_left.append(line)
            continue
        for moved, offer in way:
            by_deal[offer.deal.key] = Pair(moved, offer.deal, requests=offer.requests)
            free.discard(offer.deal.key)
    return sorted(by_deal.values(), key=lambda pair: (pair.line.at, str(pair.line.key))), still_left


def _way_out(
    line: Line, offers: Offers, by_deal: dict[object, Pair], free: set[object]
) -> list[tuple[Line, _Offer]] | None:
    """Who must take whom so that this line finds a free deal; None when there is no way."""
    came: dict[object, tuple[Line, _Offer, object]] = {}
    queue: list[tuple[Line, object]] = [(line, None)]
    at = 0
    while at < len(queue) and len(came) < FARTHEST:
        current, before = queue[at]
        at += 1
        for offer in offers.fitting(current):
            key = offer.deal.key
            if key in came:
                continue
            came[key] = (current, offer, before)
            if key in free:
                return _walk_back(key, came)
            if key in by_deal:
                queue.append((by_deal[key].line, key))
    return None


def _walk_back(key: object, came: dict[object, tuple[Line, _Offer, object]]) -> list[tuple[Line, _Offer]]:
    way = []
    at: object = key
    while at is not None:
        line, offer, before = came[at]
        way.append((line, offer))
        at = before
    return way
