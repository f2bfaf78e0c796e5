"""What is explained in one of several ways is said: as rows of the comparison, and to staff."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.flows.reconcile.calls import SCOPES
from billing.flows.reconcile.run import compare_books
from billing.models import Difference, Explanation, Interchangeable, RequestCount
from customers.tests.factories import staff_client

from .books import price_orders, read_night, write_purchases
from .lines import NEW, NOON, bought, line, listed, read
from .schedules import make
from .test_reconcile_core import judged
from .test_reconcile_rows import with_later_nights

pytestmark = pytest.mark.django_db


def one_charged_twice_and_one_not():
    """Two like purchases within a minute: the first has both lines."""
    bought()
    bought(1)
    line("-1.40")
    line("-1.40", reference="txn_again")


def test_a_charge_too_many_that_hides_one_too_few_lies_in_a_group_that_is_named():
    one_charged_twice_and_one_not()
    read()
    compare_books()
    assert not Difference.objects.exists()
    found = Interchangeable.objects.get()
    assert (found.host, found.amount, found.purchases) == (NEW, Decimal("1.40"), 2)
    assert found.since == found.until == NOON + timedelta(seconds=1)


@pytest.mark.parametrize(("minutes", "amount"), [(10, "-1.40"), (1, "-2.10")])
def test_what_can_be_told_apart_is_in_no_group(minutes, amount):
    bought()
    line("-1.40")
    bought(minutes, quantity=2 if amount == "-1.40" else 3)
    line(amount, minutes)
    read()
    compare_books()
    assert Explanation.objects.count() == 2
    assert not Interchangeable.objects.exists()


def test_a_group_goes_on_as_long_as_neighbours_fit_each_other_and_a_pause_ends_it():
    for minutes in (0, 1.5, 3, 60, 61.5):
        bought(minutes)
        line("-1.40", minutes)
    read()
    compare_books()
    assert sorted(Interchangeable.objects.values_list("purchases", flat=True)) == [2, 3]


def test_a_group_over_the_border_of_two_comparisons_is_named_when_the_second_part_is_judged(settings):
    settings.RECONCILIATION_GRACE = timedelta(0)
    bought()
    line("-1.40")
    bought(1)
    line("-1.40", 1)
    read(0.01)  # between the two lines
    compare_books()
    assert not Interchangeable.objects.exists()
    read(24)
    compare_books()
    assert Interchangeable.objects.get().purchases == 2


def test_purchases_that_took_requests_between_two_readings_are_named():
    bought(-600)
    line("-1.40", -600)
    read(-1, esignature=100)
    bought()
    bought(60, quantity=3)
    read(24, esignature=95)
    compare_books()
    read(48, esignature=95)
    compare_books()
    assert not Difference.objects.exists()
    found = Interchangeable.objects.get()
    assert (found.call, found.purchases, found.requests) == ("esignature", 2, 5)
    assert (found.amount, found.lapsed) == (None, 0)


def test_a_single_purchase_that_took_requests_is_in_no_group():
    bought(-600)
    line("-1.40", -600)
    read(-1, esignature=100)
    bought()
    read(24, esignature=98)
    compare_books()
    read(48, esignature=98)
    compare_books()
    assert not Interchangeable.objects.exists()


def test_requests_that_may_have_lapsed_with_their_term_are_named():
    bought(-600)
    line("-1.40", -600)
    for hours, left, starts_at in ((-1, 40, -5), (24, 98, 0), (48, 98, 0)):
        reading = read(hours)
        RequestCount(
            reading=reading, reference="plan", scope=SCOPES["esignature"], available=left, total=100,
            price=Decimal("0.14"), starts_at=NOON + timedelta(days=starts_at), expires_at=NOON + timedelta(days=25),
        ).save()  # fmt: skip
    bought()
    compare_books()
    assert not Difference.objects.exists()
    found = Interchangeable.objects.get()
    assert (found.purchases, found.requests, found.lapsed) == (1, 2, 40)
    page = staff_client().get(reverse("admin:billing_interchangeable_changelist")).content.decode()
    assert "40 requests more may have lapsed, or have been taken." in page
    assert "for one of these purchases" not in page


@pytest.mark.slow
@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_night_by_night_all_is_named_that_one_comparison_names(seed, busy):
    world = with_later_nights(make(seed, faults=True, busy=busy))
    price_orders()
    write_purchases(world)
    for number in range(len(world.readings)):
        read_night(world, number)
        compare_books()
    at_once = judged(world)
    kept = list(Interchangeable.objects.all())
    for group in at_once.groups:
        if group.counters is not None:
            assert any((one.call, one.purchases) == (group.call, group.purchases) for one in kept)
            continue
        like = [one for one in kept if (one.host, one.amount) == (group.host, group.amount)]
        for pair in at_once.pairs:
            is_inside = (pair.line.host, pair.line.amount) == (group.host, group.amount)
            if is_inside and group.since <= pair.line.at <= group.until:
                assert any(one.since <= pair.line.at <= one.until for one in like), pair


# For staff


def test_staff_see_beside_the_differences_how_much_cannot_be_told_and_find_each_group():
    one_charged_twice_and_one_not()
    read()
    compare_books()
    staff = staff_client()
    page = staff.get(reverse("admin:billing_difference_changelist")).content.decode()
    assert "The last comparison explained 2 purchases in 1 group" in page
    address = reverse("admin:billing_interchangeable_changelist")
    assert address in page
    assert (
        "a charge too many and a missing one among them would not show" in staff.get(address).content.decode()
    )


def test_where_all_can_be_told_the_page_of_differences_says_nothing():
    listed()
    page = staff_client().get(reverse("admin:billing_difference_changelist")).content.decode()
    assert "The last comparison explained" not in page


def test_of_a_missing_purchase_staff_read_that_a_later_line_may_be_its_own():
    row = listed()
    bought(60 * 30)
    line("-1.40", 60 * 30)
    read(60)
    compare_books()
    assert Difference.objects.get() == row
    for name in ("change", "settle"):
        page = staff_client(email=f"{name}@example.it").get(
            reverse(f"admin:billing_difference_{name}", args=[row.pk])
        )
        assert "1 later charge of this amount explains another purchase." in page.content.decode()
