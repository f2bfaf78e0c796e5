"""What the provider's books say, as we read them: facts, kept as they were told."""

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly


class ProviderReading(AppendOnly):
    """One complete reading of the account. Its counters were read between the two moments."""

    started_at = models.DateTimeField(_("begun at"))
    ended_at = models.DateTimeField(_("ended at"), default=timezone.now)
    credit = models.DecimalField(_("credit, EUR"), max_digits=18, decimal_places=8)
    new_lines = models.PositiveIntegerField(_("new lines"), default=0)

    class Meta:
        verbose_name = _("reading of the provider's books")
        verbose_name_plural = _("readings of the provider's books")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["-started_at"], name="provider_reading_newest")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class ProviderLine(AppendOnly):
    """A movement of the wallet at the provider; negative was spent. Its description names a host and no purchase."""

    reference = models.CharField(_("provider reference"), max_length=80, unique=True)
    amount = models.DecimalField(_("amount, EUR"), max_digits=18, decimal_places=8)
    # The provider's time; when we first saw it, where it told none.
    at = models.DateTimeField(_("date"))
    host = models.CharField(_("host"), max_length=100, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    seen_at = models.DateTimeField(_("first seen at"), default=timezone.now)

    class Meta:
        verbose_name = _("provider's line")
        verbose_name_plural = _("provider's lines")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="provider_line_newest"),
            models.Index(fields=["seen_at"], name="provider_line_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.amount.normalize():f}"


class RequestCount(AppendOnly):
    """What a subscription had left at a reading."""

    reading = models.ForeignKey(
        ProviderReading, on_delete=models.PROTECT, related_name="counts", verbose_name=_("reading")
    )
    reference = models.CharField(_("provider reference"), max_length=80)
    scope = models.CharField(_("call"), max_length=200)
    available = models.PositiveIntegerField(_("requests left"))
    total = models.PositiveIntegerField(_("requests in all"), null=True, blank=True)
    price = models.DecimalField(
        _("price of a request, EUR"), null=True, blank=True, max_digits=18, decimal_places=8
    )
    starts_at = models.DateTimeField(_("begins at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends at"), null=True, blank=True)

    class Meta:
        verbose_name = _("count of a subscription")
        verbose_name_plural = _("counts of subscriptions")
        ordering = ["-reading", "reference"]
        constraints = [
            models.UniqueConstraint(fields=["reading", "reference"], name="counted_once_a_reading")
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.available}"


class DailyCount(AppendOnly):
    """What the provider counted of one call on one day; a later reading that says otherwise is another row."""

    day = models.DateField(_("day"))
    scope = models.CharField(_("call"), max_length=200)
    seen_at = models.DateTimeField(_("read at"), default=timezone.now)
    total = models.PositiveIntegerField(_("calls"))
    wallet = models.PositiveIntegerField(_("paid from the wallet"))
    subscription = models.PositiveIntegerField(_("paid by a subscription"))
    errors = models.PositiveIntegerField(_("failed"))
    amount = models.DecimalField(
        _("taken from the wallet, EUR"), default=Decimal(0), max_digits=18, decimal_places=8
    )

    class Meta:
        verbose_name = _("provider's daily count")
        verbose_name_plural = _("provider's daily counts")
        ordering = ["-day", "scope", "-seen_at"]
        indexes = [models.Index(fields=["day", "scope", "-seen_at"], name="daily_count_newest")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.scope}"


def last_reading(before: datetime | None = None) -> ProviderReading | None:
    """The newest complete reading, or the newest before a moment."""
    readings = ProviderReading.objects.all()
    if before is not None:
        readings = readings.filter(started_at__lt=before)
    return readings.order_by("-started_at", "-pk").first()
