"""A small real HTTP server whose misbehaviour a test scripts; the provider itself is played by the sandbox."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

TOKEN = "t0ken-of-the-test-account"


@dataclass(frozen=True)
class Request:
    """What reached the server."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    query: str = ""


@dataclass(frozen=True)
class Reply:
    """What the server does: answers, or breaks in one of the ways that networks know."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut_to: int | None = None
    hang_up: bool = False
    stall: bool = False


@dataclass
class ScriptedServer:
    """`replies` maps "METHOD /path" to replies given one after the other (the last one for ever)."""

    address: str = ""
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    released: Event = field(default_factory=Event)

    def on(self, route: str, *replies: Reply) -> None:
        """Answer the route with these, one after the other."""
        self.replies[route] = list(replies)

    def seen(self, route: str) -> list[Request]:
        """The requests that reached a route."""
        return [request for request in self.requests if f"{request.method} {request.path}" == route]

    def reply_to(self, request: Request) -> Reply:
        """The next scripted reply; tokens are minted without being asked to."""
        route = f"{request.method} {request.path}"
        if route == "POST /tokens" and route not in self.replies:
            ends = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + request.body["ttl"]))
            return Reply(body={"data": {"token": TOKEN, "expireAt": ends}, "success": True, "error": None})
        line = self.replies.get(
            route, [Reply(404, {"success": False, "message": "no such route", "error": 1})]
        )
        return line.pop(0) if len(line) > 1 else line[0]


def _handler(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, path, headers, json.loads(body) if body else None, query)
            server.requests.append(request)
            self.act(server.reply_to(request))

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def act(self, reply: Reply) -> None:
            if reply.stall:
                server.released.wait(10)
                reply = Reply(hang_up=True)
            if reply.hang_up:
                # A reset instead of a polite end, so that the client cannot mistake it for an empty answer.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                return
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content if reply.cut_to is None else content[: reply.cut_to])
            if reply.cut_to is not None:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    # The default of 5 drops connections when a wave opens all of its own at once.
    request_queue_size = 256


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """A running server on a free port."""
    server = ScriptedServer()
    httpd = _Listener(("127.0.0.1", 0), _handler(server))
    server.address = f"http://127.0.0.1:{httpd.server_address[1]}"
    thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        httpd.shutdown()
        httpd.server_close()
        thread.join(5)


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
