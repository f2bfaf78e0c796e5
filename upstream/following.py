"""Asking for many things at once: one async client, a limited number of questions under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

from .calls import Answer, Call
from .conversation import Observer
from .errors import ProviderError
from .orders_port import Order
from .port import Exchange, Generation, Procedure
from .transport import Transport, Wave

# A wave against a failing host would otherwise keep as many records as questions.
_EXCHANGES_KEPT = 200

T = TypeVar("T")


@dataclass(frozen=True)
class Reader(Generic[T]):
    """How one kind of thing is asked for by its reference, and read."""

    call: Callable[[str], Call]
    read: Callable[[Answer], T]


class Following:
    """An async context manager around one wave of reads.

    `exchanges` keeps the failed attempts (200 at most) for the caller to record afterwards: the provider's
    own observer is not called here, since it may do what an event loop must not wait for.
    """

    def __init__(
        self,
        transport: Transport,
        procedures: Mapping[Generation, Reader[Procedure]],
        orders: Reader[Order],
        concurrency: int,
        observe: Observer | None = None,
    ) -> None:
        self._procedures = procedures
        self._orders = orders
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
        return await self._ask(
            [(self._procedures[generation], reference) for generation, reference in wanted]
        )

    async def orders(self, wanted: Sequence[str]) -> list[Order | ProviderError]:
        """The orders with these references, in the same order; an error stands in the place of what failed."""
        return await self._ask([(self._orders, reference) for reference in wanted])

    async def _ask(self, wanted: Sequence[tuple[Reader[T], str]]) -> list[T | ProviderError]:
        results: list[T | ProviderError | None] = [None] * len(wanted)
        line = iter(enumerate(wanted))
        workers = min(self._concurrency, len(wanted))
        async with self._one_wave:
            await asyncio.gather(*(self._work(line, results) for _ in range(workers)))
        return [result for result in results if result is not None]

    async def _work(
        self,
        line: Iterator[tuple[int, tuple[Reader[T], str]]],
        results: list[T | ProviderError | None],
    ) -> None:
        # A fixed number of workers on one line: no task and no semaphore for each of thousands.
        for place, (reader, reference) in line:
            try:
                results[place] = reader.read(await self._wave.ask(reader.call(reference)))
            except ProviderError as error:
                results[place] = error

    def _keep(self, exchange: Exchange) -> None:
        if len(self.exchanges) < _EXCHANGES_KEPT:
            self.exchanges.append(exchange)
