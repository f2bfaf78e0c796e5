"""Purchases for staff: to look at, and where the facts leave a purchase undecided, to decide."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from facts.admin import FactAdmin, MonthFilter
from upstream import ProviderError

from .flows.buyers import UnlistedBuyer, buyer_of
from .flows.settle import decide_bought, decide_lost, decide_withdrawn, send_again
from .models import Purchase, PurchaseStep
from .product_admin import ProductFilter


class DecisionForm(forms.Form):
    """What staff say became of a purchase that nobody else can decide."""

    BOUGHT, NOT_BOUGHT, WITHDRAW = "bought", "not_bought", "withdraw"
    LOST, LOST_FOR_GOOD = "lost", "lost_for_good"
    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (BOUGHT, _("It was bought, as the reference below (it is checked at the provider)")),
            (NOT_BOUGHT, _("It was not bought: send it again")),
            (WITHDRAW, _("It was not bought, and is not wanted any more")),
        ],
    )
    reference = forms.CharField(label=_("Provider reference"), max_length=80, required=False)
    reason = forms.CharField(label=_("How do you know?"), max_length=300)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == self.BOUGHT and not cleaned.get("reference"):
            self.add_error("reference", _("Name the provider's reference of what was bought."))
        return cleaned


class UnlistedDecisionForm(DecisionForm):
    """The same for what the provider lists nowhere: its link is all there is, and a secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].choices = [  # type: ignore[attr-defined]
            (self.BOUGHT, _("It was bought, and the provider's support gave the link below")),
            (self.LOST, _("It was bought, and the link cannot be had: buy another one, at our cost")),
            (self.LOST_FOR_GOOD, _("It was bought, the link cannot be had, and none is wanted any more")),
            (self.NOT_BOUGHT, _("It was not bought: send it again")),
            (self.WITHDRAW, _("It was not bought, and is not wanted any more")),
        ]
        self.fields["reference"] = forms.CharField(
            label=_("Link from the provider's support"),
            help_text=_("It is sealed at once and never shown again, to nobody but its person."),
            max_length=2000,
            required=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if "://" in reason:
            raise forms.ValidationError(_("Write no address here: everybody among staff reads it."), "link")
        return reason


class StepInline(admin.TabularInline):
    model = PurchaseStep
    extra = 0
    can_delete = False
    fields = ["at", "state", "who", "known"]

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Purchase)
class PurchaseAdmin(FactAdmin):
    """Filter by state "unclear: staff must decide" for the queue."""

    list_display = [
        "created_at", "fact_key", "organisation", "state", "quantity", "expected_cost", "tariff", "attempts",
        "provider_reference",
    ]  # fmt: skip
    list_filter = ["state", ProductFilter, "tariff", MonthFilter.of("created_at")]
    list_select_related = ["organisation"]
    search_fields = [
        "fact_key__startswith",
        "provider_reference",
        "organisation__name__istartswith",
    ]
    exclude = ["callback_key"]
    inlines = [StepInline]
    change_form_template = "admin/billing/purchase/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide)
        return [path("<uuid:pk>/decide/", decide, name="billing_purchase_decide"), *super().get_urls()]

    def decide(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Take a decision on an undecided purchase; it becomes a step of its history with staff's name."""
        if not request.user.has_perm("billing.change_purchase"):
            raise PermissionDenied
        purchase = get_object_or_404(Purchase, pk=pk, state=Purchase.State.UNDECIDED)
        is_unlisted = isinstance(buyer_of(purchase), UnlistedBuyer)
        form = (UnlistedDecisionForm if is_unlisted else DecisionForm)(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._carry_out(request, purchase, form):
            return HttpResponseRedirect(reverse("admin:billing_purchase_change", args=[purchase.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Decide a purchase"),
            "original": purchase,
            "purchase": purchase,
            "steps": purchase.steps.all(),
            "form": form,
        }
        return TemplateResponse(request, "admin/billing/purchase/decide.html", context)

    def _carry_out(self, request: HttpRequest, purchase: Purchase, form: DecisionForm) -> bool:
        who, decision = f"{request.user}: {form.cleaned_data['reason']}"[:200], form.cleaned_data["decision"]
        try:
            if decision == DecisionForm.BOUGHT:
                done = decide_bought(purchase, form.cleaned_data["reference"], who)
            elif decision in {DecisionForm.LOST, DecisionForm.LOST_FOR_GOOD}:
                done = decide_lost(purchase, who, again=decision == DecisionForm.LOST)
            elif decision == DecisionForm.NOT_BOUGHT:
                done = send_again(purchase, {"decided": "not bought"}, who)
            else:
                done = decide_withdrawn(purchase, who)
        except ProviderError as error:
            form.add_error("reference", gettext("The provider could not be asked: %s") % error.message)
            return False
        if not done:
            form.add_error("reference", self._why_not(purchase, form))
            return False
        messages.success(request, gettext("Decided."))
        return True

    def _why_not(self, purchase: Purchase, form: DecisionForm) -> str:
        purchase.refresh_from_db()
        if purchase.state != Purchase.State.UNDECIDED:
            return gettext("It was decided meanwhile.")
        if isinstance(form, UnlistedDecisionForm):
            return gettext("This is no link of the provider's, or one that we have already.")
        return gettext("The provider has no such purchase of ours under this reference.")
