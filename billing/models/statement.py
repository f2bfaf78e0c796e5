"""Monthly statements: what an organisation used in a calendar month, aggregated, counted once and never changed."""

import hashlib
import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly, AppendOnlyQuerySet

from ..periods import Period


class StatementQuerySet(AppendOnlyQuerySet):
    def for_organisation(self, organisation: Any) -> "StatementQuerySet":
        return self.filter(organisation=organisation)


class Statement(AppendOnly):
    """A closed month of one organisation. Its number and date are what a deferred invoice refers to."""

    id = models.UUIDField(primary_key=True, editable=False)
    # Found by the index of ``month_closed_once``.
    organisation = models.ForeignKey(
        "customers.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("organisation"),
    )  # fmt: skip
    month = models.DateField(_("month"), help_text=_("Its first day."))
    number = models.CharField(_("number"), max_length=20, unique=True)
    net = models.DecimalField(_("without VAT"), max_digits=14, decimal_places=2)
    prepaid = models.DecimalField(
        _("paid from the wallet, with VAT"), max_digits=14, decimal_places=2, default=Decimal("0.00")
    )
    closed_at = models.DateTimeField(_("closed at"), default=timezone.now)
    # Which run of the closing made it: of two at the same time, each goes on with its own.
    closing = models.UUIDField(editable=False)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["-month", "number"]
        constraints = [models.UniqueConstraint(fields=["organisation", "month"], name="month_closed_once")]
        indexes = [models.Index(fields=["-month", "number"], name="statement_newest")]

    def __str__(self) -> str:
        return self.number

    @property
    def period(self) -> Period:
        return Period.month_of(self.month)

    @property
    def dated_on(self) -> date:
        """The day that it bears: the last of its month."""
        return self.period.last


class StatementLine(AppendOnly):
    """What was used of one product at one price in the month. Rounded here, once."""

    # Found by the index of ``one_line_per_price``.
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines", db_index=False)
    product = models.CharField(_("product"), max_length=80)
    # What the product's name does not say, such as the period of a fee.
    description = models.CharField(_("description"), max_length=200, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=8)
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2)
    quantity = models.IntegerField(_("quantity"))
    net = models.DecimalField(_("without VAT"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("line of a statement")
        verbose_name_plural = _("lines of statements")
        ordering = ["product", "description", "unit_price", "vat_rate"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "product", "description", "unit_price", "vat_rate"],
                name="one_line_per_price",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"

    @property
    def key(self) -> tuple[str, str, Decimal, Decimal]:
        """What its facts have in common."""
        return (self.product, self.description, self.unit_price, self.vat_rate)


def statement_id(organisation_id: uuid.UUID, month: date) -> uuid.UUID:
    """The id of a month's statement, derived, so that closing again finds the same row. SQL derives it, too."""
    digest = hashlib.md5(f"{organisation_id}|{month:%Y-%m}".encode(), usedforsecurity=False)
    return uuid.UUID(digest.hexdigest())


def statement_number(customer_code: str, month: date) -> str:
    """Such as ``C7K2M9QX-2611``: who, and which month. Nothing is counted, so none is missing or used twice."""
    return f"{customer_code}-{month:%y%m}"
