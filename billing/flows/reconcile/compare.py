"""The comparison as a whole: what explains what, what is left over, and what must wait."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from .groups import like_lines, like_requests
from .match import Costs, Offers, any_cost, any_whole, improve, match
from .pair import near, pair_late, pair_other_amounts, rivals
from .requests import Interval, Payment, balance, intervals, most_requests, payment_of
from .sides import Counters, Deal, Key, Line, Outcome, Pair


@dataclass(frozen=True)
class Terms:
    """How to compare. ``until``: what happened up to here is judged."""

    until: datetime
    late_within: timedelta
    requests_have_lines: bool = False
    """Whether requests of a subscription show in the wallet, too, at their own price."""
    begins_at_first_reading: bool = True
    """Whether the first of the counters is the first there ever was."""


@dataclass(frozen=True)
class Earlier:
    """What comparisons before this one have found: deals and lines that are listed, for which the other may come.

    ``pairs``, near in time, stand, and say what else a line might be.
    """

    missing: Sequence[Deal] = ()
    extra: Sequence[Line] = ()
    pairs: Sequence[Pair] = ()


@dataclass(slots=True)
class _Side:
    """Our deals, by what may have paid them."""

    wallet: list[Deal] = field(default_factory=list)
    either: list[Deal] = field(default_factory=list)
    subscription: list[Deal] = field(default_factory=list)
    unclear: list[Deal] = field(default_factory=list)
    unknown: list[Deal] = field(default_factory=list)
    most: dict[Key, int] = field(default_factory=dict)
    """How many requests there can have been for one of ``either``."""

    def in_part(self, deal: Deal) -> Iterable[tuple[Decimal, int]]:
        """Paid by the wallet, wholly, or in part where there can have been as many requests."""
        most = self.most.get(deal.key)
        return [one for one in any_cost(deal) if most is None or one[1] <= most]


def compare(
    lines: Sequence[Line],
    deals: Sequence[Deal],
    readings: Sequence[Counters],
    terms: Terms,
    earlier: "Earlier | None" = None,
) -> Outcome:
    """Compare lines and deals that nobody has judged yet, knowing what was found ``earlier``.

    1. Deals that only the wallet can have paid choose their lines first, then those that either may have paid.
    2. Lines that fit a deal which is still unclear wait for it.
    3. What no line explains must have been taken from a subscription: the counters are compared.
    4. What is left is put together where it can be told: late, or with another amount.
    """
    earlier = earlier or Earlier()
    by_call = {
        call: intervals(readings, call) for call in sorted({deal.call for deal in deals} | _calls(readings))
    }
    side = _sorted(deals, by_call, readings, terms)
    outcome = Outcome()
    side.most = {deal.key: most_requests(deal, by_call[deal.call]) for deal in side.either}
    left = _explain(lines, side, outcome, earlier, terms)
    outcome.waiting, left = _waiting(left, side)
    left = [line for line in left if line.at <= terms.until]
    bare = _without(side.wallet, outcome.pairs)
    if terms.requests_have_lines:
        bare += _without(side.subscription, outcome.pairs)
    bare += _balance(side, by_call, outcome, earlier.pairs, terms)
    overdue = [deal for deal in bare if deal.end <= terms.until]
    left, overdue = _without_pending(left, overdue, side, outcome)
    _put_together(left, overdue, outcome, earlier, terms)
    return outcome


def _without_pending(
    left: list[Line], overdue: list[Deal], side: _Side, outcome: Outcome
) -> tuple[list[Line], list[Deal]]:
    """Put off what is near a deal of which the counters have not said yet whether the wallet must have paid it."""
    done = {pair.deal.key for pair in outcome.pairs} | {one.deal.key for one in outcome.covered}
    done |= {deal.key for deal in overdue}
    pending = [deal for deal in side.either if deal.key not in done]
    if not pending:
        return left, overdue
    off = [line for line in left if near(line, pending)]
    outcome.waiting += off
    put_off = {deal.key for line in off for deal in near(line, overdue)}
    off_keys = {line.key for line in off}
    return (
        [line for line in left if line.key not in off_keys],
        [deal for deal in overdue if deal.key not in put_off],
    )


def _put_together(
    left: Sequence[Line], overdue: Sequence[Deal], outcome: Outcome, earlier: Earlier, terms: Terms
) -> None:
    """Lines and deals that are left over, of now and of earlier; what remains is what is new."""
    explained = [*earlier.pairs, *outcome.pairs]
    for key, number in rivals(overdue, explained).items():
        outcome.rivals[key] = outcome.rivals.get(key, 0) + number
    lines: Sequence[Line] = left
    deals: Sequence[Deal] = [*earlier.missing, *overdue]
    listed = {deal.key for deal in earlier.missing}
    # What was listed on both sides before stands: new lines find deals of then and now, lines of then only new deals.
    for is_first in (True, False):
        other, lines, deals = pair_other_amounts(lines, deals, explained, outcome.rivals)
        late, lines, deals = pair_late(lines, deals, explained, terms.late_within, outcome.rivals)
        outcome.late += late
        outcome.other_amounts += other
        if is_first:
            outcome.lines = list(lines)
            lines, deals = earlier.extra, [deal for deal in deals if deal.key not in listed]
    outcome.deals = list(deals)


def _calls(readings: Sequence[Counters]) -> set[str]:
    return {plan.call for one in readings for plan in one.plans.values()}


def _sorted(
    deals: Sequence[Deal], by_call: dict[str, list[Interval]], readings: Sequence[Counters], terms: Terms
) -> _Side:
    first = readings[0] if readings and terms.begins_at_first_reading else None
    side = _Side()
    lists = {
        Payment.WALLET: side.wallet, Payment.EITHER: side.either, Payment.SUBSCRIPTION: side.subscription,
        Payment.UNKNOWN: side.unknown,
    }  # fmt: skip
    for deal in deals:
        payment = payment_of(deal, by_call[deal.call], first)
        if deal.is_bought or payment == Payment.SUBSCRIPTION:
            lists[payment].append(deal)
        else:
            side.unclear.append(deal)
    return side


def _explain(
    lines: Sequence[Line], side: _Side, outcome: Outcome, earlier: Earlier, terms: Terms
) -> list[Line]:
    """Explain lines by deals, the surest first; returns the lines that are left."""
    pairs, left = match(lines, side.wallet)
    more, left = match(left, _without(side.wallet, pairs), any_whole)
    pairs += more
    may_be = [*side.either, *side.unknown]
    for costs in (any_whole, side.in_part):
        more, left = match(left, _without(may_be, pairs), costs)
        pairs += more
    possible = _possible(side, earlier)
    pairs, left = improve(pairs, left, _without([*side.wallet, *may_be], pairs), possible)
    judged = [*earlier.missing, *(pair.deal for pair in earlier.pairs)]
    every = Offers([*side.wallet, *may_be, *side.unclear, *judged], possible)
    outcome.pairs = every.counted(pairs)
    fresh = {pair.line.key for pair in pairs}
    outcome.groups += like_lines([*earlier.pairs, *pairs], [*left, *earlier.extra], every, fresh)
    if terms.requests_have_lines:
        subscribed = [deal for deal in side.subscription if deal.is_bought]
        more, left = match(left, subscribed, _by_requests)
        paid = Offers(subscribed, _by_requests)
        outcome.pairs += paid.counted(more)
        outcome.groups += like_lines(more, left, paid, {pair.line.key for pair in more})
    return left


def _possible(side: _Side, earlier: Earlier) -> Costs:
    """What each deal may have cost: those of before what they did cost, too."""
    in_parts = {deal.key for deal in [*side.either, *side.unknown]}
    were = {pair.deal.key: (pair.line.amount, pair.requests) for pair in earlier.pairs}

    def possible(deal: Deal) -> Iterable[tuple[Decimal, int]]:
        if deal.key in were:
            return [were[deal.key], *any_whole(deal)]
        return side.in_part(deal) if deal.key in in_parts else any_whole(deal)

    return possible


def _by_requests(deal: Deal) -> Iterable[tuple[Decimal, int]]:
    return [(deal.units * deal.request_cost, deal.units)]


def _waiting(left: list[Line], side: _Side) -> tuple[list[Line], list[Line]]:
    """Lines that fit a deal of which we don't know yet whether it was bought."""
    pairs, left = match(left, side.unclear, any_cost)
    return [pair.line for pair in pairs], left


