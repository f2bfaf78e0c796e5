"""An order's papers: files, what staff said of them, and the way of paper originals."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from documents.models import StoredFile
from facts.append_only import AppendOnly

from .order import Order


class OrderFileQuerySet(models.QuerySet["OrderFile"]):
    def for_organisation(self, organisation: Any) -> "OrderFileQuerySet":
        return self.filter(order__organisation=organisation)

    def current(self) -> "OrderFileQuerySet":
        """Those that count now: neither replaced nor erased."""
        return self.filter(replaced_at=None, erased_at=None)

    def id_images(self) -> "OrderFileQuerySet":
        """Pictures of ID documents, which are erased when their purpose ends."""
        return self.filter(kind__in=OrderFile.ID_IMAGES)

    def to_erase(self, before: datetime) -> "OrderFileQuerySet":
        """ID images whose purpose ended before a moment: issued, ended otherwise, or replaced by others.

        Those under a legal hold wait for its end.
        """
        past = Q(order__issued_at__lt=before) | Q(order__state__in=Order.ENDED, order__ended_at__lt=before)
        due = self.id_images().filter(Q(erased_at=None) & (past | Q(replaced_at__lt=before)))
        return due.filter(stored_file__has_legal_hold=False)


class OrderFile(models.Model):
    """A file of an order. Pictures are re-encoded by us on arrival; the row outlives the bytes."""

    class Kind(models.TextChoices):
        ID_FRONT = "id_front", _("ID document, front")
        ID_BACK = "id_back", _("ID document, back")
        # What goes to the provider: both sides in one PDF.
        ID_JOINED = "id_joined", _("ID document")
        FORM_BLANK = "form_blank", _("request form")
        FORM_SIGNED = "form_signed", _("signed request form")

    ID_IMAGES = (Kind.ID_FRONT, Kind.ID_BACK, Kind.ID_JOINED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="files", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    stored_file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("stored file")
    )
    filename = models.CharField(_("file name"), max_length=150)
    media_type = models.CharField(_("media type"), max_length=60)
    # Kept here too: it names what was there after the bytes are gone.
    sha256 = models.CharField("SHA-256", max_length=64)
    page_count = models.PositiveSmallIntegerField(_("pages"), default=1)
    # What we noticed of a picture (codes such as "blurred"), for the customer and for staff.
    remarks = models.JSONField(_("remarks"), default=list)
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    objects = OrderFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of an order")
        verbose_name_plural = _("files of orders")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(replaced_at=None), name="one_current_file_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.filename}"


class Review(AppendOnly):
    """What staff said of an order's data and papers, and of which papers exactly."""

    class Decision(models.TextChoices):
        APPROVED = "approved", pgettext_lazy("review", "approved")
        RETURNED = "returned", pgettext_lazy("review", "returned")

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("order")
    )
    by = models.ForeignKey(
        "customers.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("staff")
    )
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    # Codes of ``reasons.Reason``: the customer reads their sentences in their own language.
    reasons = models.JSONField(_("reasons"), default=list)
    note = models.CharField(_("note to the customer"), max_length=1000, blank=True)
    # SHA-256 of each file that was looked at, by its kind, and of the data.
    digests = models.JSONField(_("looked at"), default=dict)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="approved") | ~Q(reasons=[]), name="returned_with_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.get_decision_display()}"


class PaperPost(models.Model):
    """A paper original on its way to the provider."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="paper_posts", verbose_name=_("order")
    )
    posted_on = models.DateField(_("posted on"))
    tracking = models.CharField(_("tracking number"), max_length=80, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        "customers.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    created_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    class Meta:
        verbose_name = _("paper original")
        verbose_name_plural = _("paper originals")
        ordering = ["-posted_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=models.F("posted_on")),
                name="received_after_it_was_posted",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.posted_on}"
