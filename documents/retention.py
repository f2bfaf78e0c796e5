"""How long the law asks that something be kept."""

from datetime import datetime

from django.conf import settings


def retained_until(moment: datetime) -> datetime:
    """When the law lets go of a proof or a record that was completed at this moment."""
    try:
        return moment.replace(year=moment.year + settings.RETENTION_YEARS)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + settings.RETENTION_YEARS, month=3, day=1)
