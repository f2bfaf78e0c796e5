"""The usage export: one line for each billed signer. Its columns do not change without notice (docs/money.md)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation

from ..models import Funding, Usage
from ..models.usage import UsageQuerySet
from ..products import labels
from .dialects import Dialect

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
    """The export's text, line by line, from the same query that the page shows."""
    with translation.override("it" if dialect.name == "it" else "en"):
        products, payers = labels(), {key: str(label) for key, label in Funding.choices}

    def value_of(usage: Usage, field: str) -> Any:
        match field:
            case "day":
                return timezone.localtime(usage.occurred_at).date()
            case "product_name":
                return products.get(usage.product, usage.product)
            case "organisation":
                return usage.organisation.name
            case "paid_by":
                return payers[usage.funding]
            case "unit_price":
                return shortest(usage.unit_price)
            case "amount":
                return shortest(usage.amount)
            case "own_cost":
                return shortest(usage.quantity * usage.unit_cost)
            case _:
                return getattr(usage, field)

    rows = (
        [value_of(usage, column.field) for column in columns] for usage in lines.iterator(chunk_size=CHUNK)
    )
    yield from dialect.lines([column.heading(dialect) for column in columns], rows)
