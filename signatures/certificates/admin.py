"""Staff's view of orders and certificates: what happened, never a secret; personal data in the review alone."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from facts.admin import FactAdmin
from facts.steady_admin import SteadyAdmin

from .models import HolderSecret, Notice, Order, OrderEvent, OrderFile, RenewalRule, Review
from .review_admin import ReviewPages

SEALED = ["sealed_details", "tax_code_print", "email_print", "mobile_print"]


class FactInline(admin.TabularInline):
    """Rows to look at beside their order."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class FileInline(FactInline):
    model = OrderFile
    fields = ["kind", "filename", "page_count", "sha256", "remarks", "created_at", "replaced_at", "erased_at"]


class ReviewInline(FactInline):
    model = Review
    fields = ["at", "by", "decision", "reasons", "note"]


class EventInline(FactInline):
    model = OrderEvent
    fields = ["number", "at", "kind", "actor", "actor_name", "ip", "data"]


@admin.register(Order)
class OrderAdmin(ReviewPages, FactAdmin):
    """Filter by state "papers being checked" for the queue; the oldest wait first there."""

    list_display = [
        "code", "holder_name", "organisation", "state", "state_since", "identification_until", "provider_number",
        "provider_state", "ordered_at", "last_problem",
    ]  # fmt: skip
    list_filter = ["state", "family", "has_unknown_state", "ordered_at"]
    list_select_related = ["organisation"]
    search_fields = [
        "holder_name__icontains", "provider_reference__startswith", "provider_number__startswith",
        "organisation__name__istartswith",
    ]  # fmt: skip
    search_help_text = _("Holder, provider's reference or number, or beginning of an organisation's name")
    date_hierarchy = "created_at"
    exclude = SEALED
    inlines = [FileInline, ReviewInline, EventInline]
    change_form_template = "admin/signatures/order/change_form.html"
    change_list_template = "admin/signatures/order/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        orders = super().get_queryset(request).defer("sealed_details")
        in_queue = request.GET.get("state__exact") == Order.State.IN_REVIEW
        return orders.order_by("state_since") if in_queue else orders

    def get_urls(self) -> list[URLPattern]:
        review = self.admin_site.admin_view(self.review)
        paper = self.admin_site.admin_view(self.paper)
        received = self.admin_site.admin_view(self.received)
        return [
            path("<uuid:pk>/review/", review, name="signatures_order_review"),
            path("<uuid:pk>/paper/<slug:kind>/", paper, name="signatures_order_paper"),
            path("<uuid:pk>/received/<int:post>/", received, name="signatures_order_received"),
            *super().get_urls(),
        ]


@admin.register(OrderEvent)
class OrderEventAdmin(FactAdmin):
    list_display = ["at", "subject", "number", "kind", "actor", "actor_name", "ip"]
    list_filter = ["kind", "actor", "at"]
    list_select_related = ["subject"]
    search_fields = ["subject__holder_name__icontains", "actor_name__istartswith"]
    ordering = ["-at"]


@admin.register(HolderSecret)
class HolderSecretAdmin(FactAdmin):
    """Which codes wait, and which were opened. Never what they are."""

    list_display = ["order", "names", "arrived_at", "told_at", "opened_at", "opened_by"]
    list_filter = ["opened_by", "arrived_at"]
    list_select_related = ["order"]
    search_fields = ["order__holder_name__icontains", "order__provider_number__startswith"]
    exclude = ["sealed", "token_digest", "code_digest"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("sealed", "token_digest", "code_digest")


@admin.register(Notice)
class NoticeAdmin(FactAdmin):
    """What people were told in time."""

    list_display = ["at", "kind", "due_on", "certificate", "order"]
    list_filter = ["kind", "at"]
    list_select_related = ["certificate", "order"]
    date_hierarchy = "at"


@admin.register(RenewalRule)
class RenewalRuleAdmin(SteadyAdmin, admin.ModelAdmin):
    """How makers renew, each rule with its day and source. A maker's new text is a new rule; the old ones stay."""

    list_display = [
        "maker", "covers", "valid_from", "opens_days_before", "opens_months_before", "closes_days_before",
        "max_renewals", "max_device_years", "code", "source",
    ]  # fmt: skip
    list_filter = ["maker", "covers"]

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
