"""Remind customers of unpaid invoices: on a few days around the due day, once each."""

from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from ..models import Invoice, InvoiceKind, Reminder, SdiOutcome, Transmission
from .notify_invoice import mail_payers


def remind_due(today: date | None = None) -> int:
    """Write the reminders that are due. Of several days passed in silence only the latest is written. How many."""
    day = today or timezone.localdate()
    written = 0
    for days in sorted(settings.INVOICE_REMINDER_DAYS, reverse=True):
        # A day further on counts for the later reminder alone.
        for invoice in _owing(day - timedelta(days=days), days):
            written += _remind(invoice, days)
    return written


def _owing(due_by: date, days: int) -> list[Invoice]:
    """Unpaid invoices whose reminder of this day is due, and that had neither this one nor a later one.

    Whose last file came back counts as not issued: it is sent again before anybody is asked to pay it.
    """
    files = Transmission.objects.filter(invoice=OuterRef("pk"))
    unpaid = (
        Invoice.objects.exclude(kind=InvoiceKind.CREDIT_NOTE)
        .filter(Exists(files.exclude(outcomes__kind__in=SdiOutcome.CAME_BACK)), due_on__lte=due_by)
        .exclude(reminders__days__gte=days)
        .with_settled()
        .filter(outstanding__gt=0)
        .select_related("organisation")
        .order_by("due_on", "pk")
    )
    return list(unpaid[:1000])


def _remind(invoice: Invoice, days: int) -> bool:
    try:
        with transaction.atomic():
            Reminder(invoice=invoice, days=days).save()
            mail_payers(
                invoice,
                "invoice_reminder" if days >= 0 else "invoice_due_soon",
                str(days),
                outstanding=invoice.outstanding,  # type: ignore[attr-defined]
            )
    except IntegrityError:  # another worker has just written it
        return False
    return True
