"""What only the holder may see: sealed on arrival, shown to them once, then gone."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .order import Order

SECRET_PURPOSE = "holder-secret"  # noqa: S105  what it is sealed for, not a secret


class HolderSecret(models.Model):
    """PIN, PUK and codes of one order. The vault is a courier that forgets: opened once, the blob is erased."""

    class OpenedBy(models.TextChoices):
        SECOND_FACTOR = "second_factor", _("the holder’s own second factor")
        MOBILE_CODE = "mobile_code", _("a code to the holder’s mobile")

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="secret", verbose_name=_("order")
    )
    # What is inside, by name ("pin", "emergency_code"), and never a value.
    names = models.JSONField(_("what is inside"), default=list)
    sealed = models.TextField(blank=True, editable=False)
    arrived_at = models.DateTimeField(_("arrived at"), default=timezone.now)
    # Digest of the secret part of the holder's address at our portal.
    # The holder was told that it is here; they are reminded now and then while they have not opened it.
    told_at = models.DateTimeField(_("holder told at"), null=True, blank=True)
    token_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001
    # The one-time code to the holder's mobile: its digest, when it went out, how often it was tried.
    code_digest = models.CharField(max_length=64, blank=True, editable=False)
    code_sent_at = models.DateTimeField(_("code sent at"), null=True, blank=True)
    code_attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    opened_by = models.CharField(_("opened by"), max_length=14, choices=OpenedBy.choices, blank=True)

    class Meta:
        verbose_name = _("holder's secret")
        verbose_name_plural = _("holders' secrets")
        ordering = ["-arrived_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(sealed=""), name="opened_secret_is_forgotten"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id}"
