"""What the clock does with the catalogue."""

from celery import shared_task

from .flows import sync


@shared_task
def sync_catalogue() -> None:
    """Read the provider's catalogue if it is time."""
    sync.sync_due()
