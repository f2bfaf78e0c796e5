"""The usage section's export: pieces by day, month or year, product, payer and price (docs/money.md)."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.utils import translation

from ..models import Funding
from ..periods import Period
from ..products import labels
from ..usage_section import grouped, totals_in
from .dialects import Dialect
from .usage import Column, shortest

SUMMARY_COLUMNS = [
    Column("Dal", "from", "first"),
    Column("Prodotto", "product", "product"),
    Column("Pagato con", "paid_by", "funding"),
    Column("Quantità", "quantity", "quantity"),
    Column("Prezzo unitario", "unit_price", "unit_price"),
    Column("Costo", "cost", "amount"),
    Column("Aliquota IVA", "vat_rate", "vat_rate"),
]


def summary_export(period: Period, organisation: Any, step: str, dialect: Dialect) -> Iterator[str]:
    """The export's text, line by line; its last row holds the page's sums."""
    with translation.override("it" if dialect.name == "it" else "en"):
        names, payers = labels(), {key: str(label) for key, label in Funding.choices}
    rows = (
        [
            first,
            names.get(product, product),
            payers[funding],
            count,
            shortest(price),
            shortest(count * price),
            rate,
        ]
        for first, product, funding, price, rate, count in grouped(
            period, organisation, step, "product", "funding", "unit_price", "vat_rate"
        )
    )
    totals = totals_in(period, organisation)
    sums = {"first": dialect.total, "quantity": totals.quantity, "amount": totals.net}
    last = [sums.get(column.field) for column in SUMMARY_COLUMNS]
    yield from dialect.lines([column.heading(dialect) for column in SUMMARY_COLUMNS], chain(rows, [last]))
