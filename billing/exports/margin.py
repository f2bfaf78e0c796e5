"""The margin as CSV. Its columns do not change without notice (docs/money.md)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from ..margin import Margin, Row
from ..money import to_cents
from ..products import labels
from .dialects import Dialect
from .usage import Column, shortest

_KEYS = {
    "customer": [Column("Cliente", "customer", "customer")],
    "product": [Column("Prodotto", "product", "product")],
    "month": [Column("Mese", "month", "month")],
    "signer": [Column("Cliente", "customer", "customer"), Column("Firmatario", "signer", "signer")],
}
_MONEY = [
    Column("Quantità", "quantity", "quantity"),
    Column("Ricavi", "revenue", "revenue"),
    Column("Costi", "cost", "cost"),
    Column("Margine", "margin", "margin"),
]


def columns(by: str) -> list[Column]:
    """The columns of the report by customer, product, month or signer."""
    return [*_KEYS[by], *_MONEY]


def margin_export(rows: Iterable[Row], by: str, total: Margin, dialect: Dialect) -> Iterator[str]:
    """The export's text, line by line: unrounded lines, and the totals of the screen, rounded once."""
    with translation.override("it" if dialect.name == "it" else "en"):
        products, fees = labels(), _("Fees of plans")

    def values() -> Iterator[list[Any]]:
        for row in rows:
            keys = [_key(row, column.field, products, fees) for column in _KEYS[by]]
            money = (row.money.revenue, row.money.cost, row.money.margin)
            yield [*keys, row.money.quantity, *(shortest(amount) for amount in money)]
        blank = [""] * (len(_KEYS[by]) - 1)
        yield [
            "Totale" if dialect.name == "it" else "total",
            *blank,
            total.quantity,
            *(to_cents(amount) for amount in _sums(total)),
        ]

    yield from dialect.lines([column.heading(dialect) for column in columns(by)], values())


def _sums(total: Margin) -> tuple[Decimal, Decimal, Decimal]:
    return total.revenue, total.cost, total.margin


def _key(row: Row, field: str, products: dict[str, str], fees: str) -> Any:
    if field == "product":
        return products.get(row.product, row.product)
    if field == "month":
        return f"{row.month:%Y-%m}" if row.month else ""
    if field == "signer":
        return row.signer or fees
    return getattr(row, field)
