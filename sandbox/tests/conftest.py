"""One sandbox for all tests of a process, its customer, somebody who takes callbacks, and a browser."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.testing import SandboxHandle, running_sandbox

from .client import connect, create_ses, fes_request, links_of, ses_alone
from .receiver import Receiver
from .signer import Signer

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "sandbox/tests" not in str(item.path):
            continue
        # The sandbox has a database of its own.
        item.add_marker(pytest.mark.sqlite_only)
        is_wanted = os.environ.get("REQUIRE_SERVICES") == "1"
        if item.get_closest_marker("browser") and not CHROMIUM and not is_wanted:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxHandle]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: SandboxHandle) -> SandboxHandle:
    """Empty, and in no hurry to be: documents are looked at as soon as they come."""
    running.reset(validation_delay=0)
    return running


@pytest.fixture(scope="session")
def client(running: SandboxHandle) -> Iterator[httpx.Client]:
    """A customer with a token for everything, which outlives resets."""
    with connect(running) as connected:
        yield connected


@pytest.fixture(scope="session")
def web(running: SandboxHandle) -> Iterator[httpx.Client]:
    """Somebody without any token."""
    with httpx.Client(base_url=running.url, timeout=30, verify=False) as stranger:
        yield stranger


@pytest.fixture
def visit(sandbox, client):
    """Opens the page of the first signer of a new procedure."""
    signers = []

    def visit(body=None, *, create=create_ses, language="en", settle=True, who=0):
        made = create(client, body or (ses_alone() if create is create_ses else fes_request()))
        if settle:
            sandbox.settle()
        signers.append(Signer(sandbox, links_of(made)[who], language))
        signers[-1].made = made
        return signers[-1]

    yield visit
    for signer in signers:
        signer.close()


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Closed with its module: while it is open, an event loop runs here, and `asyncio.run` fails in other tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield browser
        browser.close()
