"""The one serving process: web server, SMTP sink, and the thread that does what is due.

Gunicorn keeps a small parent beside it, which ends with it; both stop at once on SIGTERM.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import threading
from typing import Any

from aiosmtpd.controller import Controller
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication
from whitenoise import WhiteNoise

from . import faults, knobs, runtime

logger = logging.getLogger(__name__)
_THREADS = 32


class MailSink:
    """Takes every mail and puts it into the inbox."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """One mail has come in."""
        import asyncio

        from .flows.messages import received

        await asyncio.to_thread(received, bytes(envelope.content or b""), list(envelope.rcpt_tos))
        return "250 Taken"


class Sandbox(BaseApplication):
    """Gunicorn, told everything here instead of by its command line."""

    def __init__(self, host: str, port: int, smtp_port: int) -> None:
        self._host, self._port, self._smtp_port = host, port, smtp_port
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's settings."""
        values = {
            "bind": [f"{self._host}:{self._port}"],
            "workers": 1,
            "worker_class": "gthread",
            "threads": _THREADS,
            "worker_connections": 1000,
            "keepalive": 30,
            "timeout": 0,
            "graceful_timeout": 1,
            "loglevel": "warning",
            "proc_name": "sandbox",
            "reuse_port": False,
            "post_worker_init": self._start_beside,
            "worker_int": lambda worker: faults.stopping.set(),
            "worker_exit": lambda server, worker: faults.stopping.set(),
            "control_socket_disable": True,
        }
        for name, value in values.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, with its static files before it."""
        application = get_wsgi_application()
        return WhiteNoise(application, root=str(settings.ROOT / "static"), prefix="static/", max_age=0)

    def _start_beside(self, worker: Any) -> None:
        knobs.load()
        # The default SIGTERM handler waits for held connections: let go of them first.
        previous = signal.getsignal(signal.SIGTERM)

        def let_go(number: int, frame: Any) -> None:
            faults.stopping.set()
            if callable(previous):
                previous(number, frame)

        signal.signal(signal.SIGTERM, let_go)
        sink = Controller(
            MailSink(), hostname=self._host, port=self._smtp_port, data_size_limit=60 * 1024 * 1024
        )
        sink.start()
        threading.Thread(target=runtime.work_until, args=(faults.stopping,), daemon=True).start()
        name = "localhost" if self._host in {"127.0.0.1", "0.0.0.0", "::"} else self._host
        print(f"Sandbox on http://{name}:{self._port}/ , mail on port {self._smtp_port}", flush=True)


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                sys.exit(f"sandbox: port {port} is taken or not allowed")
            raise


def serve(host: str, port: int, smtp_port: int) -> None:
    """Make the directory, the tables and the authority where they lack, and serve until told to stop."""
    for one in (port, smtp_port):
        _refuse_taken(host, one)
    settings.SANDBOX_DIR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    runtime.authority()
    from django.db import connections

    connections.close_all()
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    Sandbox(host, port, smtp_port).run()
