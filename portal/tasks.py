"""What the clock does to the site itself."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def clear_sessions() -> None:
    """Forget sessions that have ended: their rows are of no use to anybody."""
    call_command("clearsessions")
