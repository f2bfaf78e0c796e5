"""What was said to the provider: every call that changes something there, and every call that failed."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly
from facts.indexes import PrefixIndex


class ProviderCall(AppendOnly):
    """One exchange with the provider, without secrets. Reads that went well are counted, not kept."""

    at = models.DateTimeField(_("at"), default=timezone.now)
    method = models.CharField(_("method"), max_length=8)
    host = models.CharField(_("host"), max_length=100)
    path = models.CharField(_("path"), max_length=200)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    duration_ms = models.PositiveIntegerField(_("milliseconds"))
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    error = models.CharField(_("error"), max_length=100, blank=True)
    request = models.JSONField(_("request"), default=dict)
    answer = models.JSONField(_("answer"), default=dict)

    class Meta:
        verbose_name = _("provider call")
        verbose_name_plural = _("provider calls")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at"], name="provider_call_newest"),
            PrefixIndex(fields=["path"], name="provider_call_path"),
            models.Index(fields=["error"], condition=~models.Q(error=""), name="provider_call_error"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status or self.error}"
