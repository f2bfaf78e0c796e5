"""Staff's view of money: the price book is added to, everything else is looked at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from facts.admin import AddOnlyAdmin, FactAdmin, MonthFilter

from . import (  # noqa: F401  they register themselves
    difference_admin,
    invoice_admin,
    plan_admin,
    purchase_admin,
    wallet_admin,
)
from .correction_admin import CorrectionPages
from .exports.dialects import DIALECTS
from .exports.usage import STAFF_COLUMNS
from .margin_admin import MarginPages
from .models import Price, ProviderCall, Usage, VatRate
from .product_admin import NamedProduct, ProductFilter, amount_column
from .products import choices
from .usage_report import totals_of, usage_lines
from .views import csv_response, period_of


class PriceForm(forms.ModelForm):
    """A new price, for a product that somebody sells."""

    product = forms.ChoiceField(label=_("Product"), choices=choices)

    class Meta:
        model = Price
        fields = "__all__"  # noqa: DJ007  every one of a price


@admin.register(Price)
class PriceAdmin(NamedProduct, AddOnlyAdmin):
    form = PriceForm
    list_display = [
        "product_name",
        "side",
        "tariff",
        "organisation",
        "group",
        amount_column("amount", _("amount without VAT, EUR")),
        "valid_from",
        "source",
    ]
    list_filter = ["side", ProductFilter, "tariff"]
    list_select_related = ["organisation", "group"]
    search_fields = ["organisation__name", "group__name", "source"]
    autocomplete_fields = ["organisation", "group"]


@admin.register(VatRate)
class VatRateAdmin(AddOnlyAdmin):
    list_display = ["rate", "valid_from", "source"]


@admin.register(Usage)
class UsageAdmin(NamedProduct, FactAdmin, MarginPages, CorrectionPages):
    """Every billed signer, with an export of a period for the reseller's own accountant."""

    list_display = [
        "occurred_at", "organisation", "subject", "person", "product_name", "quantity",
        amount_column("unit_price", _("unit price")), amount_column("unit_cost", _("unit cost")), "tariff", "funding",
    ]  # fmt: skip
    list_filter = [ProductFilter, "tariff", "funding", MonthFilter.of("occurred_at")]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name__istartswith", "subject__istartswith", "person__istartswith",
                     "purchase__provider_reference"]  # fmt: skip
    search_help_text = _("Beginning of an organisation, envelope or signer, or the whole provider reference")
    ordering = ["-occurred_at"]
    change_list_template = "admin/billing/usage/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        return [
            path("export/", self.admin_site.admin_view(self.export), name="billing_usage_export"),
            *super().get_urls(),
        ]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """A period of all organisations: first its totals, then the CSV."""
        if not self.has_view_permission(request):
            raise Http404
        form, period = period_of(request)
        lines = usage_lines(period)
        dialect = DIALECTS.get(request.GET.get("form", ""))
        if dialect and form.is_bound and form.is_valid():
            return csv_response(lines, STAFF_COLUMNS, dialect, period)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Export usage"),
            "form": form,
            "period": period,
            "totals": totals_of(lines, period.last),
        }
        return TemplateResponse(request, "admin/billing/usage/export.html", context)


@admin.register(ProviderCall)
class ProviderCallAdmin(FactAdmin):
    list_display = ["at", "method", "host", "path", "status", "error", "attempt", "duration_ms"]
    list_filter = [MonthFilter.of("at")]
    search_fields = ["path__istartswith", "error"]
    search_help_text = _("Beginning of the path, or the whole error")
