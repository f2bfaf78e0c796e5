"""The wallet's export: one line for each movement. Its columns do not change without notice (docs/money.md)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation

from ..models import Movement
from ..models.ledger import MovementQuerySet
from .dialects import Dialect
from .usage import CHUNK, Column, shortest

WALLET_COLUMNS = [
    Column("Data", "date", "day"),
    Column("Numero", "number", "number"),
    Column("Movimento", "movement", "kind"),
    Column("Descrizione", "description", "note"),
    Column("Credito disponibile", "available_change", "on_wallet"),
    Column("Credito impegnato", "held_change", "on_held"),
    Column("Disponibile dopo", "available_after", "wallet_after"),
    Column("Impegnato dopo", "held_after", "held_after"),
]


def wallet_export(movements: MovementQuerySet, dialect: Dialect) -> Iterator[str]:
    """The export's text, line by line, from the same query that the page shows; its last row holds the sums."""
    with translation.override("it" if dialect.name == "it" else "en"):
        kinds = {kind: str(label) for kind, label in Movement.Kind.choices}

    sums = {"on_wallet": Decimal(0), "on_held": Decimal(0)}

    def value_of(movement: Movement, field: str) -> Any:
        match field:
            case "day":
                return timezone.localtime(movement.at).date()
            case "kind":
                return kinds[movement.kind]
            case "number" | "note":
                return getattr(movement, field)
            case _:
                return shortest(getattr(movement, field))

    def rows() -> Iterator[list[Any]]:
        for movement in movements.iterator(chunk_size=CHUNK):
            for field in sums:
                sums[field] += getattr(movement, field)
            yield [value_of(movement, column.field) for column in WALLET_COLUMNS]
        totals = {"day": dialect.total, **{field: shortest(amount) for field, amount in sums.items()}}
        yield [totals.get(column.field) for column in WALLET_COLUMNS]

    yield from dialect.lines([column.heading(dialect) for column in WALLET_COLUMNS], rows())
