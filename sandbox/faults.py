"""Faults that can be switched on: what a network and a provider can do to a call."""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse

from .api.answers import Kept, Refusal, failed, write, wrong_token

stopping = threading.Event()
"""Set when the process ends, so that nothing held keeps it."""

CALL_FAULTS = {
    "slow": "answers after `seconds`",
    "timeout_before": "holds the connection for `seconds`, then drops it; nothing happened",
    "timeout_after": "the effect happens, the answer is held for `seconds` and lost",
    "dropped_before": "drops the connection at once; nothing happened",
    "dropped_after": "the effect happens, the connection is dropped",
    "error_500_before": "answers `status` (500); nothing happened",
    "error_500_after": "the effect happens, the answer is `status` (500)",
    "gateway_page": "answers 502 with a gateway's HTML page; nothing happened",
    "429": "answers 429, with Retry-After when `retry_after` is given; nothing happened",
    "402": "answers 402, not enough credit; nothing happened",
    "403": "answers 403, as if the scope were not granted; nothing happened",
    "truncated": "the effect happens, the answer breaks off in its middle",
    "broken_body": "the effect happens, the answer is not JSON",
    "empty_body": "the effect happens, the answer is 200 without a body",
    "bare": "the answer comes without its envelope",
    "wrong_token": "a good token is refused with 401, code 125.22",
    "unknown_state": "state words in the answer become `word`",
    "wobbly_types": 'numbers come as texts, no error as `"null,"`, `id` as `_id`',
}
DOCUMENT_FAULTS = {
    "tampered_document": "one byte of the signed PDF is changed; the MD5 told is of the good one",
    "forged_document": "one byte of the signed PDF is changed, and the MD5 told agrees with it",
    "wrong_md5": "details tell a wrong MD5 of the signed PDF",
    "not_a_pdf": "the signed PDF is an HTML page",
    "truncated_document": "the signed PDF ends in its middle",
}
CALLBACK_FAULTS = {
    "duplicate_callback": "a callback is delivered twice",
    "lost_callback": "a callback is never sent",
}
BOOK_FAULTS = {
    "charged_twice": "a paid call is booked twice, in the wallet and in its subscription",
    "not_charged": "a paid call is not booked at all",
    "other_amount": "a paid call is booked with `amount` (else 0.13 more), or takes a request too many",
    "late_line": "the wallet's line comes, and is dated, `seconds` late",
    "miscounted": "the statistics count a paid call twice",
}
ALL = CALL_FAULTS | DOCUMENT_FAULTS | CALLBACK_FAULTS | BOOK_FAULTS
# Looked at by details as well as by downloads, so that reading the details must not use them up.
_LASTING = {"forged_document", "wrong_md5"}
_STATE_KEYS = {"state", "status", "stato"}
_ERROR_KEYS = {"error", "errorNumber"}
_LONGEST = 3600
# A line may be late by days.
_LATEST = 90 * 86400
_MOST_MONEY = 1_000_000
_LEAST_STATUS, _MOST_STATUS = 400, 599
_numbers = itertools.count(1)


@dataclass
class Fault:
    """One fault that waits for its call, or for a callback: the path of these is `EU-SES/{id}`,
    `firma_elettronica/{id}`. `times` 0 or less: until switched off."""

    fault: str
    path: str = ""
    method: str = ""
    times: int = 1
    seconds: float = 30.0
    status: int = 500
    word: str = "WAIT_FOR_THE_MOON"
    retry_after: str = ""
    amount: str = ""
    id: int = 0
    hits: int = 0

    def fits(self, method: str, path: str) -> bool:
        """Whether this call is meant. The path is a prefix, without its first slash."""
        if self.method and method and self.method.upper() != method:
            return False
        return path.lstrip("/").startswith(self.path.lstrip("/"))


def _money(value: Any) -> str:
    """A sum in EUR as it is kept; "" for none."""
    text = str(value).strip().replace(",", ".")
    if text and not 0 < Decimal(text) <= _MOST_MONEY:
        raise ValueError(text)
    return text


_lock = threading.Lock()
_waiting: list[Fault] = []


def switch_on(values: dict[str, Any]) -> Fault:
    """Add a fault. Raises ValueError when it does not exist or a value does not fit."""
    values = dict(values)
    name = str(values.pop("fault", ""))
    if name not in ALL:
        raise ValueError(f"unknown fault; there are: {', '.join(sorted(ALL))}")
    kinds: dict[str, Callable[[Any], Any]] = {
        "path": str,
        "method": str,
        "times": int,
        "seconds": float,
        "status": int,
        "word": str,
        "retry_after": str,
        "amount": _money,
    }
    if unknown := set(values) - set(kinds):
        raise ValueError(f"unknown values: {', '.join(sorted(unknown))}")
    fault = Fault(fault=name, id=next(_numbers))
    for key, value in values.items():
        try:
            setattr(fault, key, kinds[key](value))
        except (TypeError, ValueError, InvalidOperation) as error:
            raise ValueError(f"{key}: {value!r} does not fit") from error
    longest = _LATEST if name == "late_line" else _LONGEST
    if not 0 <= fault.seconds <= longest:
        raise ValueError(f"seconds must lie between 0 and {longest}")
    if not _LEAST_STATUS <= fault.status <= _MOST_STATUS:
        raise ValueError(f"status must lie between {_LEAST_STATUS} and {_MOST_STATUS}")
    with _lock:
        _waiting.append(fault)
    return fault


