"""How staff's pages name products, which rows hold by key."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .products import choices, label_of


class ProductFilter(admin.SimpleListFilter):
    """By product, named as people name it."""

    title = _("product")
    parameter_name = "product"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(product=self.value()) if self.value() else queryset


class NamedProduct:
    """A column with the product's name in place of its key."""

    @admin.display(description=_("product"), ordering="product")
    def product_name(self, row: Any) -> str:
        return label_of(row.product)
