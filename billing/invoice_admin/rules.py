"""What invoices rest on: the seller's data and tax rules, which are added to, and numbers and codes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.admin import AddOnlyAdmin
from facts.steady_admin import SteadyAdmin

from ..invoice_forms import SellerForm
from ..models import AccountingCode, NumberSeries, Seller, StampDuty, TaxRule
from ..models.seller import SellerMissing


@admin.register(Seller)
class SellerAdmin(AddOnlyAdmin):
    """A new row takes the old one's place from its day on; the form begins with what holds today."""

    form = SellerForm
    list_display = ["name", "vat_number", "city", "iban", "series", "credit_series", "valid_from", "source"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        try:
            return {
                **Seller.objects.on(timezone.localdate()).as_initial(),
                "valid_from": timezone.localdate(),
            }
        except SellerMissing:
            return {}


@admin.register(TaxRule)
class TaxRuleAdmin(AddOnlyAdmin):
    list_display = ["customer", "nature", "reference", "is_split", "bears_stamp", "valid_from", "source"]
    list_filter = ["customer"]


@admin.register(StampDuty)
class StampDutyAdmin(AddOnlyAdmin):
    list_display = ["amount", "threshold", "valid_from", "source"]


@admin.register(NumberSeries)
class NumberSeriesAdmin(AddOnlyAdmin):
    """Added by hand only to go on from numbers used elsewhere; otherwise the first invoice of a year adds it."""

    list_display = ["register", "series", "of_year", "last", "last_on"]
    fields = ["register", "series", "year", "last"]

    @admin.display(description=_("year"), ordering="year")
    def of_year(self, row: NumberSeries) -> str:
        """Without a mark between its thousands; the files of all years are one series."""
        return str(row.year or "–")


@admin.register(AccountingCode)
class AccountingCodeAdmin(SteadyAdmin, admin.ModelAdmin):
    list_display = ["kind", "key", "code"]
    list_filter = ["kind"]
    search_fields = ["key", "code"]
