"""How staff see facts: searchable and whole, and never editable."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .steady_admin import SteadyAdmin, SteadyForms


class BoundedPaginator(Paginator):
    """Counts no further than a person would page: counting ten million rows takes longer than showing fifty."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        # Unsorted: which ones they are is nothing to a count.
        return self.object_list.order_by()[: self.MOST].count()  # type: ignore[attr-defined]


class MonthFilter(admin.SimpleListFilter):
    """One month of the last two years. Django's own way through the dates reads the whole table to find its months."""

    title = _("month")
    parameter_name = "month"
    field = "created_at"
    MONTHS = 24

    @classmethod
    def of(cls, field: str) -> type["MonthFilter"]:
        """The filter by this moment."""
        return type("MonthFilter", (cls,), {"field": field})

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        today = timezone.localdate()
        months = (divmod(today.year * 12 + today.month - 1 - back, 12) for back in range(self.MONTHS))
        return [
            (f"{year:04}-{month + 1:02}", date_format(date(year, month + 1, 1), "YEAR_MONTH_FORMAT"))
            for year, month in months
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in dict(self.lookup_choices):
            return queryset
        year, month = map(int, str(self.value()).split("-"))
        start = timezone.make_aware(datetime(year, month, 1))
        end = timezone.make_aware(datetime(year + month // 12, month % 12 + 1, 1))
        return queryset.filter(**{f"{self.field}__gte": start, f"{self.field}__lt": end})


class SearchByField:
    """Asks each of ``search_fields`` by itself, for the whole of what was typed, and so through its own index.

    Django asks all of them in one condition, which no index can answer as soon as another table is in it.
    """

    MOST_FOUND = 2_000

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        found: set[Any] = set()
        for lookup in self.search_fields:  # type: ignore[attr-defined]
            with suppress(ValidationError, ValueError):  # no UUID, no number
                matching = queryset.model._default_manager.filter(**{lookup: wanted}).order_by()
                found.update(matching.values_list("pk", flat=True)[: self.MOST_FOUND])
        return queryset.filter(pk__in=found), False


class FactAdmin(SteadyAdmin, SearchByField, admin.ModelAdmin):
    """An admin page to look at, fast with many rows."""

    show_full_result_count = False
    list_per_page = 50
    paginator = BoundedPaginator

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the page itself filters by: any other column could be guessed letter by letter in the address."""
        filters = [getattr(item, "parameter_name", item) for item in self.get_list_filter(request)]
        offered = {*filters, self.date_hierarchy, self.opts.pk.name, "pk"}
        return lookup.split("__")[0] in offered and super().lookup_allowed(lookup, value, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Headed by what is listed: Django's own sentence takes every noun for a masculine one in Italian."""
        heading = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return super().changelist_view(request, {**heading, **(extra_context or {})})

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


class FactInline(SteadyForms, admin.TabularInline):
    """Rows to look at beside what they belong to."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
