"""The sandbox as a process of its own, and its control desk in the words of the tests."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 30


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ProviderSandbox:
    """The provider, as a test stirs it and looks into it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self._client = httpx.Client(base_url=f"{url}/control/api", timeout=30)

    def ask(self, method: str, path: str, /, **values: Any) -> Any:
        answer = self._client.request(method, path, json=values or None)
        answer.raise_for_status()
        return answer.json()

    def fault(self, name: str, path: str = "EU-SES", /, **values: Any) -> None:
        """The next call to this path meets this fault."""
        self.ask("POST", "/faults", fault=name, path=path, **values)

    def no_faults(self) -> None:
        self.ask("DELETE", "/faults")

    def knob(self, **values: Any) -> None:
        self.ask("POST", "/settings", **values)

    def credit(self, amount: str) -> None:
        self.ask("POST", "/wallet", credit=amount)

    def state(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.ask("GET", "/state")
        return answer

    def sign(self, email: str) -> None:
        """The newest procedure that waits for this person is signed by them, with a code."""
        self.ask("POST", "/sign", signer=email)

    def refuse(self, email: str) -> None:
        self.ask("POST", "/refuse", signer=email)

    def validated(self) -> None:
        """Every document is checked and waits for its signers."""
        for procedure in self.state()["newest"]:
            if procedure["phase"] == "preparing":
                # 409: its own worker was faster.
                self._client.post(f"/procedures/{procedure['id']}", json={"step": "validate"})

    def wait_until_held(self, name: str) -> None:
        """A call has met this fault and is being held."""
        until = time.monotonic() + PATIENCE_SECONDS
        while any(fault["fault"] == name for fault in self.ask("GET", "/faults")["waiting"]):
            assert time.monotonic() < until, f"nobody met the fault {name}"
            time.sleep(0.02)

    def wait_for_procedures(self, count: int) -> None:
        """So many procedures were made."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self.state()["procedures"] < count:
            assert time.monotonic() < until, "the procedure was not made"
            time.sleep(0.02)

    def reset(self) -> None:
        self.ask("POST", "/reset")
        self.knob(validation_delay=0)


@contextmanager
def running_sandbox(folder: Path) -> Iterator[ProviderSandbox]:
    """Start the sandbox on free ports, and end it afterwards."""
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "sandbox",
            "--port",
            str(port),
            "--smtp-port",
            str(free_port()),
            "--dir",
            str(folder),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    desk = ProviderSandbox(f"http://127.0.0.1:{port}", folder)
    try:
        _wait_for(desk, process)
        yield desk
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_SECONDS)


def _wait_for(desk: ProviderSandbox, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            desk.ask("GET", "/health")
            return
        except httpx.TransportError:
            assert process.poll() is None, "the sandbox ended at once"
            assert time.monotonic() < until, "the sandbox does not answer"
            time.sleep(0.05)
