"""The customer's invoices: the list of a period, each one with its files and payments, and the exports."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.requests import CustomerRequest, for_members
from documents.responses import file_response

from .downloads import csv_download, zip_download
from .exports.archive import invoice_archive, part_named, pdf_name, xml_archive, xml_parts
from .exports.dialects import DIALECTS, Dialect
from .exports.invoices import (
    LINE_COLUMNS,
    PAYMENT_COLUMNS,
    REGISTER_COLUMNS,
    line_export,
    payment_export,
    register_export,
)
from .flows.file_invoice import pdf_of, xml_of
from .flows.parties import iban_of
from .flows.render_invoice import line_label
from .invoice_report import invoices_of, payments_of, totals_of_invoices
from .models import Invoice, SdiOutcome, Statement
from .models.transmission import latest
from .periods import Period
from .views import period_of, query_of

INVOICES_A_PAGE = 25
TONES = {
    "open": "progress",
    "partly": "progress",
    "overdue": "danger",
    "paid": "success",
    "refund": "attention",
}


@require_safe
@for_members(able_to="can_view_usage")
def invoices(request: CustomerRequest) -> HttpResponse:
    """The invoices of a period, this year's at first."""
    form, period = period_of(request, Period.this_year())
    found = invoices_of(period, request.organisation)
    page = Paginator(found.with_settled().order_by("-issued_on", "-sequence"), INVOICES_A_PAGE).get_page(
        request.GET.get("page")
    )
    today = timezone.localdate()
    context = {
        "form": form,
        "period": period,
        "presets": presets_of_years(period),
        "query": urlencode(query_of(period)),
        "page": page,
        "rows": [_row(invoice, today) for invoice in page],
        "totals": totals_of_invoices(found),
    }
    return render(request, "billing/invoices.html", context)


def presets_of_years(current: Period) -> list[dict[str, Any]]:
    """Periods that books are kept in, as links."""
    presets = [
        (_("This year"), Period.this_year()),
        (_("Last year"), Period.last_year()),
        (_("Last month"), Period.last_month()),
    ]
    return [
        {
            "label": label,
            "query": urlencode(query_of(period)),
            "is_current": period == current,
        }
        for label, period in presets
    ]


def _row(invoice: Invoice, today: Any) -> dict[str, Any]:
    state = invoice.payment_state(today)
    return {"invoice": invoice, "state": state, "tone": TONES.get(state, "neutral")}


@require_safe
@for_members(able_to="can_view_usage")
def detail(request: CustomerRequest, pk: UUID) -> HttpResponse:
    """One invoice: its lines, what was paid, what the exchange system said."""
    ours = Invoice.objects.for_organisation(request.organisation).with_settled()
    invoice = get_object_or_404(
        ours.select_related("statement").prefetch_related(
            "lines", "summaries", "payments", "credits__invoice", "credit_notes__credit_note",
            "transmissions__outcomes", "transmissions__files",
        ),
        pk=pk,
    )  # fmt: skip
    file = latest(invoice)
    outcomes = list(file.outcomes.all())
    context = _row(invoice, timezone.localdate()) | {
        "file": file,
        "seller": file.seller,
        "iban": iban_of(invoice),
        "lines": [{"line": line, "label": line_label(line)} for line in invoice.lines.all()],
        "split_tax": invoice.total - invoice.due,
        "has_pdf": any(kept.kind == "pdf" for kept in file.files.all()),
        "outcome": outcomes[-1] if outcomes else None,
        "is_waiting": any(outcome.kind == SdiOutcome.Kind.NOT_DELIVERED for outcome in outcomes),
    }
    return render(request, "billing/invoice.html", context)


@require_safe
@for_members(able_to="can_view_usage")
def pdf(request: CustomerRequest, pk: UUID) -> HttpResponse:
    """The invoice as PDF/A-3, its XML inside."""
    invoice = get_object_or_404(Invoice.objects.for_organisation(request.organisation), pk=pk)
    data = pdf_of(invoice)
    if data is None:
        raise Http404
    return file_response(data, pdf_name(invoice), "application/pdf")


@require_safe
@for_members(able_to="can_view_usage")
def xml(request: CustomerRequest, pk: UUID) -> HttpResponse:
    """The electronic invoice itself."""
    invoice = get_object_or_404(Invoice.objects.for_organisation(request.organisation), pk=pk)
    return file_response(xml_of(invoice), latest(invoice).file_name, "application/xml")


@require_safe
@for_members(able_to="can_view_usage")
def statement(request: CustomerRequest, pk: UUID) -> HttpResponse:
    """A closed month: what was used, aggregated as it was invoiced."""
    ours = Statement.objects.for_organisation(request.organisation).prefetch_related("lines")
    found = get_object_or_404(ours, pk=pk)
    context = {
        "statement": found,
        "invoice": Invoice.objects.for_organisation(request.organisation).filter(statement=found).first(),
        "query": urlencode({"first": found.period.first.isoformat(), "last": found.period.last.isoformat()}),
    }
    return render(request, "billing/statement.html", context)


Lines = Callable[[Any, Period, Dialect], Iterator[str]]


def _export(name: str, lines: Lines) -> Callable[..., HttpResponseBase]:
    """A view that exports what a period holds: ``form=it`` for spreadsheets, ``form=plain`` for programs."""

    @require_safe
    @for_members(able_to="can_view_usage")
    def view(request: CustomerRequest) -> StreamingHttpResponse:
        period = _asked_period(request)
        dialect = DIALECTS.get(request.GET.get("form", "it"))
        if dialect is None:
            raise Http404
        return csv_download(lines(request.organisation, period, dialect), name, dialect, period)

    return view


def _asked_period(request: CustomerRequest) -> Period:
    form, period = period_of(request, Period.this_year())
    if form.is_bound and not form.is_valid():
        raise Http404
    return period


register = _export(
    "register",
    lambda ours, period, dialect: register_export(invoices_of(period, ours), REGISTER_COLUMNS, dialect),
)
lines = _export(
    "invoice-lines",
    lambda ours, period, dialect: line_export(invoices_of(period, ours), LINE_COLUMNS, dialect),
)
payments = _export(
    "payments",
    lambda ours, period, dialect: payment_export(payments_of(period, ours), PAYMENT_COLUMNS, dialect),
)


@require_safe
@for_members(able_to="can_view_usage")
def archive(request: CustomerRequest) -> StreamingHttpResponse:
    """PDF and XML of every invoice of a period."""
    period = _asked_period(request)
    return zip_download(invoice_archive(invoices_of(period, request.organisation)), "invoices", period)


@require_safe
@for_members(able_to="can_view_usage")
def xml_zip(request: CustomerRequest) -> StreamingHttpResponse:
    """XML alone, in parts that an accountant's program takes in: ``part`` counts from 1."""
    period = _asked_period(request)
    number = request.GET.get("part", "1")
    part = part_named(xml_parts(invoices_of(period, request.organisation)), number)
    if part is None:
        raise Http404
    return zip_download(xml_archive(part), f"xml-{number}", period)
