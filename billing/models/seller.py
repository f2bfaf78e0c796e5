"""The seller as it stands on invoices: dated rows, so that an old invoice is still understood by the row of its day."""

from datetime import date
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.append_only import AppendOnly, AppendOnlyQuerySet

series_shape = RegexValidator(r"^[A-Z]{0,6}$", _("Up to six capital letters, or nothing."))


class SellerMissing(Exception):
    """Staff have not entered who sells, as of this day: nothing can be invoiced."""


class SellerQuerySet(AppendOnlyQuerySet):
    def on(self, day: date) -> "Seller":
        """The seller's data in force on a day. Raises ``SellerMissing``."""
        seller: Seller | None = self.filter(valid_from__lte=day).order_by("-valid_from", "-pk").first()
        if seller is None:
            raise SellerMissing(f"no seller's data on {day}")
        return seller


class Seller(AppendOnly):
    """The reseller's name, numbers and address, how it numbers its invoices, and what it asks of its customers."""

    class SoleShareholder(models.TextChoices):
        NONE = "", "—"
        ONE = "SU", _("one shareholder")
        SEVERAL = "SM", _("several shareholders")

    name = models.CharField(_("name"), max_length=80)
    vat_number = models.CharField(_("VAT number (partita IVA)"), max_length=11)
    tax_code = models.CharField(_("tax code (codice fiscale)"), max_length=16)
    regime = models.CharField(
        _("tax regime"),
        max_length=4,
        default="RF01",
        help_text=_("RF01 is the ordinary one; the codes are those of the e-invoice."),
        validators=[RegexValidator(r"^RF(0[1245678]|09|1[0-9]|20)$", _("RF and two digits, such as RF01."))],
    )
    address = models.CharField(_("address"), max_length=60)
    postal_code = models.CharField(_("postal code"), max_length=5)
    city = models.CharField(_("city"), max_length=60)
    province = models.CharField(_("province"), max_length=2)
    rea_office = models.CharField(_("REA: office"), max_length=2, blank=True)
    rea_number = models.CharField(_("REA: number"), max_length=20, blank=True)
    share_capital = models.DecimalField(
        _("share capital, EUR"), max_digits=13, decimal_places=2, null=True, blank=True
    )
    sole_shareholder = models.CharField(
        _("shareholders"), max_length=2, choices=SoleShareholder.choices, blank=True
    )
    is_in_liquidation = models.BooleanField(_("in liquidation"), default=False)
    phone = models.CharField(_("phone"), max_length=12, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    iban = models.CharField(
        "IBAN", max_length=34, help_text=_("Where customers pay to; it stands on every invoice.")
    )
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), default=30)
    is_stamp_charged = models.BooleanField(
        _("stamp duty is charged on"),
        default=False,
        help_text=_("On: the customer pays it, as a line of the invoice. Off: the seller bears it."),
    )
    series = models.CharField(
        _("series of invoices"), max_length=6, blank=True, validators=[series_shape],
        help_text=_(
            "Part of the number, such as E in 12/E/2026; empty: 12/2026. A letter is advisable: "
            "without one a spreadsheet such as Excel takes 1/2026 in the CSV files for a date, 1 January 2026."
        ),
    )  # fmt: skip
    credit_series = models.CharField(
        _("series of credit notes"), max_length=6, blank=True, validators=[series_shape],
        help_text=_("The same as above, or one of their own."),
    )  # fmt: skip
    valid_from = models.DateField(_("valid from"), default=timezone.localdate, unique=True)
    source = models.CharField(
        _("source"), max_length=200, help_text=_("Where this comes from, such as the company's register.")
    )
    created_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)

    objects = SellerQuerySet.as_manager()

    class Meta:
        verbose_name = _("seller's data")
        verbose_name_plural = _("seller's data")
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.name} ({self.valid_from})"

    def series_for(self, *, is_credit: bool) -> str:
        """The series in which an invoice or a credit note is numbered."""
        return self.credit_series if is_credit else self.series

    def as_initial(self) -> dict[str, Any]:
        """What a newer row begins with: everything that rarely changes."""
        kept = {"id", "valid_from", "source", "created_at"}
        return {
            field.name: getattr(self, field.name) for field in self._meta.fields if field.name not in kept
        }
