"""Staff's view of the catalogue: what the provider offers, how it changed, and what of it is sold to whom."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from billing.models import Price
from billing.product_admin import figure
from customers.models import Organisation
from facts.admin import FactAdmin
from facts.steady_admin import SteadyAdmin
from upstream import ProviderError

from .flows.sync import sync_catalogue
from .models import CatalogueChange, CatalogueProduct, Offer
from .products import KEY_PREFIX


def _price_now(side: str) -> Subquery:
    """What a product of the catalogue costs us, or everybody, at this moment."""
    prices = Price.objects.filter(
        side=side,
        organisation=None,
        group=None,
        valid_from__lte=timezone.now(),
        product=OuterRef("price_key"),
    )
    return Subquery(prices.order_by("-valid_from", "-pk").values("amount")[:1])


@admin.register(CatalogueProduct)
class CatalogueProductAdmin(FactAdmin):
    """The provider's list as it was read last, with a button to read it again."""

    list_display = ["code", "name", "maker", "family_name", "cost_now", "is_blank", "is_gone", "first_seen_at",
                    "last_seen_at"]  # fmt: skip
    list_filter = ["maker", "is_blank", "is_gone"]
    search_fields = ["code__istartswith", "name__icontains"]
    change_list_template = "admin/signatures/catalogueproduct/change_list.html"

    @admin.display(description=_("cost, EUR"), ordering="cost")
    def cost_now(self, product: CatalogueProduct) -> str:
        return figure(product.cost) or "—"

    @admin.display(description=_("family"))
    def family_name(self, product: CatalogueProduct) -> str:
        return product.family.value if product.family else gettext("unknown: cannot be sold")

    def get_urls(self) -> list[URLPattern]:
        sync = self.admin_site.admin_view(require_POST(self.sync))
        return [path("sync/", sync, name="signatures_catalogue_sync"), *super().get_urls()]

    def sync(self, request: HttpRequest) -> HttpResponseRedirect:
        """Read the catalogue now, and say what has changed."""
        if not request.user.has_perm("signatures.change_offer"):
            raise PermissionDenied
        try:
            changes = sync_catalogue()
        except ProviderError as error:
            messages.error(request, gettext("The provider could not be asked: %s") % error.message)
        else:
            text = ngettext("%(count)s change.", "%(count)s changes.", len(changes))
            messages.success(
                request, gettext("The catalogue was read.") + " " + text % {"count": len(changes)}
            )
        return HttpResponseRedirect(reverse("admin:signatures_catalogueproduct_changelist"))


@admin.register(CatalogueChange)
class CatalogueChangeAdmin(FactAdmin):
    list_display = ["at", "code", "kind", "before", "after"]
    list_filter = ["kind", "at"]
    search_fields = ["code__istartswith"]
    date_hierarchy = "at"


class OfferForm(forms.ModelForm):
    """What is sold, to whom, under which name; empty texts stand for our own."""

    kinds = forms.MultipleChoiceField(
        label=_("Sold to"),
        choices=Organisation.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: to everybody."),
    )

    class Meta:
        model = Offer
        fields = (
            "is_sold", "kinds", "position", "wants_paper", "name_it", "name_fr", "name_en", "description_it",
            "description_fr", "description_en",
        )  # fmt: skip


@admin.register(Offer)
class OfferAdmin(SteadyAdmin, admin.ModelAdmin):
    """One for each product of the catalogue. Prices are added in the price book, and shown here."""

    form = OfferForm
    list_display = ["code", "shown_name", "maker", "family_name", "is_sold", "sold_to", "cost_now", "price_now",
                    "position"]  # fmt: skip
    list_display_links = ["code", "shown_name"]
    list_editable = ["position"]
    list_filter = ["is_sold", "product__maker", "product__is_gone"]
    list_select_related = ["product"]
    search_fields = ["product__code__istartswith", "product__name__icontains"]
    readonly_fields = ["code", "provider_name", "family_name", "cost_now", "price_now"]
    fieldsets = [
        (None, {"fields": ["code", "provider_name", "family_name", "cost_now", "price_now"]}),
        (_("Sale"), {"fields": ["is_sold", "kinds", "position", "wants_paper"]}),
        (_("Names and descriptions; empty for our own"), {"fields": [
            ("name_it", "name_fr", "name_en"), "description_it", "description_fr", "description_en",
        ]}),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Offer]:
        key = Concat(Value(KEY_PREFIX), "product__code", output_field=CharField())
        offers = super().get_queryset(request).annotate(price_key=key)
        return offers.annotate(
            cost_in_force=_price_now(Price.Side.BUY), price_in_force=_price_now(Price.Side.SELL)
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("code"), ordering="product__code")
    def code(self, offer: Offer) -> str:
        return offer.product.code

    @admin.display(description=_("name in the shop"))
    def shown_name(self, offer: Offer) -> str:
        return offer.name

    @admin.display(description=_("name at the provider"))
    def provider_name(self, offer: Offer) -> str:
        return offer.product.name

    @admin.display(description=_("maker"), ordering="product__maker")
    def maker(self, offer: Offer) -> str:
        return offer.product.maker

    @admin.display(description=_("family"))
    def family_name(self, offer: Offer) -> str:
        family = offer.product.family
        return family.value if family else gettext("unknown: cannot be sold")

    @admin.display(description=_("sold to"))
    def sold_to(self, offer: Offer) -> str:
        names = dict(Organisation.Kind.choices)
        return ", ".join(str(names.get(kind, kind)) for kind in offer.kinds) or gettext("everybody")

    @admin.display(description=_("cost, EUR"))
    def cost_now(self, offer: Any) -> str:
        return figure(offer.cost_in_force) or "—"

    @admin.display(description=_("sell price, EUR"))
    def price_now(self, offer: Any) -> str:
        """Without one nobody sees it in the shop, whatever stands in "is sold"."""
        if offer.price_in_force is None and offer.is_sold:
            return gettext("missing: add it to the price book")
        return figure(offer.price_in_force) or "—"
