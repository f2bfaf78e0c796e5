"""How one call goes, from token to answer, without doing any I/O itself.

`converse` is a generator: it yields what it needs (a token, a request sent, a pause) and is sent the result.
The sync and the async client drive the same generator, so attempts, refusals, the breaker and the record of
exchanges are the same in both.
"""

from __future__ import annotations

import base64
import logging
import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import urlsplit

import httpx

from .breaker import Breaker
from .calls import Answer, Call, Kind, encode, failure, judge
from .config import ProviderConfig
from .errors import OutcomeUnknown, ProviderError, Throttled, Unavailable
from .port import Exchange
from .redaction import excerpt, summary
from .tokens import Access, TokenKeeper

logger = logging.getLogger(__name__)

Observer = Callable[[Exchange], None]

# Beyond this many refusals in a row of the token (many calls at once), waiting longer helps nobody.
_REFUSALS_WAITED_FOR = 20


@dataclass(frozen=True, slots=True)
class NeedToken:
    """Give me the token for this access."""

    access: Access


@dataclass(frozen=True, slots=True)
class Send:
    """Send this and give me the response with its body read, or the httpx error."""

    request: httpx.Request
    is_paid: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait this many seconds."""

    seconds: float


Step = NeedToken | Send | Pause
Reply = str | httpx.Response | httpx.HTTPError | None
Conversation = Generator[Step, Reply, Answer]


@dataclass
class Shared:
    """What all conversations of one provider share; set `tokens` before the first call with an access."""

    config: ProviderConfig
    breakers: dict[str, Breaker] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    tokens: TokenKeeper = field(init=False)

    def __post_init__(self) -> None:
        login = f"{self.config.email}:{self.config.api_key}".encode()
        self.basic = "Basic " + base64.b64encode(login).decode()
        self.timeout = self._timeout(self.config.read_timeout)
        self.paid_timeout = self._timeout(self.config.paid_read_timeout)

    def _timeout(self, read: float) -> dict[str, float]:
        connect = self.config.connect_timeout
        return {"connect": connect, "read": read, "write": read, "pool": connect}

    def breaker(self, base: str) -> Breaker:
        """The breaker of the host behind a base address."""
        found = self.breakers.get(base)
        if found is not None:
            return found
        host = urlsplit(base).netloc
        with self.lock:
            same_host = next((item for key, item in self.breakers.items() if self.hosts[key] == host), None)
            made = same_host or Breaker(self.config.breaker_failures, self.config.breaker_seconds)
            self.hosts[base] = host
            self.breakers[base] = made
            return made


def converse(
    call: Call, shared: Shared, observe: Observer | None, attempts: int, *, only_failures: bool = False
) -> Conversation:
    """One call to its end. Returns the answer or raises ProviderError; only a READ is tried more than once."""
    breaker = shared.breaker(call.base)
    attempt = 0
    while True:
        attempt += 1
        wait = breaker.wait()
        if wait:
            raise _circuit_open(call, wait)
        token = yield from _authorise(call)
        request = build(call, shared, token)
        at, started = datetime.now(UTC), time.perf_counter()
        reply = yield Send(request, call.is_paid)
        outcome = _judge(call, reply)
        if isinstance(outcome, ProviderError):
            outcome.hide(token)
            outcome.hide(shared.config.api_key)
        refusals = _learn(call, shared, breaker, token, reply, outcome)
        if observe is not None and not (only_failures and isinstance(outcome, Answer)):
            elapsed = time.perf_counter() - started
            _report(observe, _exchange(call, shared, request, reply, outcome, attempt, at, elapsed))
        if isinstance(outcome, Answer):
            return outcome
        pause = _pause(call, shared.config, outcome, attempt, attempts, refusals)
        if pause is None:
            raise outcome
        yield Pause(pause)


def _judge(call: Call, reply: Reply) -> Answer | ProviderError:
    if isinstance(reply, httpx.Response):
        return judge(call, reply)
    if isinstance(reply, httpx.HTTPError):
        return failure(call, reply)
    raise TypeError(f"a sent request is answered by a response or an httpx error, not {type(reply).__name__}")


def _circuit_open(call: Call, wait: float) -> Unavailable:
    return Unavailable(
        "the provider keeps failing and is left alone for a while",
        retry_after=wait,
        proves_not_bought=call.is_paid,
        operation=call.operation,
    )


def _authorise(call: Call) -> Generator[Step, Reply, str]:
    if call.access is None:
        return ""
    try:
        token = yield NeedToken(call.access)
    except ProviderError as error:
        # The call itself was never sent.
        raise not_sent(error, call.is_paid) from error
    return str(token)


def not_sent(error: ProviderError, is_paid: bool) -> ProviderError:
    """The error of a preparing step, saying that the paid call which it prepared did not happen.

    A new one each time, since many callers can meet the same refusal of a login.
    """
    kind = Unavailable if isinstance(error, OutcomeUnknown) else type(error)
    return kind(
        error.message,
        status=error.status,
        code=error.code,
        retry_after=error.retry_after,
        proves_not_bought=is_paid,
        body=error.body,
        operation=error.operation,
    )


def build(call: Call, shared: Shared, token: str) -> httpx.Request:
    """The request, built without a client: its defaults are ours, and following sends thousands."""
    headers = {
        "accept": call.accept,
        "accept-encoding": "gzip, deflate",
        "user-agent": "Sigillo",
        "authorization": f"Bearer {token}" if call.access is not None else shared.basic,
    }
    content = None
    if call.body is not None:
        content = encode(call.body)
        headers["content-type"] = "application/json"
    if call.is_paid:
        # A kept-alive connection may have died unseen, which would make a needless unclear outcome.
        headers["connection"] = "close"
    return httpx.Request(
        call.method,
        call.url,
        params=call.params or None,
        headers=headers,
        content=content,
        extensions={"timeout": shared.paid_timeout if call.is_paid else shared.timeout},
    )


def _learn(
    call: Call, shared: Shared, breaker: Breaker, token: str, reply: Reply, outcome: Answer | ProviderError
) -> int:
    """Tell breaker and token keeper how it went; the number of refusals of the token in a row."""
    status = reply.status_code if isinstance(reply, httpx.Response) else None
    if status is None or (status >= 500 and call.kind is Kind.READ):
        breaker.failed()
    elif status < 500 and status != 429:
        breaker.succeeded()
    if call.access is None:
        return 0
    if status == 401:
        return shared.tokens.refused(call.access, token)
    if isinstance(outcome, Answer):
        shared.tokens.accepted(call.access)
    return 0


def _pause(
    call: Call, config: ProviderConfig, error: ProviderError, attempt: int, attempts: int, refusals: int
) -> float | None:
    """Seconds until the next attempt; None when there is none."""
    if call.kind is not Kind.READ or not isinstance(error, Unavailable | Throttled):
        return None
    if refusals:
        if attempt >= min(config.token_attempts, attempts + 1) or refusals > _REFUSALS_WAITED_FOR:
            return None
        return config.token_pause * random.uniform(0.7, 1.5)
    if attempt >= attempts:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= config.longest_pause else None
    return min(config.longest_pause, config.retry_pause * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1.0)


def _report(observe: Observer, exchange: Exchange) -> None:
    try:
        observe(exchange)
    except Exception:
        # Whatever fails in keeping the record, the answer (it may be a purchase) must not be lost with it.
        logger.exception("provider: an exchange could not be recorded")


def _exchange(
    call: Call,
    shared: Shared,
    request: httpx.Request,
    reply: Reply,
    outcome: Answer | ProviderError,
    attempt: int,
    at: datetime,
    elapsed: float,
) -> Exchange:
    asked = {} if call.params is None else {"query": dict(call.params)}
    if call.body is not None:
        asked["body"] = summary(call.body)
    response = reply if isinstance(reply, httpx.Response) else None
    return Exchange(
        method=call.method,
        host=shared.hosts[call.base],
        path=call.path,
        status=response.status_code if response is not None else None,
        duration_ms=round(elapsed * 1000),
        error="" if isinstance(outcome, Answer) else type(outcome).__name__,
        attempt=attempt,
        bytes_out=int(request.headers.get("content-length", 0)),
        bytes_in=len(response.content) if response is not None else 0,
        request=asked,
        answer=_told(outcome, response),
        at=at,
    )


def _told(outcome: Answer | ProviderError, response: httpx.Response | None) -> dict[str, object]:
    if isinstance(outcome, ProviderError):
        told: dict[str, object] = {"message": outcome.message, "code": outcome.code}
        if response is not None:
            told["body"] = outcome.body or excerpt(response.content)
        return told
    if outcome.answer is None:
        return {"bytes": len(outcome.body), "type": outcome.content_type}
    return summary(outcome.answer)
