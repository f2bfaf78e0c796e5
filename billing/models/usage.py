"""Usage: one row for each billable fact, written once, in the transaction that makes the fact true."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly, AppendOnlyQuerySet
from facts.indexes import PrefixIndex

from .charge import Funding
from .funding import Reservation
from .price_book import Price, Tariff
from .purchase import Purchase

# Namespace of usage ids: an id is derived from its fact, so the same fact can never be metered twice.
USAGE_NAMESPACE = uuid.UUID("6f0c7a3e-5d1c-4e0b-9d53-9b8d5f1f7a10")


class UsageQuerySet(AppendOnlyQuerySet):
    def for_organisation(self, organisation: Any) -> "UsageQuerySet":
        return self.filter(organisation=organisation)

    def between(self, start: datetime, end: datetime) -> "UsageQuerySet":
        """Facts from ``start`` until before ``end``."""
        return self.filter(occurred_at__gte=start, occurred_at__lt=end)


class Usage(AppendOnly):
    """One billed signer (later: one activation, one order), with all that its price rests on."""

    id = models.UUIDField(primary_key=True, editable=False)
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    product = models.CharField(_("product"), max_length=40)
    occurred_at = models.DateTimeField(_("date"))
    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, related_name="usage", verbose_name=_("purchase")
    )
    provider_reference = models.CharField(_("provider reference"), max_length=80)
    # What it was used for, as it was called then: these lines must read the same in ten years.
    subject_id = models.UUIDField(_("envelope id"))
    subject = models.CharField(_("envelope"), max_length=200)
    person_key = models.CharField(_("signer key"), max_length=80)
    person = models.CharField(_("signer"), max_length=200)
    quantity = models.SmallIntegerField(_("quantity"), default=1)
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("corrects"),
    )
    reason = models.CharField(_("reason of the correction"), max_length=200, blank=True)
    tariff = models.CharField(_("tariff"), max_length=12, choices=Tariff.choices)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=8)
    unit_cost = models.DecimalField(_("unit cost"), max_digits=18, decimal_places=8)
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2)
    funding = models.CharField(_("paid by"), max_length=10, choices=Funding.choices, default=Funding.POSTPAID)
    reservation = models.ForeignKey(
        Reservation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="usage",
        verbose_name=_("reservation"),
    )
    sale = models.ForeignKey(
        Price, on_delete=models.PROTECT, related_name="+", verbose_name=_("sell price used")
    )
    cost = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+", verbose_name=_("cost used"))

    objects = UsageQuerySet.as_manager()

    class Meta:
        verbose_name = _("usage")
        verbose_name_plural = _("usage")
        ordering = ["occurred_at", "id"]
        indexes = [
            models.Index(fields=["organisation", "occurred_at", "id"], name="usage_by_period"),
            models.Index(fields=["-occurred_at"], name="usage_newest"),
            PrefixIndex(fields=["subject"], name="usage_subject"),
            PrefixIndex(fields=["person"], name="usage_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity=1, corrects=None) | Q(quantity=-1, corrects__isnull=False),
                name="usage_is_a_fact_or_a_correction",
            ),
            models.UniqueConstraint(fields=["corrects"], name="corrected_once"),
            models.UniqueConstraint(
                fields=["provider_reference", "product", "person_key"],
                condition=Q(corrects=None),
                name="signer_metered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} · {self.person}"

    @property
    def amount(self) -> Decimal:
        """What this line adds to the bill, unrounded."""
        return self.quantity * self.unit_price


def usage_id(organisation_id: uuid.UUID, product: str, provider_reference: str, person_key: str) -> uuid.UUID:
    """The id of a fact's usage row, derived from the fact."""
    return uuid.uuid5(USAGE_NAMESPACE, f"{organisation_id}|{product}|{provider_reference}|{person_key}")
