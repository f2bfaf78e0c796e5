"""What becomes of an issued invoice outside: its files, and what the exchange system (SdI) said about them."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models import StoredFile
from facts.append_only import AppendOnly

from .invoice import Invoice


class Transmission(AppendOnly):
    """One file for the exchange system. After a rejection the same invoice, with its number and date, gets another.

    Seller and buyer are kept as this file names them.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="transmissions")
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    progressive = models.CharField(_("progressive"), max_length=5, unique=True)
    file_name = models.CharField(_("file name"), max_length=40, unique=True)
    seller = models.JSONField(_("seller"))
    buyer = models.JSONField(_("buyer"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    made_by = models.CharField(_("made by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("file for the exchange system")
        verbose_name_plural = _("files for the exchange system")
        ordering = ["attempt"]
        constraints = [models.UniqueConstraint(fields=["invoice", "attempt"], name="one_attempt_each")]

    def __str__(self) -> str:
        return self.file_name


class FilingQuerySet(models.QuerySet["Filing"]):
    def due(self, now: datetime) -> "FilingQuerySet":
        return self.filter(next_attempt_at__lte=now).order_by("next_attempt_at")


class Filing(models.Model):
    """An XML that is not in the archive yet, and whose PDF is not made yet; gone when both are there.

    Written in the issuing transaction: whatever happens afterwards, the very bytes that were checked are here.
    """

    transmission = models.OneToOneField(
        Transmission,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="filing",
        verbose_name=_("transmission"),
    )
    xml = models.TextField(editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), default=timezone.now)
    last_problem = models.CharField(_("last problem"), max_length=300, blank=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("file to be archived")
        verbose_name_plural = _("files to be archived")
        indexes = [models.Index(fields=["next_attempt_at"], name="filing_due")]

    def __str__(self) -> str:
        return str(self.transmission_id)


class InvoiceFile(AppendOnly):
    """A file of an invoice in the archive, with the digest that it had when it was stored."""

    class Kind(models.TextChoices):
        XML = "xml", "XML"
        PDF = "pdf", "PDF"

    transmission = models.ForeignKey(
        Transmission, on_delete=models.PROTECT, related_name="files", verbose_name=_("transmission")
    )
    kind = models.CharField(_("kind"), max_length=3, choices=Kind.choices)
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    sha256 = models.CharField("SHA-256", max_length=64)
    filed_at = models.DateTimeField(_("stored at"), default=timezone.now)

    class Meta:
        verbose_name = _("file of an invoice")
        verbose_name_plural = _("files of invoices")
        constraints = [models.UniqueConstraint(fields=["transmission", "kind"], name="one_file_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"


class SdiOutcome(AppendOnly):
    """What the exchange system said about a file, as staff or the accountant received it."""

    class Kind(models.TextChoices):
        REJECTED = "NS", _("NS: rejected, not issued")
        DELIVERED = "RC", _("RC: delivered")
        NOT_DELIVERED = "MC", _("MC: not delivered, waits in the customer's reserved area")
        ACCEPTED = "NE-EC01", _("NE: accepted by the public body")
        REFUSED = "NE-EC02", _("NE: refused by the public body")
        SILENCE = "DT", _("DT: the public body's time has passed")
        UNDELIVERABLE = "AT", _("AT: sent, and cannot be delivered")

    # After these the same invoice may be sent once more, with its number and date (check 00404).
    CAME_BACK = (Kind.REJECTED, Kind.REFUSED)

    transmission = models.ForeignKey(
        Transmission, on_delete=models.PROTECT, related_name="outcomes", verbose_name=_("transmission")
    )
    kind = models.CharField(_("outcome"), max_length=7, choices=Kind.choices)
    received_on = models.DateField(_("received on"))
    sdi_id = models.CharField(_("SdI's number"), max_length=36, blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    recorded_by = models.CharField(_("recorded by"), max_length=200)

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["received_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["transmission", "kind"], name="each_outcome_recorded_once")
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


def latest(invoice: Any) -> Transmission:
    """The file that counts, from transmissions already fetched."""
    return max(invoice.transmissions.all(), key=lambda transmission: transmission.attempt)
