"""Mail that leaves the portal: written with the fact that causes it, delivered by a worker."""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.indexes import PrefixIndex


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, now: datetime) -> "MailQuerySet":
        """Mail that should be handed to the mail server by now."""
        return self.filter(state=Mail.State.QUEUED, next_attempt_at__lte=now)


class Mail(models.Model):
    """One mail to one address. Its text is sealed until it is delivered, then forgotten:

    it may hold a signer's own address of the portal, which nobody else may ever read.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    kind = models.CharField(_("kind"), max_length=60)
    recipient = models.EmailField(_("recipient"))
    language = models.CharField(_("language"), max_length=5)
    subject = models.CharField(_("subject"), max_length=250)
    # What it is about, such as "envelope:<id>", for people who search.
    about = models.CharField(_("about"), max_length=100, blank=True, db_index=True)
    sealed_text = models.TextField(blank=True, editable=False)
    sealed_html = models.TextField(blank=True, editable=False)
    # A mail is written once per fact: a second writing of the same fact finds this row.
    fact_key = models.CharField(_("fact"), max_length=200, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    next_attempt_at = models.DateTimeField(_("next attempt at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="mail_due"),
            models.Index(fields=["-created_at"], name="mail_newest"),
            PrefixIndex(fields=["recipient"], name="mail_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"
