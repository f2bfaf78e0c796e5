"""A provider to order from, and workers that a test moves by hand."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from billing import provider as connection
from portal.celery import app
from sandbox.testing import SandboxHandle, running_sandbox


@pytest.fixture(scope="session")
def _orders_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxHandle]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as desk:
        yield desk


@pytest.fixture
def sandbox(_orders_sandbox: SandboxHandle, settings: Any) -> Iterator[SandboxHandle]:
    """The provider's sandbox, as new, with the portal connected to it, and its inbox as our SMS gateway."""
    _orders_sandbox.reset()
    # Its clock is moved by hand; nothing goes on by itself meanwhile.
    connection._connected.cache_clear()
    addresses = dict.fromkeys(("esignature_url", "firmadigitale_url", "oauth_url"), _orders_sandbox.url)
    settings.PROVIDER = {
        **settings.PROVIDER,
        **addresses,
        "read_timeout": 2.0,
        "paid_read_timeout": 2.0,
        "retry_pause": 0.01,
        "token_pause": 0.01,
        "breaker_failures": 50,
    }
    settings.CALLBACK_URL = "http://127.0.0.1:9"
    settings.TRUST_ROOTS = str(_orders_sandbox.trust)
    settings.SMS_URL, settings.SMS_KEY = f"{_orders_sandbox.url}/sms", "sandbox-sms-key"
    # Nothing has to become old first: what is unclear may be decided at the next look.
    settings.PURCHASE_STALE_AFTER = timedelta(0)
    settings.PURCHASE_SETTLE_AFTER = timedelta(0)
    yield _orders_sandbox
    connection._connected.cache_clear()


@pytest.fixture
def no_queue() -> Iterator[None]:
    """Every message to the workers is lost: only what the beat finds in the database happens."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True
