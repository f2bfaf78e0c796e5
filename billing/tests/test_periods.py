"""Periods are whole days of the portal's clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.periods import Period


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 2, 14), date(2026, 2, 28)),
        (date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_month_ends_on_its_last_day(day, last):
    assert Period.month_of(day) == Period(day.replace(day=1), last)


def test_a_month_begins_at_midnight_in_rome_and_not_in_london():
    assert Period.month_of(date(2026, 7, 5)).start == datetime(2026, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_day_on_which_the_clock_changes_is_shorter_or_longer(day, hours):
    period = Period(day, day)
    assert period.end.astimezone(UTC) - period.start.astimezone(UTC) == timedelta(hours=hours)
