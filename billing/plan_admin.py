"""Plans for staff: offers are added, customers are put on them, and what was charged is looked at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facts.admin import AddOnlyAdmin, FactAdmin, FactInline, MonthFilter

from .flows import change_plan
from .models import Charge, Plan, PlanAllowance, PlanStart
from .products import choices


class AllowanceForm(forms.ModelForm):
    """What a plan gives of a product that somebody sells."""

    product = forms.ChoiceField(label=_("product"), choices=lambda: [("", "–"), *choices()])

    class Meta:
        model = PlanAllowance
        fields = ("product", "free", "included")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.has_changed() and not (cleaned.get("free") or cleaned.get("included")):
            raise ValidationError(_("Say how many pieces are free, or in the fee."))
        return cleaned


class AllowanceInline(FactInline):
    model = PlanAllowance
    form = AllowanceForm
    extra = 3
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and admin.ModelAdmin.has_add_permission(self, request)  # type: ignore[arg-type]


@admin.register(Plan)
class PlanAdmin(AddOnlyAdmin):
    """A plan is never edited: one with the same code and a later date takes its place for who chooses from then on."""

    list_display = ["name", "code", "organisation", "fee", "months", "beyond", "is_offered", "valid_from"]
    list_filter = ["beyond", "is_offered"]
    list_select_related = ["organisation"]
    search_fields = ["name__istartswith", "code__startswith"]
    autocomplete_fields = ["organisation"]
    inlines = [AllowanceInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return super().get_queryset(request).select_related("organisation")


class PlanStartForm(forms.ModelForm):
    """Put a customer on a plan, as they have asked."""

    at_once = forms.BooleanField(
        label=_("At once"),
        required=False,
        help_text=_("A larger plan may begin today; otherwise it begins when the running period ends."),
    )

    class Meta:
        model = PlanStart
        fields = ("organisation", "plan")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if organisation := cleaned.get("organisation"):
            try:
                found = change_plan.preview(
                    organisation, cleaned.get("plan"), timezone.now(), at_once=bool(cleaned.get("at_once"))
                )
            except change_plan.NotPossible:
                raise ValidationError(
                    _("This is not possible: it is not offered, is so already, or must wait for the renewal.")
                )
            if found.missing:
                problem = _("The customer's wallet lacks %(missing)s EUR for the fee.")
                raise ValidationError(problem % {"missing": found.missing.quantize(found.gross)})
        return cleaned


@admin.register(PlanStart)
class PlanStartAdmin(AddOnlyAdmin):
    """Who is on which plan from when; the newest entry counts."""

    form = PlanStartForm
    list_display = ["made_at", "organisation", "plan", "first_day", "made_by"]
    list_filter = [MonthFilter.of("made_at")]
    list_select_related = ["organisation", "plan"]
    search_fields = ["organisation__name__istartswith"]
    autocomplete_fields = ["organisation", "plan"]

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        if obj is None:
            return ["organisation", "plan", "at_once"]
        return ["organisation", "plan", "first_day", "counted_from", "day_of_month", "made_at", "made_by"]

    def save_model(self, request: HttpRequest, obj: PlanStart, form: Any, change: bool) -> None:
        at_once = form.cleaned_data["at_once"]
        change_plan.change(obj.organisation, obj.plan, str(request.user), at_once=at_once)
        made = PlanStart.objects.for_organisation(obj.organisation).order_by("-pk")[0]
        obj.pk, obj.first_day = made.pk, made.first_day


@admin.register(Charge)
class ChargeAdmin(FactAdmin):
    """What customers owe besides usage."""

    list_display = [
        "occurred_at", "organisation", "kind", "description", "quantity", "unit_price", "vat_rate", "funding",
    ]  # fmt: skip
    list_filter = ["kind", "funding", MonthFilter.of("occurred_at")]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name__istartswith", "key"]
    ordering = ["-occurred_at"]
