"""What the client sends: JSON whatever its label says, and query strings."""

from __future__ import annotations

import json
import math
from typing import Any

from django.http import HttpRequest

from .answers import Refusal

_FURTHEST = 10**9


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body; an empty body is an empty object. Raises Refusal 400."""
    raw = request.body.strip()
    if not raw:
        return {}
    try:
        body = json.loads(raw, parse_float=_finite, parse_constant=_finite)
        if b"\\u" in raw:
            # Half of a surrogate pair is good JSON, but no text that anything could keep.
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "Malformed JSON body") from error
    if isinstance(body, list) and not body:
        return {}
    if not isinstance(body, dict):
        raise Refusal(400, "Malformed JSON body")
    return body


def _finite(text: str) -> float | str:
    """A fraction; what is infinite, or too large to be less, stays the text that it was."""
    value = float(text)
    return value if math.isfinite(value) else text


def whole(value: Any) -> int:
    """A whole number from a number or its text. Raises ValueError for anything else, infinity too."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{value!r} is no whole number")
    try:
        return int(value)
    except OverflowError as error:
        raise ValueError(f"{value!r} is no whole number") from error


def page_of(request: HttpRequest, error: int | None = None) -> tuple[int, int]:
    """`skip` and `limit` (1 to 100, default 100). Raises Refusal 400 for anything else than numbers."""
    try:
        skip = int(request.GET.get("skip", 0))
        limit = int(request.GET.get("limit", 100))
    except ValueError as bad:
        raise Refusal(400, "Query error", error) from bad
    if skip < 0 or limit < 1:
        raise Refusal(400, "Query error", error)
    return min(skip, _FURTHEST), min(limit, 100)


def text_of(value: Any) -> str:
    """Text from a string or number; "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def ip_of(request: HttpRequest) -> str:
    """The caller's address."""
    return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")
