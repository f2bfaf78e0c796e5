"""Fifty closings at once, each issuing its invoice: no gap, no duplicate, nobody left out, nothing done twice."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from billing.flows.recount import differences, gaps, unequal_invoices
from billing.models import Filing, Invoice, NumberSeries, Statement, Transmission
from portal.celery import app

from .closing_process import MONTH, close_all_at_once
from .invoice_factories import SellerFactory, customer, use

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS, AGAIN = 40, 10
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_queue():
    """Files and PDFs are made later: here only what the database decides counts."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


@pytest.fixture
def organisations():
    """Forty customers, ten of whom are closed by two at the same time: fifty closings."""
    SellerFactory()
    found = [customer() for _ in range(CUSTOMERS)]
    for number, one in enumerate(found, 1):
        use(one, number % 3 + 1, "0.335")
    return [one.pk for one in [*found, *found[:AGAIN]]]


def all_is_well() -> None:
    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == list(range(1, CUSTOMERS + 1))
    assert max(Counter(Invoice.objects.values_list("organisation", flat=True)).values()) == 1
    assert Statement.objects.count() == CUSTOMERS
    names = list(Transmission.objects.values_list("progressive", flat=True))
    assert len(set(names)) == len(names) == Filing.objects.count() == CUSTOMERS
    assert {row.register: row.last for row in NumberSeries.objects.all()} == {
        "invoices": CUSTOMERS,
        "files": CUSTOMERS,
    }
    assert gaps() == []
    assert unequal_invoices() == []
    assert list(differences(MONTH)) == []


@pytest.mark.postgres
def test_fifty_threads_close_and_issue_on_postgresql(organisations):
    assert close_all_at_once(organisations) == []
    all_is_well()


@pytest.mark.sqlite_only
@pytest.mark.slow
def test_fifty_threads_of_five_processes_close_and_issue_on_sqlite(organisations, settings, tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("for SQLite")
    import sqlite3

    path = tmp_path / "portal.sqlite3"
    with sqlite3.connect(path) as file:
        connection.connection.backup(file)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "billing.tests.closer_settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
        "CLOSER_DATABASE": str(path),
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "billing.tests.closing_process", *map(str, organisations[start::5])],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for start in range(5)
    ]
    said = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 5, said
    with sqlite3.connect(path) as file:
        file.backup(connection.connection)
    all_is_well()
