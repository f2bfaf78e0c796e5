"""Closed months and the drafts of their invoices: preview, issue, discard."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from facts.admin import FactAdmin, FactInline

from ..fattura import Fault
from ..flows.close_month import MonthIsOpen, close_month
from ..flows.compose_invoice import compose
from ..flows.fault_texts import sentence_of
from ..flows.issue_invoice import NotReady, approve, discard, issue
from ..flows.terms import is_late
from ..invoice_forms import IssueForm, MonthForm, ReasonForm
from ..models import InvoiceDraft, Statement, StatementLine
from ..periods import Period


class StatementLineInline(FactInline):
    model = StatementLine
    fields = ["product", "unit_price", "vat_rate", "quantity", "net"]


@admin.register(Statement)
class StatementAdmin(FactAdmin):
    """Closed months, and the button that closes one."""

    list_display = ["number", "organisation", "month", "net", "closed_at"]
    list_filter = ["month"]
    list_select_related = ["organisation"]
    search_fields = ["number__istartswith", "organisation__name__icontains"]
    date_hierarchy = "month"
    inlines = [StatementLineInline]
    change_list_template = "admin/billing/statement/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        close = self.admin_site.admin_view(self.close)
        return [path("close/", close, name="billing_statement_close"), *super().get_urls()]

    def close(self, request: HttpRequest) -> HttpResponse:
        """Close a month for everybody who used something; what is closed already stays as it is."""
        if not request.user.has_perm("billing.add_statement"):
            raise PermissionDenied
        form = MonthForm(request.POST or None, initial={"month": Period.last_month().first})
        if request.method == "POST" and form.is_valid():
            try:
                closed = close_month(form.cleaned_data["month"])
            except MonthIsOpen:
                form.add_error("month", gettext("This month is not over, or not for long enough."))
            else:
                messages.success(
                    request,
                    ngettext(
                        "%(count)s statement was closed; drafts of invoices: %(drafts)s.",
                        "%(count)s statements were closed; drafts of invoices: %(drafts)s.",
                        closed.statements,
                    )
                    % {"count": closed.statements, "drafts": closed.drafts},
                )
                return HttpResponseRedirect(reverse("admin:billing_statement_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Close a month"),
            "form": form,
        }
        return TemplateResponse(request, "admin/billing/statement/close.html", context)


@admin.register(InvoiceDraft)
class InvoiceDraftAdmin(FactAdmin):
    """Filter by state "draft" for what is to be looked at. A draft's page is its preview."""

    list_display = ["__str__", "organisation", "month", "net", "state", "problem", "made_at", "made_by"]
    list_filter = ["state", "kind", "statement__month"]
    list_select_related = ["organisation", "statement", "credits"]
    search_fields = [
        "organisation__name__icontains",
        "organisation__code__istartswith",
        "statement__number__istartswith",
    ]
    actions = ["approve"]

    @admin.display(description=_("month"), ordering="statement__month")
    def month(self, draft: InvoiceDraft) -> str:
        return date_format(draft.statement.month, "YEAR_MONTH_FORMAT") if draft.statement else ""

    @admin.display(description=_("without VAT"), ordering="statement__net")
    def net(self, draft: InvoiceDraft) -> Any:
        return draft.statement.net if draft.statement else None

    @admin.display(description=_("why it could not be issued"))
    def problem(self, draft: InvoiceDraft) -> str:
        return " ".join(sentence_of(Fault(*problem)) for problem in draft.problems)

    def has_issue_permission(self, request: HttpRequest) -> bool:
        """Issuing is staff's to do, although the rows themselves cannot be edited."""
        return request.user.has_perm("billing.change_invoicedraft")

    @admin.action(description=_("Issue the chosen drafts"), permissions=["issue"])
    def approve(self, request: HttpRequest, chosen: QuerySet[InvoiceDraft]) -> None:
        drafts = list(chosen)
        late = sum(draft.state == InvoiceDraft.State.OPEN and is_late(draft) for draft in drafts)
        approved = approve(drafts, str(request.user))
        self.message_user(
            request,
            ngettext(
                "%(count)s draft will be issued in a moment; what cannot be comes back here and says why.",
                "%(count)s drafts will be issued in a moment; what cannot be comes back here and says why.",
                approved,
            )
            % {"count": approved},
        )
        if late:
            text = ngettext(
                "%(count)s of them is late: a deferred invoice is due by the 15th of the next month.",
                "%(count)s of them are late: deferred invoices are due by the 15th of the next month.",
                late,
            )
            self.message_user(request, text % {"count": late}, messages.WARNING)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The invoice that it would be on a day, what stands in its way, and the buttons that decide."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        draft = self._draft(object_id)
        on = IssueForm(request.POST if _has_day(request) else None, initial={"on": timezone.localdate()})
        reason = ReasonForm(request.POST if "discard" in request.POST else None)
        refused: list[Fault] = []
        if request.method == "POST":
            if not self.has_issue_permission(request):
                raise PermissionDenied
            try:
                decided = self._decide(request, draft, on, reason)
            except NotReady as error:
                decided, refused = None, error.faults
            if decided:
                return decided
        return self._preview(request, draft, on, reason, refused)

    def _draft(self, object_id: str) -> InvoiceDraft:
        drafts = InvoiceDraft.objects.select_related("organisation", "statement", "credits", "invoice")
        try:
            return get_object_or_404(drafts, pk=object_id)
        except ValidationError as error:
            raise Http404 from error

    def _decide(
        self, request: HttpRequest, draft: InvoiceDraft, on: IssueForm, reason: ReasonForm
    ) -> HttpResponse | None:
        """Issue or discard, as the button says; None where a form is not filled. Raises ``NotReady``."""
        if "issue" in request.POST and on.is_valid():
            invoice = issue(draft, str(request.user), on.cleaned_data["on"])
            messages.success(request, gettext("Issued as %(number)s.") % {"number": invoice.number})
            return HttpResponseRedirect(reverse("admin:billing_invoice_change", args=[invoice.pk]))
        if "discard" in request.POST and reason.is_valid():
            if discard(draft, str(request.user), reason.cleaned_data["reason"]):
                messages.success(request, gettext("Discarded."))
            else:
                messages.error(request, gettext("It was issued or discarded in the meantime."))
            return HttpResponseRedirect(reverse("admin:billing_invoicedraft_changelist"))
        return None

    def _preview(
        self,
        request: HttpRequest,
        draft: InvoiceDraft,
        on: IssueForm,
        reason: ReasonForm,
        refused: list[Fault],
    ) -> HttpResponse:
        day = on.cleaned_data["on"] if on.is_bound and on.is_valid() else timezone.localdate()
        is_open = draft.state in {InvoiceDraft.State.OPEN, InvoiceDraft.State.APPROVED}
        composition = compose(draft, day) if is_open else None
        faults = [*refused, *(composition.faults if composition else [])]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": capfirst(str(draft)),
            "draft": draft,
            "is_open": is_open,
            "can_issue": self.has_issue_permission(request),
            "composition": composition,
            "document": composition.document if composition else None,
            "faults": [sentence_of(fault) for fault in dict.fromkeys(faults)],
            "warnings": [sentence_of(fault) for fault in composition.warnings] if composition else [],
            "form": on,
            "reason_form": reason,
        }
        return TemplateResponse(request, "admin/billing/invoicedraft/preview.html", context)


def _has_day(request: HttpRequest) -> bool:
    return "issue" in request.POST or "preview" in request.POST
