"""The wire: drives conversations with a sync client (one for all threads) or an async one (one for a wave)."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import time
from threading import Lock
from types import TracebackType
from typing import Self

import httpx

from .calls import Answer, Call
from .config import ProviderConfig
from .conversation import Conversation, NeedToken, Observer, Pause, Reply, Send, Shared, converse
from .errors import NotFound, ProviderError
from .lanes import lanes_or_pool
from .tokens import TokenKeeper

logger = logging.getLogger(__name__)


class Transport:
    """Sends calls and waits for their answers. Thread safe; clients are made on first use in each process."""

    def __init__(self, config: ProviderConfig, observe: Observer | None = None) -> None:
        self.config = config
        self.shared = Shared(config)
        self._observe = observe
        self._lock = Lock()
        self._clients: tuple[int, httpx.Client, httpx.Client] | None = None
        self._context: ssl.SSLContext | None = None

    def use(self, tokens: TokenKeeper) -> None:
        """Take tokens from this keeper."""
        self.shared.tokens = tokens

    def ask(self, call: Call) -> Answer:
        """Send a call. Raises ProviderError."""
        talk = converse(call, self.shared, self._observe, self.config.read_attempts)
        try:
            return self._drive(talk)
        except ProviderError as error:
            # Nothing there is an ordinary answer: an empty list is one (contract, section 1, fact 1).
            level = logging.DEBUG if isinstance(error, NotFound) else logging.WARNING
            logger.log(level, "provider: %s: %s", type(error).__name__, error)
            raise

    def _drive(self, talk: Conversation) -> Answer:
        reply: Reply = None
        try:
            step = next(talk)
            while True:
                if isinstance(step, Send):
                    reply = self._send(step)
                elif isinstance(step, Pause):
                    time.sleep(step.seconds)
                    reply = None
                else:
                    try:
                        reply = self.shared.tokens.current(step.access)
                    except ProviderError as error:
                        step = talk.throw(error)
                        continue
                step = talk.send(reply)
        except StopIteration as end:
            answer: Answer = end.value
            return answer

    def _send(self, step: Send) -> httpx.Response | httpx.HTTPError:
        reads, paid = self._ready_clients()
        try:
            return (paid if step.is_paid else reads).send(step.request, follow_redirects=False)
        except httpx.HTTPError as error:
            return error

    def _ready_clients(self) -> tuple[httpx.Client, httpx.Client]:
        # A forked worker must not share its parent's connections.
        if self._clients is None or self._clients[0] != os.getpid():
            with self._lock:
                if self._clients is None or self._clients[0] != os.getpid():
                    size = self.config.max_connections
                    reads = httpx.Limits(max_connections=size, max_keepalive_connections=size)
                    paid = httpx.Limits(max_connections=size, max_keepalive_connections=0)
                    context = self.tls()
                    self._clients = (
                        os.getpid(),
                        httpx.Client(verify=context, limits=reads, follow_redirects=False),
                        httpx.Client(verify=context, limits=paid, follow_redirects=False),
                    )
        return self._clients[1], self._clients[2]

    def tls(self) -> ssl.SSLContext:
        """One TLS context for all clients: reading the authorities costs as much as many requests."""
        if self._context is None:
            self._context = httpx.create_ssl_context()
        return self._context

    def close(self) -> None:
        """Close the connections of this process."""
        with self._lock:
            clients, self._clients = self._clients, None
        if clients is not None and clients[0] == os.getpid():
            clients[1].close()
            clients[2].close()


class Wave:
    """One async client for many reads at once; an async context manager."""

    def __init__(
        self, transport: Transport, connections: int, observe: Observer | None, *, only_failures: bool = False
    ) -> None:
        self._shared = transport.shared
        self._attempts = transport.config.following_attempts
        self._observe = observe
        self._only_failures = only_failures
        self._client = lanes_or_pool(transport.tls(), connections)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def ask(self, call: Call) -> Answer:
        """Send a call. Raises ProviderError."""
        talk = converse(call, self._shared, self._observe, self._attempts, only_failures=self._only_failures)
        reply: Reply = None
        try:
            step = next(talk)
            while True:
                if isinstance(step, Send):
                    reply = await self._send(step)
                elif isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    reply = None
                else:
                    try:
                        reply = await self._token(step)
                    except ProviderError as error:
                        step = talk.throw(error)
                        continue
                step = talk.send(reply)
        except StopIteration as end:
            answer: Answer = end.value
            return answer

    async def _token(self, step: NeedToken) -> str:
        tokens = self._shared.tokens
        token = tokens.ready(step.access)
        if token is None:
            token = await asyncio.to_thread(tokens.current, step.access)
        return token

    async def _send(self, step: Send) -> httpx.Response | httpx.HTTPError:
        try:
            return await self._client.send(step.request)
        except httpx.HTTPError as error:
            return error
