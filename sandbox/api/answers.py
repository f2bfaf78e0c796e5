"""How the provider answers: the envelope, and the errors in it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

from .. import knobs


class Refusal(Exception):
    """A call that is answered with an error."""

    def __init__(self, status: int, message: str, error: float | int | None = None, trace: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.error = status if error is None else error
        self.trace = trace


class BareRefusal(Refusal):
    """An error of the first generation that is nothing but its message: plain text, or a JSON string."""

    def __init__(self, status: int, message: str, *, is_json: bool) -> None:
        super().__init__(status, message)
        self.is_json = is_json


class Kept(HttpResponse):
    """An answer whose meaning is still at hand, for the error log and for faults that distort it."""

    meaning: Any = None


def number(value: Decimal) -> float | int:
    """A sum as the provider's JSON shows it: 0.7, 40.7, 13."""
    return int(value) if value == value.to_integral_value() else float(value)


def write(payload: Any, status: int = 200) -> Kept:
    """A JSON answer."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    response = Kept(body, content_type="application/json; charset=utf-8", status=status)
    response.meaning = payload
    return response


def good(data: Any, message: str = "") -> Kept:
    """A good answer in the envelope, or bare where the knob says so."""
    if not knobs.current().enveloped:
        return write(data)
    return write({"data": data, "success": True, "message": message, "error": None})


def good_wrapped(data: Any, message: str = "") -> Kept:
    """A good answer of the first generation, which is always in the envelope."""
    return write({"data": data, "success": True, "message": message, "error": None})


def failed(refusal: Refusal) -> HttpResponse:
    """An error in the envelope, or bare."""
    if isinstance(refusal, BareRefusal):
        if refusal.is_json:
            return write(refusal.message, refusal.status)
        return HttpResponse(refusal.message, status=refusal.status, content_type="text/plain; charset=utf-8")
    body: dict[str, Any] = {
        "success": False,
        "message": refusal.message,
        "error": refusal.error,
        "data": None,
    }
    if refusal.trace:
        body["trace"] = refusal.trace
    return write(body, refusal.status)


def wrong_token() -> Refusal:
    """An unknown token; also what a good one gets for a while (contract, section 1, fact 9)."""
    return Refusal(401, "Wrong Token", 125.22)
