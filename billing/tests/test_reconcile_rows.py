"""The comparison over rows: night by night or at once, twice, with what becomes known later."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from billing.flows.reconcile.compare import Terms, compare
from billing.flows.reconcile.run import compare_books
from billing.flows.reconcile.sides import Counters
from billing.models import Difference, Explanation, ProviderLine, Purchase, Reconciliation
from outbox.models import Mail

from .books import price_orders, read_night, write_purchases
from .schedules import World, make

pytestmark = pytest.mark.django_db
Kind = Difference.Kind


def with_later_nights(world: World) -> World:
    """Two quiet nights more, so that everything has been judged."""
    last = world.readings[-1]
    for day in (1, 2):
        moment = timedelta(days=day)
        world.readings.append(Counters(f"later {day}", last.first + moment, last.last + moment, last.plans))
    return world


def differences() -> Counter[tuple[str, Decimal]]:
    return Counter(Difference.objects.values_list("kind", "amount"))


def at_once(world: World) -> Counter[tuple[str, Decimal]]:
    """What one comparison of everything finds."""
    until = world.readings[-1].first - timedelta(hours=1)
    outcome = compare(world.lines, world.deals, world.readings, Terms(until, timedelta(days=31)))
    found = Counter((Kind.EXTRA.value, line.amount) for line in outcome.lines)
    found.update((Kind.MISSING.value, -deal.costs[0]) for deal in outcome.deals)
    found.update((Kind.LATE.value, Decimal(0)) for _ in outcome.late)
    other = ((Kind.OTHER_AMOUNT.value, one.line.amount - one.deal.costs[0]) for one in outcome.other_amounts)
    found.update(other)
    for miss in outcome.imbalances:
        if miss.is_one:
            found[Kind.MISSING.value, -miss.candidates[0].costs[0]] += 1
            continue
        kind = Kind.REQUESTS_MORE if miss.requests > 0 else Kind.REQUESTS_LESS
        price = max((deal.request_cost for deal in miss.candidates), default=Decimal(0))
        found[kind.value, miss.requests * price] += 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_night_by_night_finds_what_one_comparison_finds(seed, busy):
    world = with_later_nights(make(seed, faults=True, busy=busy))
    price_orders()
    purchases = write_purchases(world)
    for number in range(len(world.readings)):
        read_night(world, number)
        compare_books()
    assert differences() == at_once(world)
    listed = set(Difference.objects.exclude(purchase=None).values_list("purchase", flat=True))
    found = set(Explanation.objects.values_list("purchase", flat=True))
    assert found | listed == {row.pk for row in purchases.values()}
    lines = set(Explanation.objects.exclude(line=None).values_list("line", flat=True))
    assert lines | set(Difference.objects.exclude(line=None).values_list("line", flat=True)) == set(
        ProviderLine.objects.values_list("pk", flat=True)
    )


def test_twice_changes_nothing():
    world = with_later_nights(make(3, faults=True, busy=False))
    price_orders()
    write_purchases(world)
    for number in range(len(world.readings)):
        read_night(world, number)
    compare_books()
    before = differences(), Explanation.objects.count(), Mail.objects.count()
    assert sum(before[0].values())
    again = compare_books()
    assert (differences(), Explanation.objects.count(), Mail.objects.count()) == before
    assert (again.explained, again.number) == (0, 2)


def test_without_purchases_or_readings_there_is_nothing_to_compare():
    world = make(1, faults=False, busy=False)
    assert compare_books() is None
    read_night(world, 1)
    assert compare_books() is None
    assert not Reconciliation.objects.exists()
    assert not Purchase.objects.exists()
