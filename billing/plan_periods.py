"""When the periods of a plan begin and end: whole days of the portal's clock, exact over month ends and clock changes.

Who begins on the 31st renews on the last day of shorter months and on the 31st again afterwards: nothing drifts.
"""

import calendar
from datetime import date, timedelta

from .periods import Period


def months_later(day: date, months: int, day_of_month: int) -> date:
    """The day of the month so many months after a day's month, or that month's last day when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day_of_month, calendar.monthrange(year, month + 1)[1]))


def plan_period(counted_from: date, day_of_month: int, months: int, day: date) -> Period:
    """The period that a day lies in. ``counted_from`` begins one; ``day`` is not before it."""
    passed = (day.year - counted_from.year) * 12 + day.month - counted_from.month
    number = passed // months
    if months_later(counted_from, number * months, day_of_month) > day:
        number -= 1
    first = months_later(counted_from, number * months, day_of_month) if number > 0 else counted_from
    return Period(first, months_later(counted_from, (number + 1) * months, day_of_month) - timedelta(days=1))


def days_of(period: Period) -> int:
    """How many days it has."""
    return (period.last - period.first).days + 1
