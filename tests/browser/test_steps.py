"""What the stories lean on: their own eyes must not look before there is something to see."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from .steps import check_accessibility

HEAD = b"<!doctype html><html lang='en'><head><title>It comes</title></head>"
BODY = b"<body><main><h1>It comes</h1><a href='/slow'>The slow one</a></main></body></html>"


class TwoPages(BaseHTTPRequestHandler):
    """Every page comes whole but ``/slow``, whose body is a while behind its head."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(HEAD)
        self.wfile.flush()
        if self.path == "/slow":
            Event().wait(0.7)
        self.wfile.write(BODY)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads a test's access log."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), TwoPages)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_axe_looks_at_a_page_once_all_of_it_has_come(chromium, address):
    page = chromium.new_page()
    page.goto(address)
    page.click("a")
    check_accessibility(page)
    assert page.url.endswith("/slow")
    page.close()
