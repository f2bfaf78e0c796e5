"""A server that says again what it was told to say, fast: it must not be what a benchmark measures."""

import asyncio
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from typing import cast

from ._sandbox import free_port


class _Replay(asyncio.Protocol):
    """Answers each request by its method and path."""

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        self._answers = answers
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, rest = self._read.partition(b"\r\n\r\n")
            length = _length(head)
            if len(rest) < length:
                return
            self._read = rest[length:]
            method, path, _ = head.split(b" ", 2)
            body = self._answers.get(f"{method.decode()} {path.decode()}")
            status = b"200 OK" if body is not None else b"404 Not Found"
            self._transport.write(
                b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (status, len(body or b""), body or b"")
            )


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _serve(port: int, answers: Mapping[str, bytes], ready: Event) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Replay(answers), "127.0.0.1", port)
        ready.set()
        await server.serve_forever()

    asyncio.run(serve())


@contextmanager
def replaying(answers: Mapping[str, bytes]) -> Iterator[str]:
    """Serve these bodies by "METHOD /path" in a process of its own; its address."""
    port, context = free_port(), multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_serve, args=(port, dict(answers), ready), daemon=True)
    process.start()
    if not ready.wait(60):
        raise SystemExit("the replaying server does not start")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()
