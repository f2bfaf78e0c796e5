"""The price book: dated prices, added and never edited, so that any past day can be priced again."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly, AppendOnlyQuerySet

if TYPE_CHECKING:
    from customers.models import Organisation


class Product(models.TextChoices):
    """What is sold by the piece and always there; apps bring more, by keys of their own (``billing.products``)."""

    SIMPLE_SIGNATURE = "simple_signature", _("Simple electronic signature, per signer")
    SPID = "spid", _("Personal SPID, per activation")


class Tariff(models.TextChoices):
    """How the provider charges us: by the call, or from a subscription."""

    SINGLE = "single", _("single call")
    SUBSCRIPTION = "subscription", _("within a subscription")


class PriceMissing(Exception):
    """Nothing in the price book holds for this product at this time: staff must add a price first."""


class PriceQuerySet(AppendOnlyQuerySet):
    def in_force(self, side: str, product: str, at: datetime) -> "PriceQuerySet":
        return self.filter(side=side, product=product, valid_from__lte=at).order_by("-valid_from", "-pk")

    def cost(self, product: str, tariff: str, at: datetime) -> "Price":
        """What one piece costs us at this time. Raises ``PriceMissing``."""
        price = self.in_force(Price.Side.BUY, product, at).filter(tariff=tariff).first()
        if price is None:
            raise PriceMissing(f"no cost for {product} ({tariff})")
        return price

    def sale(self, product: str, organisation: "Organisation", at: datetime) -> "Price":
        """What this customer pays for one piece: their own price if there is one, else their group's, else everybody's.

        Raises ``PriceMissing``.
        """
        price = self.sales([product], organisation, at).get(product)
        if price is None:
            raise PriceMissing(f"no sell price for {product}")
        return price

    def sales(
        self, products: Iterable[str], organisation: "Organisation", at: datetime
    ) -> "dict[str, Price]":
        """What this customer pays for one piece of each product, by key; those without a price are left out."""
        offered = self.filter(side=Price.Side.SELL, product__in=products, valid_from__lte=at)
        for_them = Q(organisation=organisation) | Q(organisation=None, group=None)
        if organisation.group_id:
            for_them |= Q(group=organisation.group_id)
        # The last one counts: everybody's, then the group's, then one's own; and older before newer.
        return {
            row.product: row
            for row in sorted(
                offered.filter(for_them), key=lambda row: (row.precedence, row.valid_from, row.pk)
            )
        }


class Price(AppendOnly):
    """An amount in EUR, without VAT, from a moment on, until a later row takes its place."""

    class Side(models.TextChoices):
        BUY = "buy", _("cost")
        SELL = "sell", _("sell price")

    side = models.CharField(_("side"), max_length=4, choices=Side.choices)
    product = models.CharField(_("product"), max_length=40)
    tariff = models.CharField(_("tariff"), max_length=12, choices=Tariff.choices, default=Tariff.SINGLE)
    organisation = models.ForeignKey(
        "customers.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("Empty: for everybody, or for a group."),
    )
    group = models.ForeignKey(
        "customers.CustomerGroup",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer group"),
        help_text=_("For customers of this group who have no price of their own."),
    )
    amount = models.DecimalField(_("amount without VAT, EUR"), max_digits=18, decimal_places=8)
    valid_from = models.DateTimeField(_("valid from"), default=timezone.now)
    source = models.CharField(_("source"), max_length=200)
    created_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["-valid_from", "-pk"]
        indexes = [models.Index(fields=["side", "product", "-valid_from"], name="price_in_force")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_not_negative"),
            models.UniqueConstraint(
                fields=["side", "product", "tariff", "valid_from"],
                condition=Q(organisation=None, group=None),
                name="one_price_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["side", "product", "tariff", "group", "valid_from"],
                condition=Q(group__isnull=False),
                name="one_price_at_a_time_each_group",
            ),
            models.UniqueConstraint(
                fields=["side", "product", "tariff", "organisation", "valid_from"],
                condition=Q(organisation__isnull=False),
                name="one_price_at_a_time_each",
            ),
            models.CheckConstraint(
                condition=Q(side="sell") | Q(organisation=None, group=None), name="cost_is_the_same_for_all"
            ),
            models.CheckConstraint(
                condition=Q(organisation=None) | Q(group=None), name="price_of_a_customer_or_a_group"
            ),
        ]

    @property
    def precedence(self) -> int:
        """Whose price goes before whose: everybody's 0, a group's 1, a customer's own 2."""
        return 2 if self.organisation_id else 1 if self.group_id else 0

    def __str__(self) -> str:
        return f"{self.product} {self.get_side_display()} {self.amount.normalize():f}"


class VatRateQuerySet(AppendOnlyQuerySet):
    def at(self, moment: datetime) -> "VatRate":
        """The ordinary rate at a moment. Raises ``PriceMissing``."""
        rate = self.filter(valid_from__lte=moment).order_by("-valid_from", "-pk").first()
        if rate is None:
            raise PriceMissing("no VAT rate")
        return rate


class VatRate(AppendOnly):
    """The ordinary VAT rate in percent, from a moment on."""

    rate = models.DecimalField(_("rate in percent"), max_digits=5, decimal_places=2)
    valid_from = models.DateTimeField(_("valid from"), unique=True)
    source = models.CharField(_("source"), max_length=200)

    objects = VatRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.rate} %"
