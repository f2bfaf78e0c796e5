"""The comparison over random schedules with known truth: everything injected is found, nothing else is."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from billing.flows.reconcile.compare import Terms, compare
from billing.flows.reconcile.sides import Outcome

from .schedules import NEW, OLD, SINGLE, World, make

SPID = Decimal("14.20")
# Whose charges these are, by host and what remains of the amount beside whole signers.
CALL_OF = {(NEW, Decimal(0)): "esignature", (OLD, Decimal(0)): "firmadigitale", (OLD, SPID % SINGLE): "spid"}
TERMS = {"late_within": timedelta(days=31)}
ROUNDS = 1_000


def judged(world: World) -> Outcome:
    until = world.end + timedelta(days=2)
    return compare(world.lines, world.deals, world.readings, Terms(until, **TERMS))


def is_spent(world: World, call: str) -> bool:
    """Whether the subscription ran out: then requests and charges of this call can stand for each other."""
    left = [plan.available for one in world.readings for plan in one.plans.values() if plan.call == call]
    return bool(left) and min(left) < 5


def found(world: World, outcome: Outcome) -> Counter[tuple[str, Decimal]]:
    """What the provider took more (+) and less (-), by host and amount, and by call for requests."""
    sums: Counter[tuple[str, Decimal]] = Counter()
    for line in outcome.lines:
        sums[f"+{line.host}", line.amount] += 1
    for deal in outcome.deals:
        sums[f"-{deal.host}", deal.costs[0]] += 1
    for pair in [*outcome.other_amounts, *outcome.late]:
        sums[f"+{pair.line.host}", pair.line.amount] += 1
        sums[f"-{pair.deal.host}", pair.deal.costs[0]] += 1
    for miss in outcome.imbalances:
        sums[miss.call, Decimal(0)] += miss.requests
    return sums


def injected(world: World) -> Counter[tuple[str, Decimal]]:
    """The same, from the truth. A late line is one less in its time, and one more afterwards."""
    sums: Counter[tuple[str, Decimal]] = Counter()
    for truth in world.truths:
        deal = truth.deal
        if truth.channel == "requests":
            sums[deal.call, Decimal(0)] += {"twice": deal.units, "not": -deal.units, "other": 1}[truth.fault]
            continue
        if truth.fault in {"not", "other", "late"}:
            sums[f"-{deal.host}", deal.costs[0]] += 1
        if truth.fault in {"twice", "late"}:
            sums[f"+{deal.host}", truth.amount] += 1
        if truth.fault == "other":
            sums[f"+{deal.host}", truth.amount + Decimal("0.13")] += 1
    return sums


def as_units(sums: Counter[tuple[str, Decimal]], world: World) -> dict[tuple[str, Decimal], int]:
    """The sums that are not zero. Where a subscription ran out, requests and charges count as units together."""
    told: Counter[tuple[str, Decimal]] = Counter()
    for (what, amount), value in sums.items():
        call = CALL_OF.get((what.lstrip("+-"), amount % SINGLE), what) if amount else what
        if not is_spent(world, call):
            told[what, amount] += value
        else:
            units = int(amount / (SINGLE if call != "spid" else SPID)) if amount else 1
            told[call, Decimal(0)] += -value * units if what.startswith("-") else value * units
    return {key: value for key, value in told.items() if value}


@pytest.mark.slow
@pytest.mark.parametrize("busy", [False, True])
def test_without_faults_nothing_is_found(busy):
    for seed in range(ROUNDS // 2):
        world = make(seed, faults=False, busy=busy)
        outcome = judged(world)
        assert (outcome.lines, outcome.deals, outcome.imbalances) == ([], [], []), seed
        assert (outcome.late, outcome.other_amounts, outcome.waiting) == ([], [], []), seed
        everything = [pair.deal.key for pair in outcome.pairs] + [one.deal.key for one in outcome.covered]
        assert sorted(everything) == sorted(deal.key for deal in world.deals), seed
        assert len({pair.line.key for pair in outcome.pairs}) == len(world.lines), seed


@pytest.mark.slow
@pytest.mark.parametrize("busy", [False, True])
def test_every_injected_difference_is_found_and_nothing_else_is(busy):
    """Of each host and amount the sums are the injected ones, and no more is told than was injected.

    A line that is one too many can fall into the time of a like purchase that was not charged. Then nobody can tell
    either: the two hide each other, which is seldom, and never changes a sum.
    """
    injections: Counter[str] = Counter()
    hidden = 0
    for seed in range(ROUNDS // 2):
        world = make(seed, faults=True, busy=busy)
        told, true = as_units(found(world, judged(world)), world), as_units(injected(world), world)
        assert net(told) == net(true), seed
        assert all(abs(value) <= abs(true.get(key, 0)) for key, value in told.items()), seed
        hidden += told != true
        injections.update(f"{truth.fault} {truth.channel}" for truth in world.truths)
    assert hidden < ROUNDS / 2 * (0.4 if busy else 0.05)
    # Every kind was there, many times.
    assert min(injections[f"{fault} wallet"] for fault in ("twice", "not", "other", "late")) > 300
    assert min(injections[f"{fault} requests"] for fault in ("twice", "not", "other")) > 30


def net(sums: dict[tuple[str, Decimal], int]) -> dict[tuple[str, Decimal], int]:
    """More and less of the same host and amount against each other."""
    told: Counter[tuple[str, Decimal]] = Counter()
    for (what, amount), value in sums.items():
        told[what.lstrip("+-"), amount] += -value if what.startswith("-") else value
    return {key: value for key, value in told.items() if value}


def test_what_is_told_for_certain_is_true():
    """Pairs without a choice are the very ones; where there is a choice, the report says so."""
    certain = 0
    for seed in range(200):
        world = make(seed, faults=True, busy=False)
        outcome = judged(world)
        late = {truth.deal.key for truth in world.truths if truth.fault == "late"}
        other = {truth.deal.key for truth in world.truths if truth.fault == "other"}
        for pair in outcome.pairs:
            if pair.choices == 1 and not pair.requests:
                assert str(pair.line.key).partition("-")[0] == str(pair.deal.key), seed
                certain += 1
        assert all(pair.deal.key in other for pair in outcome.other_amounts if pair.choices == 1), seed
        spent = {deal.key for deal in world.deals if is_spent(world, deal.call)}
        sole = [pair for pair in outcome.late if pair.choices == 1 and pair.deal.key not in spent]
        assert all(pair.deal.key in late for pair in sole), seed
    assert certain > 5_000
