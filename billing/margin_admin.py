"""The margin page in the admin: a period, by customer, product, month or signer, with its totals and its CSV."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .downloads import csv_download
from .exports.dialects import DIALECTS
from .exports.margin import margin_export
from .margin import GROUPINGS, Row, margin_rows, signers_page, total_margin
from .products import labels
from .views import period_of

ROWS_A_PAGE = 50
# Further than anybody pages; the CSV has everything.
LAST_PAGE = 200


class MarginPages(admin.ModelAdmin):
    """Adds the page to the admin of usage, from which it is counted."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.margin)
        return [path("margin/", view, name="billing_usage_margin"), *super().get_urls()]

    def margin(self, request: HttpRequest) -> HttpResponseBase:
        """The margin of a period; with ``form`` as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form, period = period_of(request)
        by = request.GET.get("by", "customer")
        dialect = DIALECTS.get(request.GET.get("form", ""))
        if by not in GROUPINGS or (dialect and form.is_bound and not form.is_valid()):
            raise Http404
        total = total_margin(period)
        if dialect:
            lines = margin_export(margin_rows(period, by), by, total, dialect)
            return csv_download(lines, f"margin-{by}", dialect, period)
        page = _page_number(request)
        rows, has_more = _rows(period, by, page)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Margin"),
            "form": form,
            "period": period,
            "by": by,
            "groupings": GROUPINGS.items(),
            "heading": GROUPINGS[by],
            "rows": [(_label(row, by), row) for row in rows],
            "total": total,
            "page": page,
            "next_page": page + 1 if has_more and page < LAST_PAGE else None,
            "previous_page": page - 1 if page > 1 else None,
        }
        return TemplateResponse(request, "admin/billing/usage/margin.html", context)


def _page_number(request: HttpRequest) -> int:
    number = request.GET.get("page", "1")
    return (
        min(LAST_PAGE, max(1, int(number)))
        if number.isascii() and number.isdigit() and len(number) < 6
        else 1
    )


def _rows(period: Any, by: str, page: int) -> tuple[list[Row], bool]:
    """The rows of a page, and whether there are more."""
    start = (page - 1) * ROWS_A_PAGE
    if by == "signer":
        rows = signers_page(period, start, ROWS_A_PAGE + 1)
    else:
        rows = list(margin_rows(period, by))[start : start + ROWS_A_PAGE + 1]
    return rows[:ROWS_A_PAGE], len(rows) > ROWS_A_PAGE


def _label(row: Row, by: str) -> str:
    if by == "month" and row.month:
        return date_format(row.month, "YEAR_MONTH_FORMAT")
    if by == "product":
        return labels().get(row.product, row.product)
    if by == "signer":
        who = row.signer or _("Fees of plans")
        return f"{who} · {row.customer}"
    return row.customer
