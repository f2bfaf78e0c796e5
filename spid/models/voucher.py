"""Vouchers: what was bought. The link is its person's secret; only its fingerprint is ever compared or shown."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models import Purchase

from .activation import Activation


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def spare(self) -> "VoucherQuerySet":
        """Paid for and nobody's yet, oldest first."""
        return self.filter(activation=None).exclude(sealed_link="").order_by("created_at")


class Voucher(models.Model):
    """One voucher that was paid for: somebody's, or a spare that the next in line gets instead of a new one."""

    class Source(models.TextChoices):
        ANSWER = "answer", _("the provider's answer")
        SUPPORT = "support", _("the provider's support")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The link's fingerprint under a key of ours: the same link is never kept twice.
    reference = models.CharField(_("reference"), max_length=80, unique=True)
    sealed_link = models.TextField(blank=True, editable=False)
    source = models.CharField(_("known from"), max_length=12, choices=Source.choices)
    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, related_name="vouchers", verbose_name=_("paid by")
    )
    activation = models.OneToOneField(
        Activation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="voucher",
        verbose_name=_("activation"),
    )
    created_at = models.DateTimeField(_("kept since"), default=timezone.now)
    forgotten_at = models.DateTimeField(_("link erased at"), null=True, blank=True)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(sealed_link="") | Q(forgotten_at__isnull=False), name="sealed_until_forgotten"
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_spare(self) -> bool:
        return self.activation_id is None and bool(self.sealed_link)
