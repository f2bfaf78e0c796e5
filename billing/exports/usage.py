"""The usage export: one line for each billed signer. Its columns do not change without notice (docs/money.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils import timezone, translation

from ..models import Funding, Usage
from ..models.usage import UsageQuerySet
from ..products import labels
from ..usage_report import totals_of
from .dialects import Dialect
from .usage_in_sql import Words, lines_in_sql

CHUNK = 2000


@dataclass(frozen=True)
class Column:
    """A column: its heading in each dialect, and what stands in it."""

    italian: str
    plain: str
    field: str

    def heading(self, dialect: Dialect) -> str:
        return self.plain if dialect.name == "plain" else self.italian


# What a customer's accountant gets. "Cost" is what the line costs the customer: ours is nobody else's business.
CUSTOMER_COLUMNS = [
    Column("Data", "date", "day"),
    Column("Organizzazione", "organisation", "organisation"),
    Column("Busta", "envelope", "subject"),
    Column("Firmatario", "signer", "person"),
    Column("Prodotto", "product", "product_name"),
    Column("Prezzo unitario", "unit_price", "unit_price"),
    Column("Costo", "cost", "amount"),
    Column("Aliquota IVA", "vat_rate", "vat_rate"),
    Column("Pagato con", "paid_by", "paid_by"),
]
# What the reseller's own accountant gets: the same, with what we paid and where to find the fact.
STAFF_COLUMNS = [
    *CUSTOMER_COLUMNS[:6],
    Column("Importo", "amount", "amount"),
    Column("Costo di acquisto", "cost", "own_cost"),
    Column("Aliquota IVA", "vat_rate", "vat_rate"),
    Column("Pagato con", "paid_by", "paid_by"),
    Column("Tariffa", "tariff", "tariff"),
    Column("Riferimento fornitore", "provider_reference", "provider_reference"),
    Column("Identificativo", "usage_id", "id"),
]


def shortest(amount: Decimal) -> Decimal:
    """A price with two decimals, and as many more as it really has."""
    normal = amount.normalize()
    exponent = normal.as_tuple().exponent
    return normal.quantize(Decimal("0.01")) if isinstance(exponent, int) and exponent > -2 else normal


def usage_export(lines: UsageQuerySet, columns: list[Column], dialect: Dialect) -> Iterator[str]:
    """The export's text from the same query that the page shows; its last row holds the page's sums."""
    with translation.override("it" if dialect.name == "it" else "en"):
        words: Words = {
            "product_name": ("product", labels()),
            "paid_by": ("funding", {key: str(label) for key, label in Funding.choices}),
        }
    yield dialect.heading([column.heading(dialect) for column in columns])
    write = lines_in_sql if connection.vendor == "postgresql" else lines_in_python
    yield from write(lines, [column.field for column in columns], dialect, words)
    yield from dialect.rows([_sums(lines, columns, dialect)])


def _sums(lines: UsageQuerySet, columns: list[Column], dialect: Dialect) -> list[Any]:
    """What the page says that these lines add up to; our own cost is the sum of what stands above."""
    sums: dict[str, Any] = {columns[0].field: dialect.total}
    sums["amount"] = totals_of(lines).net
    if any(column.field == "own_cost" for column in columns):
        sums["own_cost"] = shortest(own_cost_of(lines))
    return [sums.get(column.field) for column in columns]


def own_cost_of(lines: UsageQuerySet) -> Decimal:
    """What these lines have cost us, unrounded. Multiplied here: SQLite's numbers are binary."""
    costs = lines.order_by().values_list("unit_cost").annotate(quantity_sum=Sum("quantity"))
    return sum((cost * quantity for cost, quantity in costs), Decimal(0))


def lines_in_python(
    lines: UsageQuerySet, fields: Sequence[str], dialect: Dialect, words: Words
) -> Iterator[str]:
    """The rows of an export without its heading, one at a time. On PostgreSQL they come from ``usage_in_sql``."""

    def value_of(usage: Usage, field: str) -> Any:
        match field:
            case "day":
                return timezone.localtime(usage.occurred_at).date()
            case "product_name" | "paid_by":
                source, named = words[field]
                return named.get(getattr(usage, source), getattr(usage, source))
            case "organisation":
                return usage.organisation.name
            case "unit_price":
                return shortest(usage.unit_price)
            case "amount":
                return shortest(usage.amount)
            case "own_cost":
                return shortest(usage.quantity * usage.unit_cost)
            case _:
                return getattr(usage, field)

    yield from dialect.rows(
        [value_of(usage, field) for field in fields] for usage in lines.iterator(chunk_size=CHUNK)
    )
