"""Issued invoices: to look at, and to record what became of them; with the exports for the reseller's accountant."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from documents.responses import file_response
from facts.admin import FactAdmin, FactInline

from ..exports.archive import pdf_name
from ..flows.credit_invoice import NothingToCredit, draft_credit
from ..flows.fault_texts import sentence_of
from ..flows.file_invoice import pdf_of, xml_of
from ..flows.issue_invoice import NotReady
from ..flows.record_outcome import record_outcome
from ..flows.record_payment import record_payment
from ..flows.resend_invoice import resend
from ..flows.terms import ANSWERED
from ..flows.watch_sdi import came_back, unanswered
from ..invoice_forms import CreditForm, OutcomeForm, PaymentForm, ReasonForm
from ..models import (
    Filing,
    Invoice,
    InvoiceCredit,
    InvoiceLine,
    InvoiceSummary,
    Payment,
    SdiOutcome,
    Transmission,
)
from ..models.transmission import latest
from ..money import to_cents
from .export import export_page


class LineInline(FactInline):
    model = InvoiceLine
    fields = ["number", "description", "quantity", "unit_price", "net", "vat_rate", "nature"]


class SummaryInline(FactInline):
    model = InvoiceSummary
    fields = ["vat_rate", "nature", "net", "tax", "payability", "reference"]


class PaymentInline(FactInline):
    model = Payment
    fields = ["paid_on", "amount", "method", "reference", "recorded_by", "recorded_at"]


class CreditInline(FactInline):
    model = InvoiceCredit
    fk_name = "invoice"
    fields = ["credit_note", "amount"]


class TransmissionInline(FactInline):
    model = Transmission
    fields = ["attempt", "file_name", "made_at", "made_by", "reason", "said"]
    readonly_fields = ["said"]

    @admin.display(description=_("outcomes"))
    def said(self, transmission: Transmission) -> str:
        return ", ".join(f"{outcome} ({outcome.received_on})" for outcome in transmission.outcomes.all())


class SdiFilter(admin.SimpleListFilter):
    """What waits for staff: files that nobody answered, and what came back."""

    title = _("SdI")
    parameter_name = "sdi"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("unanswered", gettext("no outcome after %(days)s days") % {"days": ANSWERED.days}),
            ("came_back", gettext("rejected or refused, to be sent again")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
        match self.value():
            case "unanswered":
                return queryset.filter(pk__in=unanswered(timezone.localdate()).order_by().values("pk"))
            case "came_back":
                return queryset.filter(pk__in=came_back().order_by().values("pk"))
            case _:
                return queryset


@admin.register(Invoice)
class InvoiceAdmin(FactAdmin):
    """What was issued. The portal has no channel to the exchange system: the XML is downloaded here and sent by whoever
    keeps the books, and what came back is recorded here."""

    list_display = [
        "number", "kind", "organisation", "issued_on", "due_on", "total", "outstanding", "outcome",
    ]  # fmt: skip
    list_filter = [SdiFilter, "kind", "year", "series", "issued_on", "is_split"]
    list_select_related = ["organisation"]
    search_fields = [
        "number__startswith",
        "organisation__name__icontains",
        "organisation__code__istartswith",
        "transmissions__file_name__startswith",
    ]
    search_help_text = _("Number, organisation, customer code or file name")
    date_hierarchy = "issued_on"
    # The number says them, and a year is no amount with a mark between its thousands.
    exclude = ["year", "series", "sequence"]
    inlines = [LineInline, SummaryInline, PaymentInline, CreditInline, TransmissionInline]
    change_list_template = "admin/billing/invoice/change_list.html"
    change_form_template = "admin/billing/invoice/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        return Invoice.objects.with_settled().prefetch_related("transmissions__outcomes")

    @admin.display(description=_("still to pay"))
    def outstanding(self, invoice: Any) -> Any:
        return to_cents(invoice.outstanding)

    @admin.display(description=_("SdI"))
    def outcome(self, invoice: Invoice) -> str:
        said = list(latest(invoice).outcomes.all())
        return said[-1].kind if said else "–"

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "pay": self.pay, "outcome": self.record, "credit": self.credit, "resend": self.resend,
            "pdf": self.pdf, "xml": self.xml,
        }  # fmt: skip
        own = [
            path(f"<uuid:pk>/{name}/", self.admin_site.admin_view(view), name=f"billing_invoice_{name}")
            for name, view in pages.items()
        ]
        export = path("export/", self.admin_site.admin_view(self.export), name="billing_invoice_export")
        return [export, *own, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """A period of all organisations, for the reseller's own accountant."""
        if not self.has_view_permission(request):
            raise Http404
        return export_page(request, {**self.admin_site.each_context(request), "opts": self.opts})

    def pay(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Record money that came in, or went back."""
        invoice = self._invoice(request, pk, "billing.add_payment")
        start = {
            "amount": to_cents(max(invoice.outstanding, Decimal(0))) or None,  # type: ignore[attr-defined]
            "paid_on": timezone.localdate(),
        }
        form = PaymentForm(request.POST or None, initial=start)
        if request.method == "POST" and form.is_valid():
            _payment, is_new = record_payment(
                invoice, form.received, f"form:{form.cleaned_data['token']}", str(request.user)
            )
            if is_new:
                return self._done(request, invoice, gettext("The payment is recorded."))
            return self._done(request, invoice, gettext("This payment was recorded before."))
        return self._page(request, invoice, form, gettext("Record a payment"))

    def record(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Record what the exchange system said about the latest file."""
        invoice = self._invoice(request, pk, "billing.add_sdioutcome")
        form = OutcomeForm(
            request.POST or None,
            initial={"received_on": timezone.localdate(), "kind": SdiOutcome.Kind.DELIVERED},
        )
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            if record_outcome(
                latest(invoice),
                data["kind"],
                data["received_on"],
                str(request.user),
                data["sdi_id"],
                data["note"],
            ):
                return self._done(request, invoice, gettext("The outcome is recorded."))
            form.add_error("kind", gettext("This outcome is recorded already."))
        return self._page(request, invoice, form, gettext("Record an outcome of SdI"))

    def credit(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Draw up a credit note; it is looked at and issued like any draft."""
        invoice = self._invoice(request, pk, "billing.change_invoicedraft")
        form = CreditForm(invoice, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                draft = draft_credit(invoice, form.pieces, form.cleaned_data["reason"], str(request.user))
            except NothingToCredit:
                form.add_error(None, gettext("Nothing of this invoice is left to credit."))
            else:
                return HttpResponseRedirect(reverse("admin:billing_invoicedraft_change", args=[draft.pk]))
        return self._page(request, invoice, form, gettext("Draw up a credit note"))

    def resend(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """A new file for an invoice whose last one was rejected, with the customer's data of now."""
        invoice = self._invoice(request, pk, "billing.change_invoicedraft")
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                file = resend(invoice, form.cleaned_data["reason"], str(request.user))
            except NotReady as error:
                for fault in error.faults:
                    form.add_error(None, sentence_of(fault))
            else:
                return self._done(
                    request, invoice, gettext("The new file is %(name)s.") % {"name": file.file_name}
                )
        return self._page(request, invoice, form, gettext("Write a new file after a rejection"))

    def pdf(self, request: HttpRequest, pk: Any) -> HttpResponse:
        invoice = self._invoice(request, pk, "billing.view_invoice")
        data = pdf_of(invoice)
        if data is None:
            return self._done(request, invoice, gettext("The PDF is being made; look again in a moment."))
        return file_response(data, pdf_name(invoice), "application/pdf")

    def xml(self, request: HttpRequest, pk: Any) -> HttpResponse:
        invoice = self._invoice(request, pk, "billing.view_invoice")
        return file_response(xml_of(invoice), latest(invoice).file_name, "application/xml")

    def _invoice(self, request: HttpRequest, pk: Any, permission: str) -> Invoice:
        if not request.user.has_perm(permission):
            raise PermissionDenied
        found: Invoice = get_object_or_404(self.get_queryset(request), pk=pk)
        return found

    def _page(self, request: HttpRequest, invoice: Invoice, form: forms.Form, title: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "original": invoice,
            "invoice": invoice,
            "form": form,
        }
        return TemplateResponse(request, "admin/billing/invoice/record.html", context)

    def _done(self, request: HttpRequest, invoice: Invoice, text: str) -> HttpResponse:
        messages.success(request, text)
        return HttpResponseRedirect(reverse("admin:billing_invoice_change", args=[invoice.pk]))


@admin.register(Filing)
class FilingAdmin(FactAdmin):
    """Files that are not in the archive yet; empty but for moments, unless something is wrong."""

    list_display = ["transmission", "attempts", "next_attempt_at", "last_problem"]
    list_select_related = ["transmission"]
    exclude = ["xml"]


@admin.register(Payment)
class PaymentAdmin(FactAdmin):
    list_display = ["paid_on", "invoice", "customer", "amount", "method", "reference", "recorded_by"]
    list_filter = ["method", "paid_on"]
    list_select_related = ["invoice__organisation"]
    search_fields = [
        "invoice__number__startswith",
        "invoice__organisation__name__icontains",
        "reference__icontains",
    ]
    date_hierarchy = "paid_on"

    @admin.display(description=_("organisation"))
    def customer(self, payment: Payment) -> Any:
        return payment.invoice.organisation
