"""What the clock does with money. Each task asks the database what is due and calls a flow; twice is once."""

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from upstream import ProviderError

from .flows import close_month as closing
from .flows import file_invoice as filing
from .flows import issue_invoice as issuing
from .flows import recount, remind_debtors, watch_sdi
from .flows.reconcile import run
from .periods import Period

log = logging.getLogger(__name__)


@shared_task
def close_last_month() -> None:
    """Close the month before this one, as soon as its grace is over; what is closed stays as it is."""
    period = Period.last_month()
    if closing.is_over(period, timezone.now()):
        closing.close_month(period.first)


@shared_task
def issue_approved() -> None:
    """Issue what staff have approved, as far as the time of one task goes; the next beat goes on."""
    until = timezone.now() + timedelta(seconds=settings.CELERY_TASK_SOFT_TIME_LIMIT / 2)
    issuing.issue_approved(until=until)


@shared_task
def file_invoice(transmission_id: int) -> None:
    """Archive an invoice's XML and PDF right after it was issued."""
    filing.file_invoice(transmission_id)


@shared_task
def file_invoices() -> None:
    """Archive what is not archived yet."""
    filing.file_due()


@shared_task
def remind_debtors_due() -> None:
    """Remind customers of unpaid invoices."""
    remind_debtors.remind_due()


@shared_task
def prove_invoices() -> None:
    """Count every statement and series again."""
    recount.prove()


@shared_task
def watch_transmissions() -> None:
    """Tell staff of files that nobody answered, and of rejections that nobody mended."""
    watch_sdi.watch()


@shared_task
def reconcile() -> None:
    """Read the provider's books and compare them with our purchases. Where they cannot be read: the next night."""
    try:
        run.reconcile()
    except ProviderError as error:
        log.warning("the provider's books could not be read: %s", error)
