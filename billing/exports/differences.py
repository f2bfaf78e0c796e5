"""The differences with the provider as CSV. Its columns do not change without notice (docs/money.md)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation

from ..models import Cause, Difference
from ..models.reconciliation import DifferenceQuerySet
from .dialects import Dialect
from .usage import CHUNK, Column, shortest

COLUMNS = [
    Column("Data", "date", "day"),
    Column("Giorni", "age_days", "age"),
    Column("Tipo", "kind", "kind"),
    Column("Stato", "state", "state"),
    Column("Importo", "amount", "amount"),
    Column("Atteso", "expected", "expected"),
    Column("Trovato", "found", "actual"),
    Column("Riga del fornitore", "provider_line", "line"),
    Column("Acquisto", "purchase", "purchase"),
    Column("Cause probabili", "likely_causes", "causes"),
    Column("Ambigua", "ambiguous", "is_ambiguous"),
    Column("Responsabile", "owner", "owner"),
    Column("Motivo di chiusura", "reason", "reason"),
]


def differences_export(rows: DifferenceQuerySet, dialect: Dialect, today: date) -> Iterator[str]:
    """The export's text, line by line: the lines, then their sum."""
    is_plain = dialect.name == "plain"
    total = Decimal(0)

    def values() -> Iterator[list[Any]]:
        nonlocal total
        for row in rows.select_related("line", "purchase", "owner").iterator(chunk_size=CHUNK):
            total += row.amount
            yield [_value(row, column.field, today, is_plain) for column in COLUMNS]
        empty: list[Any] = [""] * len(COLUMNS)
        empty[0], empty[4] = "total" if is_plain else "Totale", shortest(total)
        yield empty

    with translation.override("en" if is_plain else "it"):
        yield from dialect.lines([column.heading(dialect) for column in COLUMNS], values())


def _value(row: Difference, field: str, today: date, is_plain: bool) -> Any:
    match field:
        case "day":
            return timezone.localtime(row.occurred_at).date()
        case "age":
            return (today - timezone.localtime(row.occurred_at).date()).days
        case "kind":
            return row.kind if is_plain else row.get_kind_display()
        case "state":
            return row.state if is_plain else row.get_state_display()
        case "amount" | "expected" | "actual":
            amount = getattr(row, field)
            return None if amount is None else shortest(amount)
        case "line":
            return row.line.reference if row.line else ""
        case "purchase":
            return row.purchase.fact_key if row.purchase else ""
        case "causes":
            return ", ".join(row.causes if is_plain else (str(Cause(code).label) for code in row.causes))
        case "is_ambiguous":
            return ("yes" if is_plain else "sì") if row.is_ambiguous else "no"
        case "reason":
            return translation.gettext(row.reason) if row.reason else ""
        case _:
            return str(getattr(row, field) or "")
