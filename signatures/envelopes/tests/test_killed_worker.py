"""A worker that is killed (SIGKILL, a process of its own) in the middle of the paid call."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from billing.models import Purchase

from . import steps
from .sandbox_process import ROOT

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sell_price", "no_queue"),
    pytest.mark.slow,
]

BUY = """
import django; django.setup()
from signatures.envelopes.tasks import buy
buy("{purchase}")
"""


@pytest.fixture
def archive(settings: Any, tmp_path: Path) -> Path:
    """An archive that another process can read."""
    settings.STORAGES = {
        **settings.STORAGES,
        "archive": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "archive")},
        },
    }
    return tmp_path / "archive"


@contextmanager
def shared_database(folder: Path) -> Iterator[str]:
    """The test's database under a name that another process can open; what it writes there comes back."""
    if connection.vendor != "sqlite":
        yield connection.settings_dict["NAME"]
        return
    import sqlite3

    path = folder / "worker.sqlite3"
    with sqlite3.connect(path) as file:
        connection.connection.backup(file)
    yield str(path)
    with sqlite3.connect(path) as file:
        file.backup(connection.connection)


def killed_while_buying(
    purchase: Purchase, sandbox: Any, archive: Path, settings: Any, met: Callable[[], None]
) -> None:
    """Start a worker that buys, and kill it once the provider holds its call."""
    with shared_database(archive.parent) as database:
        worker = subprocess.Popen(
            [sys.executable, "-c", BUY.format(purchase=purchase.pk)],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "signatures.envelopes.tests.worker_settings",
                "SECRET_KEY": settings.SECRET_KEY,
                "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
                "WORKER_DATABASE": database,
                "WORKER_DATABASE_USER": connection.settings_dict.get("USER", ""),
                "WORKER_ARCHIVE": str(archive),
                "WORKER_PROVIDER": sandbox.url,
            },
        )
        try:
            met()
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()


@pytest.mark.parametrize(("fault", "has_effect"), [("timeout_before", False), ("timeout_after", True)])
def test_it_bought_what_it_bought_and_nothing_twice(sandbox, archive, settings, fault, has_effect):
    envelope = steps.ordered()
    purchase = Purchase.objects.get(envelope=envelope)
    sandbox.fault(fault, seconds=20)

    def met() -> None:
        sandbox.wait_until_held(fault)
        if has_effect:
            sandbox.wait_for_procedures(1)

    killed_while_buying(purchase, sandbox, archive, settings, met)

    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.SENDING
    assert sandbox.state()["procedures"] == int(has_effect)

    steps.beat()

    purchase.refresh_from_db()
    assert purchase.state == Purchase.State.BOUGHT
    states = list(purchase.steps.values_list("state", flat=True))
    again = [] if has_effect else ["intended", "sending"]
    assert states == ["intended", "sending", "unknown", *again, "bought"]
    steps.books_agree(sandbox)
