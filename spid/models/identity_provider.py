"""Identity providers and their rules: dated, with their source, added and never edited."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly, AppendOnlyQuerySet


class IdentityProvider(models.Model):
    """Who issues identities, such as Namirial. Ours sells vouchers of one of them."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)
    is_sold = models.BooleanField(_("its vouchers are sold here"), default=False)

    class Meta:
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_sold"], condition=Q(is_sold=True), name="one_provider_is_sold"
            )
        ]

    def __str__(self) -> str:
        return self.name


class KeepingRuleQuerySet(AppendOnlyQuerySet):
    def in_force(self, provider: Any, day: date) -> "KeepingRule | None":
        """The rule of a provider on a day; None where none is known."""
        return self.filter(provider=provider, valid_from__lte=day).order_by("-valid_from").first()


class KeepingRule(AppendOnly):
    """What an identity provider demands of those who want to keep their identity, from a day on.

    What is not known is left empty, and then nothing is promised about it.
    """

    class Renewal(models.TextChoices):
        AUTOMATIC = "automatic", _("by itself")
        ON_REQUEST = "on_request", _("only when its holder asks for it")
        UNKNOWN = "unknown", _("not known")

    provider = models.ForeignKey(
        IdentityProvider,
        on_delete=models.PROTECT,
        related_name="rules",
        verbose_name=_("identity provider"),
    )
    valid_from = models.DateField(_("valid from"))
    first_months = models.PositiveSmallIntegerField(_("first validity, months"), null=True, blank=True)
    renewal_months = models.PositiveSmallIntegerField(_("each renewal, months"), null=True, blank=True)
    renewal = models.CharField(_("renewed"), max_length=12, choices=Renewal.choices, default=Renewal.UNKNOWN)
    renewal_cost = models.DecimalField(
        _("cost of a renewal for its holder, EUR with VAT"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
    )
    unused_months = models.PositiveSmallIntegerField(
        _("revoked when unused for, months"),
        null=True,
        blank=True,
        help_text=_("Empty: not known, nobody is reminded."),
    )
    languages = models.CharField(
        _("languages of the video recognition"),
        max_length=40,
        blank=True,
        help_text=_("Codes with commas, such as it,en. Empty: not known."),
    )
    source = models.CharField(_("source"), max_length=300)
    created_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)

    objects = KeepingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("keeping rule")
        verbose_name_plural = _("keeping rules")
        ordering = ["provider", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "valid_from"], name="one_rule_at_a_time"),
            models.CheckConstraint(condition=~Q(unused_months=0), name="unused_months_are_some"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.valid_from:%Y-%m-%d}"
