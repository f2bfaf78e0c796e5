"""A provider to buy from: the sandbox, one warm process for all tests of a worker, over real HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from billing import provider as connection
from portal.celery import app
from sandbox.testing import SandboxHandle, running_sandbox

from .factories import SellPriceFactory


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxHandle]:
    with running_sandbox(tmp_path_factory.mktemp("spid-sandbox")) as handle:
        yield handle


@pytest.fixture
def sandbox(_running: SandboxHandle, settings: Any) -> Iterator[SandboxHandle]:
    """The sandbox, as new, with the portal connected to it."""
    _running.reset()
    connect(settings, _running)
    yield _running
    connection._connected.cache_clear()


def connect(settings: Any, handle: SandboxHandle) -> None:
    connection._connected.cache_clear()
    address = handle.url.replace("localhost", "127.0.0.1")
    settings.PROVIDER = {
        **settings.PROVIDER,
        "esignature_url": address,
        "firmadigitale_url": address,
        "oauth_url": address,
        "read_timeout": 2.0,
        "paid_read_timeout": 2.0,
        "retry_pause": 0.001,
        "token_pause": 0.001,
        "breaker_failures": 1000,
    }
    settings.SPID_ORIGINS = [handle.url]
    # Nothing has to become old first: what is unclear may be decided at the next look.
    settings.PURCHASE_STALE_AFTER = timedelta(0)
    settings.PURCHASE_SETTLE_AFTER = timedelta(0)
    settings.PURCHASE_UNLISTED_AFTER = timedelta(0)


@pytest.fixture
def no_queue() -> Iterator[None]:
    """Every message to the workers is lost: only what the beat finds in the database happens."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


@pytest.fixture
def sell_price() -> Any:
    return SellPriceFactory()


@pytest.fixture(autouse=True)
def _no_remembered_tariff() -> None:
    cache.clear()
