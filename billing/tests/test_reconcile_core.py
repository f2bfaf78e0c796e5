"""The comparison over random schedules with known truth: everything injected is found, nothing else is."""

from collections import Counter
from datetime import timedelta

import pytest

from billing.flows.reconcile.compare import Terms, compare
from billing.flows.reconcile.sides import Outcome

from .cells import Cells, cells_named, cells_of_late_lines, in_units, lines_of, net, told_sums, true_sums
from .schedules import World, make

TERMS = {"late_within": timedelta(days=31)}
ROUNDS = 1_000
# Further schedules, in which a subscription that ran out was once said to have paid more than it had (busy), or the
# choice of whom it had paid was not said to be one.
ONCE_WRONG = {False: [1099], True: [915]}


def judged(world: World) -> Outcome:
    until = world.end + timedelta(days=2)
    return compare(world.lines, world.deals, world.readings, Terms(until, **TERMS))


def spent_calls(world: World) -> set[str]:
    """Calls whose subscription ran out: their requests and charges can stand for each other."""
    plans = [plan for one in world.readings for plan in one.plans.values()]
    return {plan.call for plan in plans if plan.available < 5}


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
def test_every_injected_difference_is_listed_or_said_not_to_be_tellable_and_nothing_else_is(busy):
    """Cell by cell: whatever can stand for each other is compared by itself, so that nothing far away makes up for it.

    What is listed is what was injected. Only where the report says that it cannot tell may one too many and one too
    few have made up for each other; and more than was injected is told nowhere.
    """
    injections: Counter[str] = Counter()
    ways: Counter[str] = Counter()
    for seed in [*range(ROUNDS // 2), *ONCE_WRONG[busy]]:
        world = make(seed, faults=True, busy=busy)
        outcome, cells, spent = judged(world), Cells(world), spent_calls(world)
        told, true = told_sums(cells, outcome), true_sums(cells)
        named, late = cells_named(cells, outcome), cells_of_late_lines(cells, outcome)
        for cell in {*told, *true}:
            found, injected = in_units(told[cell], spent), in_units(true[cell], spent)
            assert net(found) == net(injected), seed
            assert all(value <= injected[key] for key, value in found.items()), seed
            way = "listed" if found == injected else "named" if cell in named else "late"
            assert way != "late" or cell in late, seed
            ways[way] += 1
        injections.update(f"{truth.fault} {truth.channel}" for truth in world.truths)
    # That it cannot tell is the exception; that a late line stands where another is missing, a rarity.
    assert ways["listed"] > (40 if busy else 150) * ways["named"]
    assert ways["late"] <= 1
    # Every kind was there, many times.
    assert min(injections[f"{fault} wallet"] for fault in ("twice", "not", "other", "late")) > 300
    assert min(injections[f"{fault} requests"] for fault in ("twice", "not", "other")) > 30


@pytest.mark.parametrize("faults", [False, True])
def test_nothing_is_said_not_to_be_tellable_that_is(faults):
    """What hangs together by the truth, and no more, is named; every line that has a choice is."""
    quiet = busy = 0
    for seed in range(100):
        for is_busy in (False, True):
            world = make(seed, faults=faults, busy=is_busy)
            outcome, cells = judged(world), Cells(world)
            inside = set()
            for group in outcome.groups:
                if group.counters is not None:
                    assert group.purchases > 1, seed
                    continue
                pairs = lines_of(group, outcome)
                assert len(pairs) == group.purchases > 1, seed
                assert len({cells.of("line", pair.line.key) for pair in pairs}) == 1, seed
                inside |= {pair.line.key for pair in pairs}
            choice = {cells.of("line", pair.line.key) for pair in outcome.pairs if pair.choices > 1}
            # A line may have a choice and be the only one: beside a missing purchase, or one that took requests.
            alone = cells.with_counters() if not faults else choice
            assert choice - alone <= cells_named(cells, outcome), seed
            quiet, busy = (quiet, busy + len(inside)) if is_busy else (quiet + len(inside), busy)
    assert 10 * quiet < busy


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
        calls = spent_calls(world)
        spent = {deal.key for deal in world.deals if deal.call in calls}
        sole = [pair for pair in outcome.late if pair.choices == 1 and pair.deal.key not in spent]
        assert all(pair.deal.key in late for pair in sole), seed
    assert certain > 5_000
