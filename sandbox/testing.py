"""A sandbox of one's own, as a separate process, for tests, demos and benchmarks. Imports nothing of the portal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

READY_SECONDS = 30


class SandboxHandle:
    """A running sandbox and its control desk."""

    def __init__(self, url: str, smtp_port: int, directory: Path, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self.smtp_port = smtp_port
        self.directory = directory
        self.process = process
        self.http = httpx.Client(base_url=f"{url}/control/api", timeout=60)

    @property
    def trust(self) -> Path:
        """The folder with the test authority's root."""
        return self.directory / "trust"

    def messages(self, **wanted: Any) -> list[dict[str, Any]]:
        """Caught mails and SMS, newest first: ``to``, ``kind``, ``subject``, ``since``."""
        return self._get("messages", wanted)

    def state(self) -> dict[str, Any]:
        """Counts of what was made and charged, and the newest procedures."""
        return self._get("state", {})

    def fault(self, fault: str, **options: Any) -> dict[str, Any]:
        """Switch a fault on: ``path``, ``times``, ``seconds``, ``amount``.

        The books go wrong by ``charged_twice``, ``not_charged``, ``other_amount``, ``late_line``, ``miscounted``.
        """
        return self._post("faults", {"fault": fault, **options})

    def no_faults(self) -> None:
        """Switch all faults off."""
        self.http.delete("/faults").raise_for_status()

    def set(self, **knobs: Any) -> dict[str, Any]:
        """Turn knobs."""
        return self._post("settings", knobs)

    def wallet(self, credit: str) -> dict[str, Any]:
        """Set the credit, EUR."""
        return self._post("wallet", {"credit": credit})

    def sign(self, link: str, **options: Any) -> dict[str, Any]:
        """Sign as whoever has this link, with a code that is sent and checked."""
        return self._post("sign", {"link": link, **options})

    def refuse(self, link: str, **options: Any) -> dict[str, Any]:
        """Refuse as whoever has this link."""
        return self._post("refuse", {"link": link, **options})

    def move(self, procedure: str, step: str, **options: Any) -> dict[str, Any]:
        """``expire`` or ``fail`` an open procedure."""
        return self._post(f"procedures/{procedure}", {"step": step, **options})

    def settle(self) -> None:
        """Wait until everything that is due is done: validations and callbacks."""
        if not self._post("settle", {})["settled"]:
            raise RuntimeError("sandbox: something due is not done")

    def advance(self, seconds: float = 0.0, **time: float) -> dict[str, Any]:
        """Move the clock ahead, also by ``days`` or ``hours``; what is due by then is done before this returns."""
        return self._post("clock", {"advance": seconds + timedelta(**time).total_seconds()})

    def subscribe(
        self, scope: str | None = None, requests: int | None = None, **options: Any
    ) -> dict[str, Any]:
        """Begin a subscription to a call (the control desk's usual one if None): ``days``, ``price_per_request`` …"""
        named = {"scope": scope, "requests": requests}
        return self._post("subscriptions", {**{k: v for k, v in named.items() if v is not None}, **options})

    def spid(self) -> dict[str, Any]:
        """Vouchers sold, left and charged, and the newest of them."""
        return self._get("spid", {})

    def spid_left(self, count: int) -> None:
        """So many vouchers can still be sold."""
        self._post("spid", {"left": count})

    def use_voucher(self, link: str, **options: Any) -> dict[str, Any]:
        """Be identified with this voucher without a browser; ``step="fail"`` to fail."""
        return self._post("spid/use", {"link": link, **options})

    def seed(self, **options: Any) -> dict[str, Any]:
        """Make many open procedures: ``procedures``."""
        return self._post("seed", options)

    def product(self, code: str, **changes: Any) -> dict[str, Any]:
        """Change a product of the catalogue, or add one: ``price``, ``name``, ``family``, ``is_listed``, ``script``."""
        return self._post(f"products/{code}", changes)

    def orders(self, **wanted: Any) -> dict[str, Any]:
        """Counts and the newest orders: ``email``, ``code``."""
        return self._get("orders", wanted)

    def order(self, reference: str) -> dict[str, Any]:
        """One order with its papers, its script and what the maker told the holder."""
        return self._get(f"orders/{reference}", {})

    def move_order(self, reference: str, state: str = "", **acts: Any) -> dict[str, Any]:
        """Put an order into a state now; or ``advance`` (steps), ``script``, ``firma``, ``credenziali``, ``paper``."""
        return self._post(f"orders/{reference}", acts | ({"state": state} if state else {}))

    def paper(self, reference: str, name: str) -> bytes:
        """A paper as the provider received it: ``form`` or ``document``."""
        answer = self.http.get(f"/orders/{reference}/{name}")
        answer.raise_for_status()
        return answer.content

    def seed_orders(self, **options: Any) -> dict[str, Any]:
        """Make many open orders: ``orders``, ``code``, ``state``."""
        return self._post("orders", options)

    def reset(self, **knobs: Any) -> None:
        """Forget everything: procedures, messages, faults, knobs; then turn these knobs."""
        self._post("reset", {"settings": knobs})

    def _get(self, path: str, parameters: dict[str, Any]) -> Any:
        answer = self.http.get(f"/{path}", params=parameters)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.http.post(f"/{path}", json=body)
        if answer.is_error:
            raise RuntimeError(f"sandbox: {path}: {answer.text[:300]}")
        return answer.json()


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_sandbox(directory: Path, **environment: str) -> Iterator[SandboxHandle]:
    """Start a sandbox on free ports with its data in ``directory``; stop it at the end."""
    port, smtp_port = free_port(), free_port()
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--smtp-port", str(smtp_port)]
    process = subprocess.Popen(
        [*command, "--dir", str(directory)],
        cwd=Path(__file__).resolve().parent.parent,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    handle = SandboxHandle(f"http://localhost:{port}", smtp_port, directory, process)
    try:
        _wait_for(handle)
        yield handle
    finally:
        handle.http.close()
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(handle: SandboxHandle) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if handle.process.poll() is not None:
            raise RuntimeError(f"the sandbox ended with status {handle.process.returncode}")
        try:
            if handle.http.get("/health").is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise RuntimeError("the sandbox did not become ready")
