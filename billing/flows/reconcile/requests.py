"""What the counters of subscriptions prove: which deals they paid, and whether the numbers agree.

A subscription pays first; the wallet pays once its requests are spent. So where requests were left at the end of an
interval, all deals in it were paid by them, and the wallet has nothing to say.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from .sides import Counters, Covered, Deal, Imbalance, Key, Pair, Plan

# How many deals are tried in all combinations.
MOST_TRIED = 200
_NO_END = 10**12


@dataclass(slots=True)
class Interval:
    """The time between two readings of the counters of one call, and how many requests went meanwhile."""

    call: str
    before: Counters
    after: Counters
    least: int = 0
    most: int | None = 0
    """None: cannot be told."""
    plans: list[tuple[Plan, int]] = field(default_factory=list)
    """Who could pay in it, with what it had at the beginning."""


def intervals(readings: Sequence[Counters], call: str) -> list[Interval]:
    """The intervals between readings, in their order."""
    found = []
    for before, after in pairwise(readings):
        one = Interval(call, before, after)
        for plan in after.plans.values():
            if plan.call == call:
                _count(one, before.plans.get(plan.key), plan)
        for plan in before.plans.values():
            if plan.call == call and plan.key not in after.plans:
                # It is not listed any more: what it had may have been taken, or have lapsed.
                _allow(one, 0, plan.available)
                one.plans.append((_emptied(plan), plan.available))
        found.append(one)
    return found


def _count(one: Interval, earlier: Plan | None, now: Plan) -> None:
    if earlier is not None and earlier.starts_at == now.starts_at and now.available <= earlier.available:
        taken = earlier.available - now.available
        _allow(one, taken, taken)
        one.plans.append((now, earlier.available))
        return
    if earlier is not None:
        # Renewed: what was left of the old term may have been taken, or have lapsed.
        _allow(one, 0, earlier.available)
        one.plans.append((_emptied(earlier), earlier.available))
    taken_of_new = None if now.total is None else max(0, now.total - now.available)
    _allow(one, taken_of_new or 0, taken_of_new)
    one.plans.append((now, now.available if now.total is None else now.total))


def _emptied(plan: Plan) -> Plan:
    return Plan(plan.key, plan.call, 0, plan.total, plan.starts_at, plan.expires_at)


def _allow(one: Interval, least: int, most: int | None) -> None:
    one.least += least
    one.most = None if most is None or one.most is None else one.most + most


class Payment:
    """What may have paid a deal."""

    WALLET, SUBSCRIPTION, EITHER, UNKNOWN = "wallet", "subscription", "either", "unknown"


def payment_of(deal: Deal, those: Sequence[Interval], first: Counters | None) -> str:
    """What paid a deal, going by the intervals that its time touches.

    Unknown: a subscription may have, and the counters were not read yet.
    """
    found = {_payment_in(deal, one) for one in touched(deal, those)}
    if first is not None and deal.start <= first.last:
        plans = [plan for plan in first.plans.values() if plan.call == deal.call]
        is_possible = any(plan.starts_at <= deal.end and plan.expires_at > deal.start for plan in plans)
        found.add(Payment.UNKNOWN if is_possible else Payment.WALLET)
    if Payment.UNKNOWN in found:
        return Payment.UNKNOWN
    if not found:
        return Payment.WALLET
    return found.pop() if len(found) == 1 else Payment.EITHER


def most_requests(deal: Deal, those: Sequence[Interval]) -> int:
    """How many requests there can have been for a deal."""
    return sum(had for one in touched(deal, those) for _, had in _active(deal, one))


def _active(deal: Deal, one: Interval) -> list[tuple[Plan, int]]:
    return [
        (plan, had)
        for plan, had in one.plans
        if had > 0 and plan.starts_at <= deal.end and plan.expires_at > deal.start
    ]


def _payment_in(deal: Deal, one: Interval) -> str:
    active = _active(deal, one)
    if not active:
        return Payment.WALLET
    has_enough = all(plan.available >= deal.units for plan, _ in active)
    is_there_all_the_time = any(
        plan.starts_at <= deal.start and plan.expires_at > deal.end for plan, _ in active
    )
    return Payment.SUBSCRIPTION if has_enough and is_there_all_the_time else Payment.EITHER


def touched(deal: Deal, those: Sequence[Interval]) -> Sequence[Interval]:
    """The intervals in which a deal may have been booked; ``those`` follow each other."""
    start = bisect_left(those, deal.start, key=lambda one: one.after.last)
    end = bisect_right(those, deal.end, key=lambda one: one.before.first)
    return those[start:end]


@dataclass(slots=True)
class _Share:
    """A deal and how many requests it must have taken.

    ``is_sure``: it must have, or another way of payment must be found. ``may_be_wallet``: the requests may have been
    spent before its turn.
    """

    deal: Deal
    requests: int
    is_sure: bool = True
    may_be_wallet: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """The deals that an interval's requests may have paid, and how many requests those took that they explain."""

    interval: Interval
    deals: list[Deal]
    requests: int


