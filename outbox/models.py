"""What leaves the portal, mail and SMS: written with the fact that causes it, delivered by a worker."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.indexes import PrefixIndex


class OutgoingQuerySet(models.QuerySet[Any]):
    def due(self, now: datetime) -> "OutgoingQuerySet":
        """What should be handed over by now."""
        return self.filter(state=Outgoing.State.QUEUED, next_attempt_at__lte=now)


class Outgoing(models.Model):
    """Something to be handed over once, with as many attempts as it takes."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    kind = models.CharField(_("kind"), max_length=60)
    # What it is about, such as "envelope:<id>", for people who search.
    about = models.CharField(_("about"), max_length=100, blank=True, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    next_attempt_at = models.DateTimeField(_("next attempt at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]


class Mail(Outgoing):
    """One mail to one address. Its text is sealed until it is delivered, then forgotten:

    it may hold a signer's own address of the portal, which nobody else may ever read.
    """

    recipient = models.EmailField(_("recipient"))
    language = models.CharField(_("language"), max_length=5)
    subject = models.CharField(_("subject"), max_length=250)
    sealed_text = models.TextField(blank=True, editable=False)
    sealed_html = models.TextField(blank=True, editable=False)
    # A mail is written once per fact: a second writing of the same fact finds this row.
    fact_key = models.CharField(_("fact"), max_length=200, unique=True)

    class Meta(Outgoing.Meta):
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="mail_due"),
            models.Index(fields=["-created_at"], name="mail_newest"),
            PrefixIndex(fields=["recipient"], name="mail_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"


class TextMessage(Outgoing):
    """One SMS. Number and text are sealed until it is delivered, then forgotten: it holds a one-time code."""

    # Enough of the number for its owner to know it.
    masked = models.CharField(_("recipient"), max_length=20)
    sealed_recipient = models.TextField(blank=True, editable=False)
    sealed_text = models.TextField(blank=True, editable=False)
    # A code that has run out by then helps nobody.
    good_until = models.DateTimeField(_("good until"))

    class Meta(Outgoing.Meta):
        verbose_name = _("SMS")
        verbose_name_plural = _("SMS")
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="text_due"),
            models.Index(fields=["-created_at"], name="text_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.masked}"
