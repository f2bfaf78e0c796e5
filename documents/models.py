"""The archive's register: which bytes are kept for whom, under which key, until when."""

import uuid
from datetime import datetime
from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly
from facts.indexes import PrefixIndex


class Retained(Exception):
    """Deletion is refused: retention or a legal hold still stands."""


class OrganisationKey(models.Model):
    """The key that an organisation's files are encrypted with, itself sealed by the portal's keys."""

    organisation = models.OneToOneField("customers.Organisation", on_delete=models.PROTECT, related_name="+")
    sealed_key = models.TextField(editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"key of {self.organisation_id}"


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def for_organisation(self, organisation: Any) -> "StoredFileQuerySet":
        return self.filter(organisation=organisation)

    def present(self) -> "StoredFileQuerySet":
        """Whose bytes we still have."""
        return self.filter(erased_at=None)

    def erasable(self, now: datetime) -> "StoredFileQuerySet":
        """What neither retention nor a legal hold protects."""
        return self.present().filter(Q(retain_until=None) | Q(retain_until__lte=now), has_legal_hold=False)

    def delete(self) -> NoReturn:
        """Files leave one by one through ``documents.flows.erase``, which asks retention first."""
        raise Retained("files are erased one by one, by documents.flows.erase")


class StoredFile(models.Model):
    """Bytes in the archive, stored once per organisation by their SHA-256.

    The row outlives the bytes: once erased, it remains as the record that they were here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("media type"), max_length=60)
    storage_name = models.CharField(max_length=200, editable=False)
    created_at = models.DateTimeField(_("stored at"), default=timezone.now)
    # The same bytes given to us again: somebody is about to use them, so the sweep leaves them alone for a while.
    last_stored_at = models.DateTimeField(_("last stored at"), default=timezone.now)
    retain_until = models.DateTimeField(_("kept until"), null=True, blank=True)
    has_legal_hold = models.BooleanField(_("legal hold"), default=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at"], name="stored_file_newest"),
            PrefixIndex(fields=["sha256"], name="stored_file_digest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "sha256"],
                condition=Q(erased_at=None),
                name="stored_once_per_organisation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Retained("files are erased by documents.flows.erase")


class ArchiveRecord(AppendOnly):
    """What was done to a stored file against the ordinary course: erased, held, released; by whom and why."""

    class Kind(models.TextChoices):
        ERASED = "erased", _("erased")
        HELD = "held", _("put under legal hold")
        RELEASED = "released", _("released from legal hold")

    stored_file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="records", verbose_name=_("stored file")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.CharField(_("who"), max_length=200)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("archive record")
        verbose_name_plural = _("archive records")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="archive_record_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["stored_file"], condition=Q(kind="erased"), name="erased_once_per_stored_file"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.stored_file}"
