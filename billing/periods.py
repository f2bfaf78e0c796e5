"""Periods that people account in: whole days of the portal's clock, both ends included."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    @classmethod
    def month_of(cls, day: date) -> Period:
        """The calendar month that a day lies in."""
        return cls(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))

    @classmethod
    def this_month(cls) -> Period:
        return cls.month_of(timezone.localdate())

    @classmethod
    def last_month(cls) -> Period:
        return cls.month_of(timezone.localdate().replace(day=1) - timedelta(days=1))

    @classmethod
    def this_year(cls) -> Period:
        today = timezone.localdate()
        return cls(date(today.year, 1, 1), date(today.year, 12, 31))

    @classmethod
    def last_year(cls) -> Period:
        year = timezone.localdate().year - 1
        return cls(date(year, 1, 1), date(year, 12, 31))

    @property
    def start(self) -> datetime:
        """The first moment of the period."""
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def end(self) -> datetime:
        """The first moment after the period; days are 23 or 25 hours long when the clock changes."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))
