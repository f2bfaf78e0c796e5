"""A provider to buy from, and workers that a test moves by hand."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from billing import provider as connection
from portal.celery import app

from .factories import SellPriceFactory
from .sandbox_process import ProviderSandbox, running_sandbox


@pytest.fixture(scope="session")
def _sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as desk:
        yield desk


@pytest.fixture
def sandbox(_sandbox_process: ProviderSandbox, settings: Any) -> Iterator[ProviderSandbox]:
    """The provider's sandbox, as new, with the portal connected to it."""
    _sandbox_process.reset()
    connect(settings, _sandbox_process)
    yield _sandbox_process
    connection._connected.cache_clear()


def connect(settings: Any, desk: ProviderSandbox) -> None:
    connection._connected.cache_clear()
    settings.PROVIDER = {
        **settings.PROVIDER,
        "esignature_url": desk.url,
        "firmadigitale_url": desk.url,
        "oauth_url": desk.url,
        "read_timeout": 2.0,
        "paid_read_timeout": 2.0,
        "retry_pause": 0.01,
        "token_pause": 0.01,
        "breaker_failures": 50,
    }
    settings.CALLBACK_URL = "http://127.0.0.1:9"
    settings.TRUST_ROOTS = str(Path(desk.folder) / "trust")
    # Nothing has to become old first: what is unclear may be decided at the next look.
    settings.PURCHASE_STALE_AFTER = timedelta(0)
    settings.PURCHASE_SETTLE_AFTER = timedelta(0)


@pytest.fixture
def no_queue() -> Iterator[None]:
    """Every message to the workers is lost: only what the beat finds in the database happens."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


@pytest.fixture
def sell_price() -> None:
    SellPriceFactory(valid_from=timezone.now() - timedelta(days=30))
