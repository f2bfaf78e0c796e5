"""A small supervisor: starts processes, waits until they are ready, stops all of them together.

No process outlives it, not even when it is killed: on Linux each child asks the kernel for a signal when its parent
dies, and everywhere a guardian (``guardian.py``) ends what is left.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 15.0
LONGEST_LOG = 10 * 1024 * 1024
GUARDIAN = Path(__file__).with_name("guardian.py")


class Stopped(Exception):
    """A child ended by itself, something did not become ready, or (without a text) a signal asked for the end."""


@dataclass
class Child:
    """A process under supervision, with the last lines that it said."""

    name: str
    process: subprocess.Popen[str]
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=30))
    reader: threading.Thread | None = None


class Supervisor:
    """Starts children in order and stops them in the reverse one.

    Children must be started from one thread that lives as long as they: the kernel's parent is a thread.
    """

    def __init__(
        self,
        log_folder: Path,
        environment: Mapping[str, str],
        keep_open: Sequence[int] = (),
        patience: float = STOP_SECONDS,
    ) -> None:
        """``keep_open``: descriptors that the guardian holds too, so that a lock lasts until all has ended.
        ``patience``: seconds that each child has for stopping before it is killed.
        """
        self.log_folder = log_folder
        self.environment = dict(environment)
        self.children: list[Child] = []
        self._signals = 0
        self._patience = patience
        log_folder.mkdir(parents=True, exist_ok=True)
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", str(GUARDIAN), str(patience)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            pass_fds=tuple(keep_open),
            start_new_session=True,
        )

    def stop_on_signals(self) -> None:
        """Ctrl-C, a closed terminal and a polite kill end everything in order; the second one does not wait."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._count_signal)

    def _count_signal(self, *_: object) -> None:
        self._signals += 1

    def start(self, name: str, command: Sequence[object], cwd: Path) -> Child:
        """Start a child; what it says goes to ``<log folder>/<name>.log``."""
        process = self._spawn(command, cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        child = Child(name, process)
        self.children.append(child)
        child.reader = threading.Thread(target=self._keep_lines, args=(child,), daemon=True)
        child.reader.start()
        return child

    def run(self, command: Sequence[object], cwd: Path) -> int:
        """Run a command in front, its output on the screen; its status. Raises ``Stopped`` as ``check`` does."""
        front = Child("front", self._spawn(command, cwd))
        try:
            while (status := front.process.poll()) is None:
                self.check()
                time.sleep(0.05)
        finally:
            self._end(front)
        return status

    def _spawn(
        self, command: Sequence[object], cwd: Path, stdout: int | None = None, stderr: int | None = None
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_die_with_parent(os.getpid()),
        )
        self._tell_guardian(f"+{process.pid}")
        return process

    def _tell_guardian(self, line: str) -> None:
        assert self._guardian.stdin
        with suppress(BrokenPipeError):  # it was killed; the kernel's signal is left
            self._guardian.stdin.write(line + "\n")
            self._guardian.stdin.flush()

    def _keep_lines(self, child: Child) -> None:
        assert child.process.stdout
        path = self.log_folder / f"{child.name}.log"
        log = _fresh(path)
        for line in child.process.stdout:
            child.last_lines.append(line)
            log.write(line)
            log.flush()
            if log.tell() > LONGEST_LOG:
                log.close()
                log = _fresh(path)
        log.close()

    def wait_until(self, is_ready: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Wait for something to be ready. Raises ``Stopped`` when a child dies, or the time is over."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.check()
            if time.monotonic() > deadline:
                raise Stopped(
                    f"{what} did not become ready within {seconds:.0f} seconds: see {self.log_folder}/"
                )
            time.sleep(0.05)

    def check(self) -> None:
        """Raises ``Stopped`` when a child has ended or a signal has come."""
        if self._signals:
            raise Stopped
        for child in self.children:
            status = child.process.poll()
            if status is not None:
                if child.reader:
                    child.reader.join(1.0)
                said = "".join(f"    {line}" for line in child.last_lines)
                raise Stopped(f"{child.name} {_ending(status)}. It said last:\n{said}")

    def watch(self) -> None:
        """Stay until a child ends or a signal comes. Raises ``Stopped``."""
        while True:
            self.check()
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop all children, the last started first, and the guardian."""
        before = self._signals
        for child in reversed(self.children):
            self._end(child, is_hurried=lambda: self._signals > before)
        self.children.clear()
        if self._guardian.stdin:
            self._guardian.stdin.close()
        self._guardian.wait()

    def _end(self, child: Child, is_hurried: Callable[[], bool] = lambda: False) -> None:
        """To the child alone when polite (it stops its own workers), then to what is left of its group."""
        deadline = time.monotonic() + self._patience
        if child.process.poll() is None:
            child.process.terminate()
        while child.process.poll() is None and time.monotonic() < deadline and not is_hurried():
            time.sleep(0.02)
        with suppress(ProcessLookupError, PermissionError):  # macOS: no permission for a group of zombies
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self._tell_guardian(f"-{child.process.pid}")


def _fresh(path: Path) -> IO[str]:
    """A new log; the one before it is kept beside it."""
    if path.exists():
        path.replace(path.with_name(path.name + ".1"))
    return path.open("w")


def _ending(status: int) -> str:
    return (
        f"was killed by {signal.Signals(-status).name}" if status < 0 else f"has ended with status {status}"
    )


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_for_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died while we were being born
            os._exit(1)

    return ask_for_signal
