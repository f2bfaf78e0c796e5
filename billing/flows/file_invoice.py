"""Bring an issued invoice into the archive: the XML as it was checked, and a PDF/A-3 that carries it.

1. Lease the filing by one conditional UPDATE, so that two workers never do the same one.
2. Store the XML, set the PDF, store it: all of it outside of any transaction, each step once.
3. When both are on record, the filing is gone. What fails is tried again, later and later, and rings an alarm.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.flows.store import Damaged, read, store
from documents.retention import retained_until
from outbox.flows.alarm import alarm

from ..models import Filing, Invoice, InvoiceFile, Transmission
from .render_invoice import PdfImpossible, render

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
PAUSES = [timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 3600, 21600)]
ALARM_AFTER = 4
XML, PDF = "application/xml", "application/pdf"


def file_invoice(transmission_id: int) -> bool:
    """Archive one file if it is due and nobody else has it. True when nothing of it is left to do."""
    now = timezone.now()
    leased = (
        Filing.objects.due(now)
        .filter(pk=transmission_id)
        .order_by()
        .update(next_attempt_at=now + LEASE, attempts=F("attempts") + 1)
    )
    if not leased:
        return False
    filing = Filing.objects.select_related("transmission__invoice__organisation").get(pk=transmission_id)
    try:
        _archive(filing)
    except (PdfImpossible, OSError, Damaged) as error:
        _put_back(filing, error)
        return False
    return True


def file_due(most: int = 100) -> int:
    """Archive what is due. How many are done."""
    due = Filing.objects.due(timezone.now()).values_list("pk", flat=True)[:most]
    return sum(file_invoice(pk) for pk in due)


def _archive(filing: Filing) -> None:
    transmission, xml = filing.transmission, filing.xml.encode()
    _keep(transmission, InvoiceFile.Kind.XML, xml, XML)
    if not transmission.files.filter(kind=InvoiceFile.Kind.PDF).exists():
        _keep(transmission, InvoiceFile.Kind.PDF, render(transmission, xml), PDF)
    Filing.objects.filter(pk=filing.pk).delete()


def _keep(transmission: Transmission, kind: str, data: bytes, media_type: str) -> None:
    """Store bytes for as long as the books are kept, then say so; a killed worker's bytes are found again."""
    if transmission.files.filter(kind=kind).exists():
        return
    invoice = transmission.invoice
    stored = store(invoice.organisation, data, media_type, retain_until=retained_until(transmission.made_at))
    with transaction.atomic():
        InvoiceFile(transmission=transmission, kind=kind, stored=stored, sha256=stored.sha256).save()


def _put_back(filing: Filing, error: Exception) -> None:
    pause = PAUSES[min(filing.attempts, len(PAUSES)) - 1]
    log.warning("invoice %s is not archived: %s", filing.transmission.invoice_id, error)
    with transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(
            next_attempt_at=timezone.now() + pause, last_problem=f"{type(error).__name__}: {error}"[:300]
        )
        if filing.attempts >= ALARM_AFTER:
            alarm(
                key=f"invoice-filing:{filing.pk}",
                subject=_("An issued invoice is not in the archive yet"),
                text=_("Its number is %(number)s. The problem: %(problem)s")
                % {"number": filing.transmission.invoice.number, "problem": str(error)[:200]},
            )


def xml_of(invoice: Invoice) -> bytes:
    """The XML of an invoice's latest file, wherever it is by now. Raises ``Damaged``."""
    transmission = invoice.transmissions.order_by("-attempt").first()
    assert transmission
    filing = Filing.objects.filter(pk=transmission.pk).first()
    if filing:
        return filing.xml.encode()
    return read(transmission.files.get(kind=InvoiceFile.Kind.XML).stored)


def pdf_of(invoice: Invoice) -> bytes | None:
    """The PDF of an invoice's latest file; None as long as it is not made. Raises ``Damaged``."""
    kept = InvoiceFile.objects.filter(transmission__invoice=invoice, kind=InvoiceFile.Kind.PDF)
    file = kept.order_by("-transmission__attempt").select_related("stored").first()
    return read(file.stored) if file else None
