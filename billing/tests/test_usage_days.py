"""Usage by the day: in step with the facts whatever is written, provably equal to them, and made anew from them."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.flows.meter import MeteredPerson, meter
from billing.flows.roll_up import counted, differences, kept, rebuild, tell_of_differences, write_usage
from billing.models import Usage, UsageDay
from billing.periods import Period
from billing.usage_report import totals_of, usage_lines
from billing.usage_section import lines_in, series_of, step_for, totals_in
from outbox.models import Mail

from .factories import BoughtFactory, CostFactory, CustomerFactory, PriceFactory
from .fake_buyer import LONG_AGO, PEAR, PLUM

pytestmark = pytest.mark.django_db
YEAR = Period(datetime(2026, 1, 1).date(), datetime(2026, 12, 31).date())


@pytest.fixture
def prices():
    """A pear is dearer from July on; a plum has many decimals."""
    for product, amount, since in (
        (PEAR, "1.00", LONG_AGO),
        (PEAR, "1.25", datetime(2026, 7, 1, tzinfo=UTC)),
        (PLUM, "0.0065", LONG_AGO),
    ):
        PriceFactory(product=product, amount=Decimal(amount), valid_from=since)
    for product in (PEAR, PLUM):
        CostFactory(product=product, valid_from=LONG_AGO)


def use(customer, product, count, at):
    purchase = BoughtFactory(organisation=customer, product=product, quantity=count)
    people = [
        MeteredPerson(f"{purchase.pk}:{number}", "Anna", purchase.pk, "Contract") for number in range(count)
    ]
    meter(purchase, people, at)


def correct(fact):
    """Take a fact back, as a correction does."""
    wrong = Usage.objects.get(pk=fact.pk)
    row = Usage.objects.get(pk=fact.pk)
    row.pk, row._state.adding = uuid.uuid4(), True
    row.quantity, row.corrects, row.reason = -1, wrong, "counted by mistake"
    write_usage(row.organisation_id, [row])


EVENT = st.tuples(
    st.sampled_from([0, 1]),
    st.sampled_from([PEAR, PLUM]),
    st.integers(1, 5),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    st.booleans(),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENT, min_size=1, max_size=12))
def test_days_are_what_the_facts_add_up_to_however_they_came(prices, events):
    customers = [CustomerFactory(), CustomerFactory()]
    for who, product, count, at, is_corrected in events:
        use(customers[who], product, count, at.replace(tzinfo=UTC))
        if is_corrected:
            correct(
                Usage.objects.for_organisation(customers[who]).filter(quantity=1, corrections=None).first()
            )
    for customer in customers:
        before = kept(customer)
        assert before == counted(customer)
        assert list(differences(customer)) == []
        assert rebuild(customer) == len(before)
        assert kept(customer) == before
        for period in (YEAR, Period.month_of(YEAR.first), Period(YEAR.first + timedelta(days=80), YEAR.last)):
            lines = usage_lines(period, customer)
            assert totals_in(period, customer) == totals_of(lines)
            assert lines_in(period, customer) == lines.count()
            for step in ("day", "month", "year"):
                for split in ("product", "funding"):
                    series = series_of(period, customer, step, split)
                    assert series.total == totals_of(lines).quantity
                    exact = sum((line.amount for line in lines), Decimal(0))
                    assert sum((bar.net for bar in series.bars), Decimal(0)) == exact


def test_a_day_is_the_one_that_romes_clock_shows(prices):
    customer = CustomerFactory()
    use(customer, PEAR, 1, datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    assert UsageDay.objects.get().day.isoformat() == "2026-04-01"


def test_what_is_told_twice_is_counted_once(prices):
    purchase = BoughtFactory(product=PEAR)
    anna = [MeteredPerson("anna", "Anna", purchase.pk, "Contract")]
    for _ in range(2):
        meter(purchase, anna, datetime(2026, 3, 1, tzinfo=UTC))
    assert (UsageDay.objects.get().quantity, UsageDay.objects.get().lines) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE billing_usageday SET quantity = 3",
        "DELETE FROM billing_usageday",
        "UPDATE billing_usageday SET funding = 'free'",
    ],
)
def test_a_difference_is_told_and_made_good_again(prices, change, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    customer = CustomerFactory()
    use(customer, PEAR, 2, datetime(2026, 3, 1, tzinfo=UTC))
    call_command("roll_up_usage", "--check", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert tell_of_differences() == tell_of_differences() == 1
    assert Mail.objects.filter(kind="alarm").count() == 1
    with pytest.raises(CommandError):
        call_command("roll_up_usage", "--check")
    call_command("roll_up_usage")
    assert list(differences(customer)) == []


@pytest.mark.parametrize(
    ("first", "last", "wanted", "step"),
    [
        ("2026-03-01", "2026-03-31", "", "day"),
        ("2026-01-01", "2026-12-31", "", "month"),
        ("2020-01-01", "2026-12-31", "", "year"),
        ("2026-01-01", "2026-12-31", "day", "day"),
        ("2020-01-01", "2026-12-31", "day", "month"),
        ("2000-01-01", "2100-12-31", "day", "year"),
        ("2026-03-01", "2026-03-31", "week", "day"),
    ],
)
def test_the_step_suits_the_period(first, last, wanted, step):
    period = Period(datetime.fromisoformat(first).date(), datetime.fromisoformat(last).date())
    assert step_for(period, wanted) == step


def test_months_without_anything_stand_between_those_with_something(prices):
    customer = CustomerFactory()
    use(customer, PEAR, 2, datetime(2026, 2, 10, tzinfo=UTC))
    use(customer, PLUM, 3, datetime(2026, 5, 10, tzinfo=UTC))
    series = series_of(YEAR, customer, "month", "product")
    assert [(bar.first.month, bar.total) for bar in series.bars] == [(2, 2), (3, 0), (4, 0), (5, 3)]
    assert (series.most, series.busiest.first.month, series.keys) == (3, 5, [PLUM, PEAR])
