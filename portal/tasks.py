"""What the clock does to the site itself."""

from celery import shared_task
from django.core.management import call_command

from . import proofs


@shared_task
def clear_sessions() -> None:
    """Forget sessions that have ended: their rows are of no use to anybody."""
    call_command("clearsessions")


@shared_task
def check_histories() -> None:
    """Follow every history from its first event to its last; staff hear of one that does not hold."""
    proofs.tell_of_broken()
