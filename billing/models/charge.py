"""Charges: what a customer owes besides usage, one row for each fact."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facts.append_only import AppendOnly, AppendOnlyQuerySet


class Funding(models.TextChoices):
    """Who or what pays for a piece, in the order in which they are asked."""

    FREE = "free", pgettext_lazy("funding", "free")
    PACKAGE = "package", pgettext_lazy("funding", "subscription")
    WALLET = "wallet", pgettext_lazy("funding", "top-up")
    POSTPAID = "postpaid", pgettext_lazy("funding", "post-paid")


class ChargeQuerySet(AppendOnlyQuerySet):
    def for_organisation(self, organisation: Any) -> "ChargeQuerySet":
        return self.filter(organisation=organisation)


class Charge(AppendOnly):
    """A fee of a plan, or the difference of fees when a plan is changed."""

    class Kind(models.TextChoices):
        FEE = "fee", _("fee of a period")
        CHANGE = "change", _("change of plan, for the days that are left")

    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    # The fact that is charged, such as "fee:<organisation>:<first day>": charged at most once.
    key = models.CharField(_("fact"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    product = models.CharField(_("product"), max_length=80)
    description = models.CharField(_("description"), max_length=200)
    occurred_at = models.DateTimeField(_("date"), default=timezone.now)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=8)
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2)
    funding = models.CharField(_("paid by"), max_length=10, choices=Funding.choices, default=Funding.POSTPAID)

    objects = ChargeQuerySet.as_manager()

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["occurred_at", "pk"]
        indexes = [
            models.Index(fields=["organisation", "occurred_at"], name="charge_by_period"),
            models.Index(fields=["-occurred_at"], name="charge_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(unit_price__gt=0), name="charge_of_something"),
            models.CheckConstraint(
                condition=Q(funding__in=["wallet", "postpaid"]), name="charge_is_paid_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.description} · {self.unit_price.normalize():f}"

    @property
    def amount(self) -> Decimal:
        """What it adds to the bill, without VAT, unrounded."""
        return self.quantity * self.unit_price