@dataclass(slots=True)
class Balance:
    """What the counters say: what they cover, what they disagree in, and what the wallet should have paid."""

    covered: list[Covered] = field(default_factory=list)
    imbalances: list[Imbalance] = field(default_factory=list)
    bare: list[Deal] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    rivals: dict[Key, int] = field(default_factory=dict)
    """Of the bare: how many others the requests may have left out instead."""


def balance(
    those: Sequence[Interval],
    unpaid: Sequence[Deal],
    doubtful: Sequence[Deal],
    optional: Sequence[Deal],
    in_part: Sequence[Pair],
    until: datetime,
) -> Balance:
    """Compare what deals must have taken with what is gone, interval by interval, until a moment.

    No line explains ``unpaid`` and ``doubtful``; the latter come after the requests may have been spent. ``optional``
    ones may have taken requests, and need not. Of ``in_part`` lines explain a part. A deal that was on its way while
    the counters were read belongs to either side, whichever agrees.
    """
    shares = [_Share(deal, deal.units, deal.is_bought) for deal in unpaid]
    shares += [_Share(deal, deal.units, deal.is_bought, may_be_wallet=True) for deal in doubtful]
    shares += [_Share(deal, deal.units, is_sure=False) for deal in optional]
    shares += [_Share(pair.deal, pair.requests) for pair in in_part]
    shares.sort(key=lambda share: (share.deal.start, share.deal.end, str(share.deal.key)))
    told = Balance()
    carried: list[_Share] = []
    at = 0
    for one in those:
        if one.after.last > until:
            break
        mine = [share for share in carried if share.is_sure or share.deal.end >= one.before.first]
        while at < len(shares) and shares[at].deal.start <= one.after.last:
            mine.append(shares[at])
            at += 1
        inside = [share for share in mine if share.is_sure and share.deal.end < one.after.first]
        border = [share for share in mine if not (share.is_sure and share.deal.end < one.after.first)]
        chosen = _choose(one, inside, border)
        carried = [share for share in border if share not in chosen]
        _tell(one, [*inside, *chosen], told)
    return told


def _tell(one: Interval, shares: list[_Share], told: Balance) -> None:
    """What an interval says of the deals that belong to it."""
    every = [share.deal for share in shares]
    over = sum(share.requests for share in shares) - (one.most if one.most is not None else _NO_END)
    if over > 0:
        # Requests go to who comes first: the latest ones are whom the wallet should have paid.
        doubtful = [share for share in reversed(shares) if share.may_be_wallet and share.is_sure]
        bare = _that_sum_up_to(over, doubtful)
        told.bare += [share.deal for share in bare]
        told.rivals |= {share.deal.key: len(shares) - len(bare) for share in bare}
        shares = [share for share in shares if share not in bare]
    found = _imbalance(one, shares)
    told.imbalances += found
    alone = {deal.key for miss in found if miss.is_one for deal in miss.candidates}
    shares = [share for share in shares if share.deal.key not in alone]
    told.covered += [Covered(share.deal, one.after) for share in shares]
    possible = [deal for deal in every if deal.key not in alone]
    told.spans.append(Span(one, possible, sum(share.requests for share in shares)))


def _ways(shares: list[_Share]) -> dict[int, tuple[int, ...]]:
    """The sums that some of these can reach, each by the first way found."""
    ways: dict[int, tuple[int, ...]] = {0: ()}
    for number, share in enumerate(shares):
        for reached, way in list(ways.items()):
            ways.setdefault(reached + share.requests, (*way, number))
    return ways


def _that_sum_up_to(wanted: int, shares: list[_Share]) -> list[_Share]:
    """The first of these that take exactly so many together; none when that cannot be."""
    return [shares[number] for number in _ways(shares[:MOST_TRIED]).get(wanted, ())]


def _choose(one: Interval, inside: list[_Share], border: list[_Share]) -> list[_Share]:
    """Of those at the border, the ones that make the numbers agree, or come nearest to it; the earliest first."""
    needed = one.least - sum(share.requests for share in inside)
    if needed <= 0 or not border:
        return []
    ways = _ways(border[:MOST_TRIED])
    best = min(ways, key=lambda reached: (abs(needed - reached), reached))
    return [border[number] for number in ways[best]]


def _imbalance(one: Interval, shares: list[_Share]) -> list[Imbalance]:
    expected = sum(share.requests for share in shares)
    if expected < one.least:
        difference = one.least - expected
    elif one.most is not None and expected > one.most:
        difference = one.most - expected
    else:
        return []
    deals = [share.deal for share in shares]
    if difference < 0:
        possible = [deal for deal in deals if deal.units <= -difference]
        is_one = len(deals) == 1 or (len(possible) == 1 and possible[0].units == -difference)
        candidates = possible if len(possible) == 1 and is_one else deals
        return [Imbalance(one.call, one.after, one.before.last, difference, candidates, is_one)]
    return [Imbalance(one.call, one.after, one.before.last, difference, deals, False)]
