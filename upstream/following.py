"""Asking for many procedures at once: one async client, a limited number of questions under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from .calls import Answer, Call
from .conversation import Observer
from .errors import ProviderError
from .port import Exchange, Generation, Procedure
from .transport import Transport, Wave

# A wave against a failing host would otherwise keep as many records as questions.
_EXCHANGES_KEPT = 200


class Reader:
    """How one generation asks for a procedure and reads it."""

    def __init__(self, call: Callable[[str], Call], read: Callable[[Answer], Procedure]) -> None:
        self.call = call
        self.read = read


class Following:
    """An async context manager around one wave of reads.

    `exchanges` keeps the failed attempts (200 at most) for the caller to record afterwards: the provider's
    own observer is not called here, since it may do what an event loop must not wait for.
    """

    def __init__(
        self,
        transport: Transport,
        readers: Mapping[Generation, Reader],
        concurrency: int,
        observe: Observer | None = None,
    ) -> None:
        self._readers = readers
        self._concurrency = max(1, concurrency)
        self._observe = observe
        self._wave = Wave(transport, self._concurrency, observe or self._keep, only_failures=observe is None)
        self._one_wave = asyncio.Lock()
        self.exchanges: list[Exchange] = []

    async def __aenter__(self) -> Self:
        await self._wave.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._wave.__aexit__(kind, error, trace)

    async def details(self, wanted: Sequence[tuple[Generation, str]]) -> list[Procedure | ProviderError]:
        """The procedures asked for, in the same order; an error stands in the place of what failed."""
        results: list[Procedure | ProviderError | None] = [None] * len(wanted)
        line = iter(enumerate(wanted))
        workers = min(self._concurrency, len(wanted))
        async with self._one_wave:
            await asyncio.gather(*(self._work(line, results) for _ in range(workers)))
        return [result for result in results if result is not None]

    async def _work(
        self,
        line: Iterator[tuple[int, tuple[Generation, str]]],
        results: list[Procedure | ProviderError | None],
    ) -> None:
        # A fixed number of workers on one line: no task and no semaphore for each of thousands.
        for place, (generation, reference) in line:
            reader = self._readers[generation]
            try:
                results[place] = reader.read(await self._wave.ask(reader.call(reference)))
            except ProviderError as error:
                results[place] = error

    def _keep(self, exchange: Exchange) -> None:
        if len(self.exchanges) < _EXCHANGES_KEPT:
            self.exchanges.append(exchange)
