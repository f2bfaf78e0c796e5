"""When a certificate may be renewed: the days that a rule gives for an expiry (domain, 2.7)."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from .models import RenewalRule


@dataclass(frozen=True)
class Window:
    """From a day to a day, both included."""

    opens_on: date
    closes_on: date

    def is_open(self, on: date) -> bool:
        return self.opens_on <= on <= self.closes_on


def window_of(rule: RenewalRule, expires_on: date) -> Window:
    """The days on which a certificate that expires then may be renewed by this rule."""
    if rule.opens_months_before is not None:
        opens_on = months_before(expires_on, rule.opens_months_before)
    else:
        opens_on = expires_on - timedelta(days=rule.opens_days_before or 0)
    return Window(opens_on, expires_on - timedelta(days=rule.closes_days_before))


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last where it is shorter."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def years_after(day: date, years: int) -> date:
    """The same day so many years later; the 28th where there is no 29th of February."""
    last = calendar.monthrange(day.year + years, day.month)[1]
    return date(day.year + years, day.month, min(day.day, last))
