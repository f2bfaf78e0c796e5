"""Usage added up by the day: what pages read, however many facts there are. Made from them, and made anew at will."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .charge import Funding


class UsageDayQuerySet(models.QuerySet["UsageDay"]):
    def for_organisation(self, organisation: Any) -> "UsageDayQuerySet":
        return self.filter(organisation=organisation)


class UsageDay(models.Model):
    """The facts of one day (of the portal's clock) that are alike in product, payer, price and VAT rate."""

    # What makes facts alike: money is only rounded after all of these were added up.
    ALIKE = ("organisation_id", "day", "product", "funding", "unit_price", "vat_rate")

    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    day = models.DateField(_("date"))
    product = models.CharField(_("product"), max_length=40)
    funding = models.CharField(_("paid by"), max_length=10, choices=Funding.choices)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=8)
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2)
    quantity = models.BigIntegerField(_("quantity"), default=0)
    lines = models.BigIntegerField(_("lines"), default=0)

    objects = UsageDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("usage by the day")
        verbose_name_plural = _("usage by the day")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "day", "product", "funding", "unit_price", "vat_rate"],
                name="usage_day_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.product} · {self.quantity}"
