"""The provider's sandbox in a process of its own, for as long as a benchmark runs."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_sandbox(folder: Path) -> Iterator[str]:
    """Start it on free ports; its address."""
    port = free_port()
    options = ["--port", str(port), "--smtp-port", str(free_port()), "--dir", str(folder)]
    process = subprocess.Popen([sys.executable, "-m", "sandbox", *options], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{url}/control/api/health").raise_for_status()
                break
            except httpx.TransportError:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the sandbox does not start") from None
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()
