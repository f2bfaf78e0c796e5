"""SPID for staff: stock, unclear purchases, who never opened theirs; rules to be added. Never a link."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import Purchase
from facts.admin import AddOnlyAdmin, FactAdmin, FactInline
from facts.steady_admin import SteadyAdmin

from .flows.line import LINE
from .flows.stock import is_new_link, keep_link
from .models import Activation, ActivationEvent, Contact, IdentityProvider, KeepingRule, Voucher
from .stock_report import LONG_UNOPENED, stock_now


class NeverOpened(admin.SimpleListFilter):
    """Handed over long ago, and nobody went on to the identity provider."""

    title = _("never opened")
    parameter_name = "never_opened"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("for more than a week"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(
                state=Activation.State.HANDED_OVER, handed_over_at__lt=timezone.now() - LONG_UNOPENED
            )
        return queryset


class EventInline(FactInline):
    model = ActivationEvent
    fields = ["number", "at", "kind", "actor", "actor_name", "ip", "data"]


class ContactInline(FactInline):
    model = Contact
    fields = ["at", "kind", "key"]


@admin.register(Activation)
class ActivationAdmin(FactAdmin):
    list_display = [
        "full_name", "organisation", "state", "state_since", "handed_over_at", "opened_at", "active_since",
        "revocation_on", "next_contact_at",
    ]  # fmt: skip
    list_filter = ["state", NeverOpened, "provider", "failure", "created_at"]
    list_select_related = ["organisation"]
    search_fields = [
        "surname__istartswith",
        "email__istartswith",
        "tax_code",
        "organisation__name__istartswith",
    ]
    search_help_text = _("Beginning of a surname, e-mail or organisation, or a whole codice fiscale")
    date_hierarchy = "created_at"
    inlines = [EventInline, ContactInline]


class FoundLinkForm(forms.Form):
    """A link that the provider's support found after its purchase was given up as lost."""

    purchase = forms.ModelChoiceField(
        label=_("Purchase that it belongs to"), queryset=Purchase.objects.none(), empty_label=None
    )
    link = forms.CharField(
        label=_("Link from the provider's support"),
        help_text=_("It is sealed at once and never shown again. The next in line gets it."),
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lost = Purchase.objects.filter(line=LINE, state=Purchase.State.LOST, vouchers=None)
        self.fields["purchase"].queryset = lost.order_by("-created_at")  # type: ignore[attr-defined]

    def clean_link(self) -> str:
        link: str = self.cleaned_data["link"].strip()
        if not is_new_link(link):
            raise forms.ValidationError(
                _("This is no link of the provider's, or one that we have already."), "link"
            )
        return link


@admin.register(Voucher)
class VoucherAdmin(FactAdmin):
    """Stock and state: what was paid for, and whose it is."""

    list_display = ["reference", "created_at", "state", "activation", "source", "purchase", "forgotten_at"]
    list_filter = [("activation", admin.EmptyFieldListFilter), "source", "activation__state", "created_at"]
    list_select_related = ["activation", "purchase"]
    search_fields = ["reference__startswith", "purchase__fact_key__startswith"]
    date_hierarchy = "created_at"
    exclude = ["sealed_link"]
    change_list_template = "admin/spid/voucher/change_list.html"

    @admin.display(description=_("state"))
    def state(self, voucher: Voucher) -> str:
        if voucher.activation is not None:
            return str(voucher.activation.get_state_display())
        return gettext("in stock") if voucher.is_spare else gettext("erased")

    def get_urls(self) -> list[URLPattern]:
        found = self.admin_site.admin_view(self.found)
        return [path("found/", found, name="spid_voucher_found"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "stock": stock_now()})

    def found(self, request: HttpRequest) -> HttpResponse:
        """Put a link that was found into stock."""
        if not request.user.has_perm("spid.change_voucher"):
            raise PermissionDenied
        form = FoundLinkForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            purchase = form.cleaned_data["purchase"]
            keep_link(purchase, form.cleaned_data["link"], Voucher.Source.SUPPORT)
            messages.success(request, gettext("Sealed, and in stock."))
            return HttpResponseRedirect(reverse("admin:spid_voucher_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("A lost voucher was found"),
            "form": form,
        }
        return TemplateResponse(request, "admin/spid/voucher/found.html", context)


@admin.register(IdentityProvider)
class IdentityProviderAdmin(SteadyAdmin, admin.ModelAdmin):
    list_display = ["name", "code", "is_sold"]

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(KeepingRule)
class KeepingRuleAdmin(AddOnlyAdmin):
    """A rule changes by a newer row; whoever is kept is planned anew when it comes into force."""

    list_display = ["provider", "valid_from", "first_months", "renewal_months", "renewal", "renewal_cost",
                    "unused_months", "source"]  # fmt: skip
    list_filter = ["provider"]
    list_select_related = ["provider"]


@admin.register(ActivationEvent)
class ActivationEventAdmin(FactAdmin):
    list_display = ["at", "subject_id", "number", "kind", "actor", "actor_name", "ip"]
    list_filter = ["kind", "actor", "at"]
    search_fields = ["actor_name__istartswith"]
    ordering = ["-at"]


@admin.register(Contact)
class ContactAdmin(FactAdmin):
    list_display = ["at", "activation_id", "kind", "key"]
    list_filter = ["kind", "at"]
    date_hierarchy = "at"
