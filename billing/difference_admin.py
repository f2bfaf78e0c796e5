"""Differences with the provider for staff: what they are, how old, whose, and closed for which reason."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.models import User
from facts.admin import FactAdmin, FactInline, MonthFilter

from .downloads import csv_download
from .exports.dialects import DIALECTS
from .exports.differences import differences_export
from .flows.differences import assign, close, like_lines_since, reopen
from .models import (
    Cause,
    DailyCount,
    Difference,
    DifferenceStep,
    Explanation,
    Interchangeable,
    ProviderLine,
    Reconciliation,
)
from .models.reconciliation import DifferenceQuerySet
from .product_admin import figure

# Nobody reads more than this on a screen, and a CSV of more is a sign of one cause.
MOST_EXPORTED = 200_000


class SettleForm(forms.Form):
    """Whose it is, and why it can be closed."""

    TAKE, ASSIGN, CLOSE, REOPEN = "take", "assign", "close", "reopen"
    decision = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    owner = forms.ModelChoiceField(
        label=_("Person in charge"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Somebody among staff; only to give it to somebody."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_(
            "What became of it, such as: claimed back, credited on 3 March. To close it, or to open it again."
        ),
    )

    def __init__(self, *args: Any, difference: Difference, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(is_staff=True, is_active=True).order_by("email")
        self.fields["owner"].queryset = staff  # type: ignore[attr-defined]
        is_open = difference.state == Difference.State.OPEN
        self.fields["decision"].choices = (  # type: ignore[attr-defined]
            [
                (self.TAKE, _("Take it: I see to it")),
                (self.ASSIGN, _("Give it to somebody")),
                (self.CLOSE, _("Close it")),
            ]
            if is_open
            else [(self.REOPEN, _("Open it again"))]
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        decision = cleaned.get("decision")
        if decision == self.ASSIGN and not cleaned.get("owner"):
            self.add_error("owner", _("Say who is to see to it."))
        if decision in {self.CLOSE, self.REOPEN} and not cleaned.get("reason"):
            self.add_error("reason", _("Say why: others read it."))
        return cleaned


class StateFilter(admin.SimpleListFilter):
    """Open ones, unless somebody asks for others."""

    title = _("state")
    parameter_name = "which"
    ALL = "all"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(Difference.State.CLOSED.value, Difference.State.CLOSED.label), (self.ALL, _("All"))]

    def choices(self, changelist: Any) -> Any:
        for number, choice in enumerate(super().choices(changelist)):
            # Django's first choice shows everything; ours shows what is open.
            yield {**choice, "display": Difference.State.OPEN.label} if number == 0 else choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == self.ALL:
            return queryset
        return queryset.filter(state=self.value() or Difference.State.OPEN)


class OwnerFilter(admin.SimpleListFilter):
    """Mine, somebody's, nobody's."""

    title = _("owner")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("Mine")), ("nobody", _("Nobody’s"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "mine":
            return queryset.filter(owner=request.user)
        return queryset.filter(owner=None) if self.value() == "nobody" else queryset


class StepInline(FactInline):
    model = DifferenceStep
    show_change_link = False
    fields = ["at", "what", "who", "note"]


@admin.register(Difference)
class DifferenceAdmin(FactAdmin):
    """What is open stands first; each says what probably lies behind it."""

    list_display = ["occurred_at", "age", "kind", "amount_short", "likely", "owner"]
    list_filter = [StateFilter, "kind", OwnerFilter, MonthFilter.of("occurred_at")]
    list_select_related = ["owner"]
    search_fields = ["line__reference", "purchase__fact_key", "purchase__provider_reference"]
    search_help_text = _("The whole reference of a line, or of a purchase")
    fields = [
        "kind", "state", "occurred_at", "age", "found_at", "amount_short", "expected_short", "actual_short", "line",
        "purchase", "reading", "daily_count", "all_causes", "is_ambiguous", "all_candidates", "later_lines", "owner",
        "closed_at", "reason_told",
    ]  # fmt: skip
    readonly_fields = [
        "age", "amount_short", "expected_short", "actual_short", "all_causes", "all_candidates", "later_lines",
        "reason_told",
    ]  # fmt: skip
    inlines = [StepInline]
    change_list_template = "admin/billing/difference/change_list.html"
    change_form_template = "admin/billing/difference/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("export/", view(self.export), name="billing_difference_export"),
            path("<int:pk>/settle/", view(self.settle), name="billing_difference_settle"),
            *super().get_urls(),
        ]

    @admin.display(description=_("age"), ordering="-occurred_at")
    def age(self, row: Difference) -> str:
        days = (timezone.localdate() - timezone.localtime(row.occurred_at).date()).days
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}

    @admin.display(description=_("amount, EUR"), ordering="amount")
    def amount_short(self, row: Difference) -> str:
        return figure(row.amount)

    @admin.display(description=_("expected"))
    def expected_short(self, row: Difference) -> str:
        return figure(row.expected)

    @admin.display(description=_("found"))
    def actual_short(self, row: Difference) -> str:
        return figure(row.actual)

    @admin.display(description=_("likely cause"))
    def likely(self, row: Difference) -> str:
        return _label(row.causes[0]) if row.causes else ""

    @admin.display(description=_("likely causes"))
    def all_causes(self, row: Difference) -> SafeString:
        return format_html_join(mark_safe("<br>"), "{}", ((_label(code),) for code in row.causes))

    @admin.display(description=_("candidates"))
    def all_candidates(self, row: Difference) -> SafeString:
        return format_html_join(mark_safe("<br>"), "{}", ((_candidate(one),) for one in row.candidates))

    @admin.display(description=_("may have come late"))
    def later_lines(self, row: Difference) -> str:
        return _later_lines(row)

    @admin.display(description=_("reason"))
    def reason_told(self, row: Difference) -> str:
        # What closed it by itself is a text of ours, which has translations.
        return gettext(row.reason) if row.reason else ""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and beside it how much the last comparison could not tell apart."""
        return super().changelist_view(request, {**(extra_context or {}), "alike": _alike()})

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The differences of a state as CSV: ``state`` (open, closed, all) and ``form`` (it, plain)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        dialect = DIALECTS.get(request.GET.get("form", "it"))
        state = request.GET.get("state", Difference.State.OPEN)
        if dialect is None or state not in {*Difference.State.values, StateFilter.ALL}:
            raise Http404
        rows: DifferenceQuerySet = Difference.objects.order_by("occurred_at", "pk")
        if state != StateFilter.ALL:
            rows = rows.filter(state=state)
        today = timezone.localdate()
        lines = differences_export(rows[:MOST_EXPORTED], dialect, today)
        return csv_download(lines, f"differences-{today:%Y%m%d}", dialect)

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a difference, give it to somebody, close it with a reason, or open it again."""
        if not request.user.has_perm("billing.change_difference"):
            raise PermissionDenied
        row = get_object_or_404(Difference.objects.select_related("owner", "line", "purchase"), pk=pk)
        form = SettleForm(request.POST or None, difference=row)
        if request.method == "POST" and form.is_valid():
            if _carry_out(row, form, request.user):
                messages.success(request, gettext("Done."))
            else:
                messages.warning(request, gettext("Nothing was changed: it was so already."))
            return HttpResponseRedirect(reverse("admin:billing_difference_change", args=[row.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("See to a difference"),
            "original": row,
            "difference": row,
            "causes": [_label(code) for code in row.causes],
            "candidates": [_candidate(one) for one in row.candidates],
            "later_lines": _later_lines(row),
            "steps": row.steps.all(),
            "form": form,
        }
        return TemplateResponse(request, "admin/billing/difference/settle.html", context)


def _carry_out(row: Difference, form: SettleForm, user: Any) -> bool:
    decision, reason = form.cleaned_data["decision"], form.cleaned_data["reason"]
    if decision == SettleForm.CLOSE:
        return close(row, reason, user)
    if decision == SettleForm.REOPEN:
        return reopen(row, reason, user)
    return assign(row, user if decision == SettleForm.TAKE else form.cleaned_data["owner"], user)


def _label(code: str) -> str:
    return str(Cause(code).label) if code in Cause.values else code


def _later_lines(row: Difference) -> str:
    """That a later line may be the one of a missing purchase, come late."""
    number = like_lines_since(row)
    return (
        ngettext(
            "%(number)s later charge of this amount explains another purchase. If it is the one of this purchase, come "
            "late, then the other purchase is the one that is missing.",
            "%(number)s later charges of this amount explain other purchases. If one of them is the one of this "
            "purchase, come late, then another purchase is the one that is missing.",
            number,
        )
        % {"number": number}
        if number
        else ""
    )


def _alike() -> dict[str, int] | None:
    """How many groups the last comparison named, and how many purchases are in them; None when there are none."""
    last = Reconciliation.objects.first()
    alike = Interchangeable.objects.filter(run=last, purchases__gt=1)
    found = alike.aggregate(groups=Count("pk"), purchases=Sum("purchases"))
    return found if last is not None and found["groups"] else None


def _candidate(one: dict[str, str]) -> SafeString:
    """A purchase with the way to it, or a line's reference."""
    if "purchase" not in one:
        return format_html("{}", one.get("line", ""))
    address = reverse("admin:billing_purchase_change", args=[one["purchase"]])
    return format_html('<a href="{}">{}</a>', address, one.get("fact", one["purchase"]))


