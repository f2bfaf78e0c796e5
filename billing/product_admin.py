"""How staff's pages name products, which rows hold by key."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from .exports.usage import shortest
from .products import choices, label_of

Column = Callable[[Any], str]


def figure(amount: Decimal | None) -> str:
    """An amount with two decimals, and as many more as it really has, as the reader writes it."""
    return "" if amount is None else number_format(shortest(amount))


def amount_column(field: str, heading: Any) -> Column:
    """A column of a list with an amount that is stored to more decimals than it has."""

    @admin.display(description=heading, ordering=field, empty_value="–")
    def column(row: Any) -> str:
        return figure(getattr(row, field))

    column.__name__ = field
    return column


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
