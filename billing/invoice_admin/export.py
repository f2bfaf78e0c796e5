"""Staff's export of invoices: what a period of all organisations adds up to, and what is taken along."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from ..downloads import csv_download, zip_download
from ..exports.archive import invoice_archive, part_named, xml_archive, xml_parts
from ..exports.dialects import DIALECTS, Dialect
from ..exports.invoices import (
    STAFF_LINE_COLUMNS,
    STAFF_PAYMENT_COLUMNS,
    STAFF_REGISTER_COLUMNS,
    line_export,
    payment_export,
    register_export,
)
from ..invoice_report import invoices_of, payments_of, total_of_payments, totals_of_invoices
from ..periods import Period
from ..views import period_of


def export_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    """The page of a period, or with ``what`` (and ``form``, or ``part``) the download itself."""
    form, period = period_of(request, Period.last_month())
    if form.is_bound and form.is_valid():
        download = _download(request, period)
        if download is not None:
            return download
    found = invoices_of(period)
    context |= {
        "title": gettext("Export invoices"),
        "form": form,
        "period": period,
        "query": urlencode({"first": period.first.isoformat(), "last": period.last.isoformat()}),
        "totals": totals_of_invoices(found),
        "paid": total_of_payments(payments_of(period)),
        "parts": range(1, len(xml_parts(found)) + 1),
    }
    return TemplateResponse(request, "admin/billing/invoice/export.html", context)


def _download(request: HttpRequest, period: Period) -> HttpResponseBase | None:
    what, dialect = request.GET.get("what", ""), DIALECTS.get(request.GET.get("form", ""))
    if what == "archive":
        return zip_download(invoice_archive(invoices_of(period)), "invoices", period)
    if what == "xml":
        number = request.GET.get("part", "1")
        part = part_named(xml_parts(invoices_of(period)), number)
        return None if part is None else zip_download(xml_archive(part), f"xml-{number}", period)
    return _csv(what, dialect, period) if dialect else None


def _csv(what: str, dialect: Dialect, period: Period) -> HttpResponseBase | None:
    match what:
        case "register":
            lines = register_export(invoices_of(period), STAFF_REGISTER_COLUMNS, dialect)
        case "lines":
            lines = line_export(invoices_of(period), STAFF_LINE_COLUMNS, dialect)
        case "payments":
            lines = payment_export(payments_of(period), STAFF_PAYMENT_COLUMNS, dialect)
        case _:
            return None
    return csv_download(lines, what, dialect, period)