@admin.register(ProviderLine)
class ProviderLineAdmin(FactAdmin):
    list_display = ["at", "amount", "description", "reference", "explained_by"]
    list_filter = [MonthFilter.of("at")]
    list_select_related = ["explanation__purchase", "difference"]
    search_fields = ["reference"]

    @admin.display(description=_("explained by"))
    def explained_by(self, row: ProviderLine) -> str:
        if hasattr(row, "explanation"):
            return row.explanation.purchase.fact_key
        return str(row.difference) if hasattr(row, "difference") else ""


@admin.register(Explanation)
class ExplanationAdmin(FactAdmin):
    list_display = ["purchase", "line", "requests", "choices", "run"]
    list_select_related = ["purchase", "line", "run"]
    search_fields = ["purchase__fact_key", "line__reference"]


@admin.register(Interchangeable)
class InterchangeableAdmin(FactAdmin):
    """What is explained and might as well be explained otherwise, newest first: nothing is to be done about it."""

    list_display = ["since", "until", "host", "amount_short", "purchases", "requests", "told", "run"]
    list_filter = [MonthFilter.of("since")]
    list_select_related = ["run"]

    @admin.display(description=_("amount, EUR"), ordering="amount")
    def amount_short(self, row: Interchangeable) -> str:
        return figure(row.amount)

    @admin.display(description=_("what cannot be told"))
    def told(self, row: Interchangeable) -> str:
        return " ".join(_not_told(row))


def _not_told(row: Interchangeable) -> Iterator[str]:
    if not row.call:
        yield gettext(
            "These charges and purchases fit each other in several ways: a charge too many and a missing one among "
            "them would not show."
        )
        return
    if row.purchases > 1:
        yield gettext(
            "A counter tells only a sum: requests taken too often for one of these purchases, and not for another, "
            "would not show."
        )
    if row.lapsed is None:
        yield gettext("How many requests were taken in all is not told.")
    elif row.lapsed:
        yield ngettext(
            "%(number)s request more may have lapsed, or have been taken.",
            "%(number)s requests more may have lapsed, or have been taken.",
            row.lapsed,
        ) % {"number": row.lapsed}


@admin.register(DailyCount)
class DailyCountAdmin(FactAdmin):
    list_display = ["day", "scope", "total", "wallet", "subscription", "errors", "amount", "seen_at"]


@admin.register(Reconciliation)
class ReconciliationAdmin(FactAdmin):
    list_display = ["number", "until", "made_at", "explained"]
