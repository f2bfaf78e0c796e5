"""Who pays for what a purchase buys: reserved before it is sent, and ended when it is bought or given up."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly, AppendOnlyQuerySet

from .charge import Funding
from .plan import Plan
from .price_book import Price
from .purchase import Purchase


class ReservationQuerySet(AppendOnlyQuerySet):
    def for_organisation(self, organisation: Any) -> "ReservationQuerySet":
        return self.filter(organisation=organisation)

    def open(self) -> "ReservationQuerySet":
        """Those of purchases that are under way."""
        return self.filter(end=None)


class Reservation(AppendOnly):
    """So many pieces of a purchase that are free, within the subscription, held in the wallet, or to be invoiced.

    Only customers with a plan have any: what no reservation covers is invoiced at its price.
    """

    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, related_name="reservations", verbose_name=_("purchase")
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", verbose_name=_("plan"))
    period_first = models.DateField(_("first day of the period"))
    product = models.CharField(_("product"), max_length=40)
    funding = models.CharField(_("paid by"), max_length=10, choices=Funding.choices)
    quantity = models.PositiveIntegerField(_("pieces"))
    sale = models.ForeignKey(
        Price, on_delete=models.PROTECT, related_name="+", verbose_name=_("sell price used")
    )
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2)
    held = models.DecimalField(_("held in the wallet, EUR"), max_digits=18, decimal_places=8)
    made_at = models.DateTimeField(_("at"), default=timezone.now)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(
                fields=["organisation", "period_first", "product", "funding"], name="reserved_of_a_period"
            ),
            models.Index(fields=["-made_at"], name="reservation_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["purchase", "product", "funding"], name="reserved_once_each"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_of_something"),
            models.CheckConstraint(
                condition=Q(held=0) | Q(funding="wallet", held__gt=0), name="only_the_wallet_holds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product} · {self.get_funding_display()}"


class ReservationEnd(AppendOnly):
    """What became of a reservation: so many pieces used, and the others given back. Each ends once."""

    reservation = models.OneToOneField(
        Reservation, on_delete=models.PROTECT, related_name="end", verbose_name=_("reservation")
    )
    used = models.PositiveIntegerField(_("used"))
    given_back = models.PositiveIntegerField(_("given back"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("end of a reservation")
        verbose_name_plural = _("ends of reservations")

    def __str__(self) -> str:
        return f"{self.used} + {self.given_back}"
