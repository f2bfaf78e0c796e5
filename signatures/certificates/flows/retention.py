"""How long papers of orders are kept: the signed form as long as other signed documents, pictures not at all."""

from datetime import datetime

from django.conf import settings

from ..windows import years_after


def retained_until(moment: datetime) -> datetime:
    """When the law lets go of what was signed at this moment (the setting ``RETENTION_YEARS``)."""
    day = years_after(moment.date(), settings.RETENTION_YEARS)
    return moment.replace(year=day.year, month=day.month, day=day.day)
