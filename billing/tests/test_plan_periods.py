"""The periods of plans: whole days, without a gap or a day twice, and no drift over short months or clock changes."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.periods import Period
from billing.plan_periods import days_of, months_later, plan_period

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def periods(start: date, months: int, count: int) -> list[Period]:
    found, day = [], start
    for _ in range(count):
        found.append(plan_period(start, start.day, months, day))
        day = found[-1].last + timedelta(days=1)
    return found


@pytest.mark.parametrize(
    ("start", "firsts"),
    [
        (date(2026, 1, 31), ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        (date(2027, 12, 30), ["2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
        (date(2026, 11, 15), ["2026-11-15", "2026-12-15", "2027-01-15", "2027-02-15", "2027-03-15"]),
    ],
)
def test_a_period_begins_on_its_day_or_on_the_last_of_a_shorter_month(start, firsts):
    assert [period.first.isoformat() for period in periods(start, 1, 5)] == firsts


@given(start=DAYS, months=st.integers(1, 12), count=st.integers(1, 30))
def test_periods_lie_side_by_side_and_never_drift(start, months, count):
    found = periods(start, months, count)
    assert found[0].first == start
    for number, (one, following) in enumerate(zip(found, found[1:], strict=False), start=1):
        assert following.first == one.last + timedelta(days=1)
        year, month = divmod(start.year * 12 + start.month - 1 + number * months, 12)
        assert (following.first.year, following.first.month) == (year, month + 1)
        assert following.first.day == min(start.day, calendar.monthrange(year, month + 1)[1])


@given(start=DAYS, months=st.integers(1, 12), after=st.integers(0, 4000))
def test_every_day_lies_in_exactly_the_period_that_it_is_told(start, months, after):
    day = start + timedelta(days=after)
    period = plan_period(start, start.day, months, day)
    assert period.first <= day <= period.last
    for within in (period.first, period.last):
        assert plan_period(start, start.day, months, within) == period


@given(start=DAYS, months=st.integers(1, 12), after=st.integers(0, 4000))
def test_counted_from_any_renewal_the_periods_are_the_same(start, months, after):
    period = plan_period(start, start.day, months, start + timedelta(days=after))
    later = period.last + timedelta(days=1)
    assert plan_period(later, start.day, months, later) == plan_period(start, start.day, months, later)


@given(start=DAYS, after=st.integers(0, 800))
def test_moments_follow_romes_midnights_when_the_clock_changes(start, after):
    period = plan_period(start, start.day, 1, start + timedelta(days=after))
    hours = (period.end - period.start).total_seconds() / 3600
    assert hours - 24 * days_of(period) in {-1, 0, 1}
    assert period.start.hour == period.end.hour == 0


def test_the_days_of_the_clock_change_count_as_days():
    march = plan_period(date(2026, 3, 29), 29, 1, date(2026, 3, 29))
    assert (march.first, march.last, days_of(march)) == (date(2026, 3, 29), date(2026, 4, 28), 31)
    assert months_later(date(2026, 10, 31), 1, 31) == date(2026, 11, 30)
