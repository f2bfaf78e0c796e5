"""Somebody on our side who takes callbacks, and answers each as it was told to."""

import json
import queue
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Self
from urllib.parse import parse_qs
from uuid import uuid4

PATIENCE_SECONDS = 10
HANG_UP = 0
HOLD = -1


@dataclass
class Arrived:
    """One callback."""

    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Box:
    """An address of its own for one test."""

    url: str
    answers: list[int]
    arrived: "queue.Queue[Arrived]" = field(default_factory=queue.Queue)
    let_go: Event = field(default_factory=Event)

    def take(self) -> Arrived:
        """The next callback, once it has come."""
        return self.arrived.get(timeout=PATIENCE_SECONDS)

    def rest(self) -> list[Arrived]:
        """What has come besides."""
        return [self.arrived.get_nowait() for _ in range(self.arrived.qsize())]


class Receiver:
    """The server; a context manager."""

    def __init__(self) -> None:
        self._boxes: dict[str, Box] = {}
        boxes = self._boxes

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                box = boxes[self.path]
                length = int(self.headers.get("Content-Length", 0))
                box.arrived.put(Arrived(self.headers, self.rfile.read(length)))
                answer = box.answers.pop(0) if box.answers else 200
                if answer == HOLD:
                    box.let_go.wait(PATIENCE_SECONDS)
                if answer in {HANG_UP, HOLD}:
                    self.close_connection = True
                    return
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Nothing on the screen."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    def box(self, answers: Sequence[int] = ()) -> Box:
        """A new address that gives these answers in turn, and 200 afterwards; some are no answers at all."""
        path = f"/{uuid4().hex}"
        self._boxes[path] = Box(f"http://127.0.0.1:{self._server.server_port}{path}", list(answers))
        return self._boxes[path]

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