def switch_off(number: int | None = None) -> None:
    """Take away one fault, or all."""
    with _lock:
        _waiting[:] = [fault for fault in _waiting if number is not None and fault.id != number]


def waiting_one(fault: Fault) -> dict[str, Any]:
    """A fault as JSON shows it."""
    return asdict(fault)


def waiting() -> list[dict[str, Any]]:
    """What is switched on."""
    with _lock:
        return [asdict(fault) for fault in _waiting]


def _take(kinds: dict[str, str], fits: Callable[[Fault], bool]) -> Fault | None:
    with _lock:
        for fault in _waiting:
            if fault.fault in kinds and fits(fault):
                fault.hits += 1
                if fault.times > 0 and fault.fault not in _LASTING:
                    fault.times -= 1
                    if fault.times == 0:
                        _waiting.remove(fault)
                return fault
    return None


def take_for_call(method: str, path: str) -> Fault | None:
    """The first fault that waits for such a call; it is used up by this."""
    if not _waiting:
        return None
    return _take(CALL_FAULTS, lambda fault: fault.fits(method, path))


def take(name: str, path: str = "") -> Fault | None:
    """The fault of this name, used up once (those that concern details and download alike stay)."""
    if not _waiting:
        return None
    return _take({name: ""}, lambda fault: fault.fits("", path) if path else True)


def take_for_booking(path: str, *, has_line: bool) -> Fault | None:
    """The first fault that waits for such a paid call to be booked; only a line in the wallet can be late."""
    if not _waiting:
        return None
    kinds = {name: about for name, about in BOOK_FAULTS.items() if name != "miscounted"}
    if not has_line:
        del kinds["late_line"]
    return _take(kinds, lambda fault: fault.fits("", path))


def wait(seconds: float) -> None:
    """Hold this call, but not the end of the process."""
    stopping.wait(max(0.0, seconds))


def play(fault: Fault, request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """Answer a call as the fault says."""
    name = fault.fault
    if name in {"timeout_before", "dropped_before"}:
        wait(fault.seconds if name == "timeout_before" else 0)
        return drop(request)
    if name == "slow":
        wait(fault.seconds)
        return answer(request)
    before = _instead(fault)
    if before is not None:
        return before
    response = answer(request)
    if name in {"timeout_after", "dropped_after"}:
        wait(fault.seconds if name == "timeout_after" else 0)
        return drop(request)
    if name == "truncated":
        return _break_off(request, response)
    return _distort(fault, response)


def _instead(fault: Fault) -> HttpResponse | None:
    name = fault.fault
    if name == "error_500_before":
        return _asking_to_wait(fault, failed(Refusal(fault.status, "Internal Server Error")))
    if name == "429":
        return _asking_to_wait(fault, failed(Refusal(429, "Too Many Requests")))
    if name == "402":
        return failed(Refusal(402, "Insufficient Credit in Wallet: 0.7 > 0", 207))
    if name == "403":
        return failed(Refusal(403, "Forbidden: the scope is not granted to this token", 403))
    if name == "wrong_token":
        return failed(wrong_token())
    if name == "gateway_page":
        page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
        return HttpResponse(page, status=502)
    return None


def _asking_to_wait(fault: Fault, response: HttpResponse) -> HttpResponse:
    if fault.retry_after:
        response["Retry-After"] = fault.retry_after
    return response


def _distort(fault: Fault, response: HttpResponse) -> HttpResponse:
    name = fault.fault
    if name == "error_500_after":
        return _asking_to_wait(fault, failed(Refusal(fault.status, "Internal Server Error")))
    if name == "broken_body":
        return HttpResponse(
            response.content[: max(1, len(response.content) // 2)], content_type="application/json"
        )
    if name == "empty_body":
        return HttpResponse(b"", content_type="application/json")
    if not isinstance(response, Kept):
        return response
    meaning = json.loads(response.content)
    if name == "bare" and isinstance(meaning, dict) and "data" in meaning:
        return write(meaning["data"], response.status_code)
    if name == "unknown_state":
        return write(_with_word(meaning, fault.word), response.status_code)
    if name == "wobbly_types":
        return write(_wobbling(meaning), response.status_code)
    return response


def _with_word(value: Any, word: str) -> Any:
    if isinstance(value, dict):
        return {
            key: word if key in _STATE_KEYS and isinstance(one, str) else _with_word(one, word)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_with_word(one, word) for one in value]
    return value


def _wobbling(value: Any, key: str = "") -> Any:
    """As the provider's own examples wobble (contract, section 2)."""
    if isinstance(value, dict):
        return {("_id" if name == "id" else name): _wobbling(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_wobbling(one) for one in value]
    if value is None and key in _ERROR_KEYS:
        return "null,"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


def _socket(request: HttpRequest) -> socket.socket | None:
    found = request.META.get("gunicorn.socket")
    return found if isinstance(found, socket.socket) else None


def drop(request: HttpRequest) -> HttpResponse:
    """Close the connection without an answer."""
    connection = _socket(request)
    if connection is not None:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # The client has left already: just what was wanted.
    return HttpResponse(b"", status=500)


def _break_off(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Promise the whole answer, send half of it, and close."""
    connection = _socket(request)
    if connection is None:
        return response
    body = response.content
    head = (
        f"HTTP/1.1 {response.status_code} {response.reason_phrase}\r\n"
        f"Content-Type: {response['Content-Type']}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    try:
        connection.setblocking(True)
        connection.sendall(head.encode() + body[: len(body) // 2])
        time.sleep(0.01)
    except OSError:
        pass  # The client has left already.
    return drop(request)
