"""Reading what the provider answers, leniently: its types wobble (contract: envelope, ids, numbers, times)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_MILLISECONDS_FROM = 100_000_000_000


def decode(body: bytes, *, exact: bool = False) -> Any:
    """The JSON in a body whatever its label says; with `exact`, fractions come as Decimal.

    Raises ValueError when it is not JSON.
    """
    return json.loads(body, parse_float=Decimal) if exact else json.loads(body)


def unwrap(answer: Any) -> Any:
    """What stands under `data` if there is such a key, else the answer itself: the envelope may be missing."""
    if isinstance(answer, dict) and "data" in answer:
        return answer["data"]
    return answer


def text(value: Any) -> str:
    """Any scalar as text; "" for nothing; an object as JSON (`error` can be one)."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)


def number(value: Any) -> str:
    """An error number as text; "" for none: null, 0, and the `"null,"` of the provider's own example."""
    read = text(value).strip(" ,")
    return "" if read in {"0", "null", "None"} else read


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, the only element of a list of one object, else an empty object."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list, also of one nested once more (`data.data`)."""
    if isinstance(value, dict):
        value = value.get("data")
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def identifier(row: Mapping[str, Any]) -> str:
    """The object's id: `id` in details, `_id` in lists, sometimes wrapped as `{"$oid": …}`."""
    value = row.get("id") or row.get("_id")
    if isinstance(value, dict):
        value = value.get("$oid")
    return text(value)


def moment(value: Any) -> datetime | None:
    """An instant in UTC from Unix seconds (or milliseconds), ISO, with a space for the T, with stray commas.

    A time without offset is taken as UTC; what cannot be read is None.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        value = value.strip(" ,\t\r\n")
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            # An eight-digit date would read as ISO too; bare digits are always Unix seconds here.
            if not value.isdigit():
                return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    try:
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS_FROM else seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def amount(value: Any) -> Decimal | None:
    """A sum of money from a number or a string (also with a decimal comma); None when there is none."""
    if value is None or isinstance(value, bool | dict | list):
        return None
    try:
        read = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


def count(value: Any) -> int | None:
    """A whole number from a number or a string; None when there is none, or one too long to mean anything."""
    read = amount(value)
    return None if read is None or read.adjusted() > 18 else int(read)


def truth(value: Any) -> bool:
    """A boolean from `true`, `"true"`, `1`, `"1"`."""
    return value is True or str(value).strip().lower() in {"true", "1", "yes"}
