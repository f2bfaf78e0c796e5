"""How staff see facts: searchable and whole, and never editable."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property


class BoundedPaginator(Paginator):
    """Counts no further than a person would page: counting ten million rows takes longer than showing fifty."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        return self.object_list[: self.MOST].count()  # type: ignore[attr-defined]


class FactAdmin(admin.ModelAdmin):
    """An admin page to look at, fast with many rows."""

    show_full_result_count = False
    list_per_page = 50
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class AddOnlyAdmin(FactAdmin):
    """Rows are added and then stand: a new one takes the old one's place from its date on."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)


class FactInline(admin.TabularInline):
    """Rows that belong to a fact, to look at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
