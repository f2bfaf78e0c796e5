"""What is asked, and how an answer is judged: pure, so that the sync and the async client share it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, Literal
from urllib.parse import quote

import httpx

from . import answers
from .errors import (
    InsufficientCredit,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    Throttled,
    Unavailable,
)
from .redaction import excerpt, scrub
from .tokens import Access


class Kind(Enum):
    """What a call does; it decides about retries and about how a failure is named."""

    READ = "read"
    CHANGE = "change"
    """Changes something, costs nothing: sent once, and may be repeated by the caller."""
    PAID = "paid"
    """Spends money, whatever its method (`GET /spid_personale` does): sent at most once."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call. With an `access` it carries that one's bearer token, without it the account's Basic login."""

    method: str
    base: str
    path: str
    kind: Kind
    access: Access | None = None
    params: Mapping[str, str | int] | None = None
    body: Any = None
    accept: str = "application/json"
    expect: Literal["json", "file"] = "json"
    exact: bool = False
    """Read fractions as Decimal: money."""

    @property
    def url(self) -> str:
        """The whole address without its query."""
        return self.base.rstrip("/") + self.path

    @property
    def operation(self) -> str:
        """How errors name the call."""
        return f"{self.method} {self.path}"

    @property
    def is_paid(self) -> bool:
        """Whether a failure may concern a purchase."""
        return self.kind is Kind.PAID


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: `answer` is the decoded JSON (None for files), `data` the same without its envelope."""

    status: int
    body: bytes
    answer: Any
    data: Any
    content_type: str


def segment(reference: str) -> str:
    """An id as one path segment, so that a strange one cannot reach another endpoint."""
    if not reference or set(reference) <= {"."}:
        raise Rejected("empty or malformed reference", proves_not_bought=True)
    return quote(reference, safe="")


def encode(body: Any) -> bytes:
    """A request body as compact UTF-8 JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def judge(call: Call, response: httpx.Response) -> Answer | ProviderError:
    """A good answer, or the error that it amounts to for this call."""
    if 200 <= response.status_code < 300:
        return _read(call, response)
    return _refusal(call, response)


def _read(call: Call, response: httpx.Response) -> Answer | ProviderError:
    body = response.content
    content_type = response.headers.get("content-type", "")
    if call.expect == "file":
        return _read_file(call, response.status_code, body, content_type)
    if not body.strip() and call.kind is not Kind.PAID and response.status_code in (200, 204):
        return Answer(response.status_code, body, None, None, content_type)
    try:
        answer = answers.decode(body, exact=call.exact)
    except ValueError:
        return broken(call, "the answer is not JSON", status=response.status_code, body=body)
    data = answers.unwrap(answer)
    if not data and isinstance(answer, dict) and answer.get("success") is False:
        return _failed_politely(call, response, answer)
    if call.is_paid and not answers.identifier(answers.mapping(data)):
        return broken(call, "the answer names no id", status=response.status_code, body=body)
    return Answer(response.status_code, body, answer, data, content_type)


def _read_file(call: Call, status: int, body: bytes, content_type: str) -> Answer | ProviderError:
    if not body:
        return broken(call, "the file is empty", status=status, body=body)
    if call.accept == "application/pdf" and b"%PDF-" not in body[:1024]:
        return broken(call, "the answer is not a PDF", status=status, body=body)
    if call.accept == "application/json":
        try:
            answers.decode(body)
        except ValueError:
            return broken(call, "the answer is not JSON", status=status, body=body)
    return Answer(status, body, None, None, content_type)


def _failed_politely(call: Call, response: httpx.Response, answer: Mapping[str, Any]) -> ProviderError:
    """A failure told with a 2xx status. For a paid call nobody promises that it had no effect."""
    facts = _facts(call, response, answer)
    return OutcomeUnknown(**facts) if call.is_paid else Rejected(**facts)


def _refusal(call: Call, response: httpx.Response) -> ProviderError:
    status = response.status_code
    try:
        answer = answers.decode(response.content)
    except ValueError:
        answer = response.text
    facts = _facts(call, response, answer)
    proven = {**facts, "proves_not_bought": call.is_paid}
    if status >= 500 or status < 400 or status in (408, 499):
        return OutcomeUnknown(**facts) if call.is_paid else Unavailable(**facts)
    if status == 401 and call.access is not None:
        # A good token can be refused for seconds (contract, section 1, fact 9): not an error of the request.
        return Unavailable(**proven)
    if status == 402:
        return InsufficientCredit(**proven)
    if status == 429:
        return Throttled(**proven)
    if status == 404 and not call.is_paid and call.method != "POST":
        # An HTML page is a gateway's word about itself; the service says "nothing here" in JSON or plain text.
        is_page = "html" in response.headers.get("content-type", "")
        return Unavailable(**facts) if is_page else NotFound(**facts)
    return Rejected(**proven)


def _facts(call: Call, response: httpx.Response, answer: Any) -> dict[str, Any]:
    said, code = "", ""
    if isinstance(answer, dict):
        said, code = answers.text(answer.get("message")), answers.text(answer.get("error"))
    elif isinstance(answer, str) and "<" not in answer:
        said = answer
    return {
        "message": scrub(said.strip()[:300]) or f"the provider answered {response.status_code}",
        "status": response.status_code,
        "code": scrub(code[:120]),
        "retry_after": retry_after(response.headers.get("retry-after", "")),
        "body": excerpt(response.content),
        "operation": call.operation,
    }


def broken(call: Call, what: str, *, status: int | None = None, body: bytes = b"") -> ProviderError:
    """An answer that came but cannot be read: for a paid call an unknown outcome."""
    kind = OutcomeUnknown if call.is_paid else Unavailable
    return kind(what, status=status, body=excerpt(body), operation=call.operation)


# Raised before the first byte of the request was sent: nothing can have been bought.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


def failure(call: Call, error: httpx.HTTPError) -> ProviderError:
    """The error that a failed exchange amounts to for this call."""
    what = f"{type(error).__name__}: {scrub(str(error))[:200]}" if str(error) else type(error).__name__
    if isinstance(error, _NOT_SENT):
        return Unavailable(what, proves_not_bought=call.is_paid, operation=call.operation)
    kind = OutcomeUnknown if call.is_paid else Unavailable
    return kind(what, operation=call.operation)


def retry_after(value: str) -> float | None:
    """Seconds from a Retry-After header, given as seconds or as a date."""
    value = value.strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