def _without(deals: Sequence[Deal], pairs: Iterable[Pair]) -> list[Deal]:
    taken = {pair.deal.key for pair in pairs}
    return [deal for deal in deals if deal.key not in taken]


def _balance(
    side: _Side,
    by_call: dict[str, list[Interval]],
    outcome: Outcome,
    before: Sequence[Pair],
    terms: Terms,
) -> list[Deal]:
    """Compare the counters; returns the deals that they cannot have paid, and no line explains."""
    whole = {pair.deal.key for pair in [*before, *outcome.pairs]}
    bare: list[Deal] = []
    unclear = [deal for deal in side.unclear if deal.unit_cost is not None]
    for call, those in by_call.items():

        def of_call(deals: Sequence[Deal], call: str = call) -> list[Deal]:
            return [deal for deal in deals if deal.call == call and deal.key not in whole]

        told = balance(
            those,
            of_call(side.subscription),
            of_call(side.either),
            of_call([*unclear, *side.unknown]),
            [pair for pair in [*before, *outcome.pairs] if pair.requests and pair.deal.call == call],
            terms.until,
        )
        outcome.covered += [one for one in told.covered if one.deal.is_bought and one.deal.key not in whole]
        outcome.imbalances += told.imbalances
        outcome.groups += like_requests(told.spans)
        outcome.rivals |= told.rivals
        bare += told.bare
    return bare
