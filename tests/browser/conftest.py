"""A real browser on a real portal. Skipped with a reason where there is no Chromium, never where it is required."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from .stack import Stack, running_stack
from .steps import PATIENCE_SECONDS

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WINDOWS = {"desktop": (1280, 900), "phone": (390, 844)}
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if not CHROMIUM and os.environ.get("REQUIRE_SERVICES") != "1":
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """One browser for the tests of this folder. It must be closed with them: as long as it is open, an event loop
    runs in this process, and what calls ``asyncio.run`` in a later test would fail."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_window(chromium: Any, stack: Stack) -> Iterator[Callable[..., Any]]:
    """Opens a window of its own cookies; what a page complains about in the console fails the test."""
    with open_windows(chromium, stack) as open_one:
        yield open_one


@contextmanager
def open_windows(chromium: Any, stack: Stack) -> Iterator[Callable[..., Any]]:
    """The same for as long as somebody needs it."""
    complaints: list[str] = []
    windows = []

    def open_one(window: str = "desktop", *, scheme: str = "light", language: str = "en") -> Any:
        width, height = WINDOWS[window]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            base_url=stack.url,
            locale="en-GB",
        )
        context.add_cookies([{"name": "django_language", "value": language, "url": stack.url}])
        # A machine that does much else at once is slow, and not broken.
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _note(complaints, page, said))
        windows.append(context)
        return page

    yield open_one
    for context in windows:
        context.close()
    assert complaints == []


def _note(complaints: list[str], page: Any, said: Any) -> None:
    # Browsers ask for an icon by themselves; pages that are meant to be refused say so in the console; and whoever
    # leaves a page ends the checks that it has just asked for.
    expected = ("favicon", "status of 4", "htmx:sendAbort", "htmx:afterRequest")
    is_expected = any(part in said.text for part in expected)
    if said.type == "error" and not is_expected:
        complaints.append(f"{page.url}: {said.text}")
