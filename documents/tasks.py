"""What the clock does to the archive."""

from celery import shared_task

from .flows import erase


@shared_task
def sweep_unused() -> None:
    """Erase files that nothing refers to any more, such as uploads whose form was never sent."""
    erase.sweep()
