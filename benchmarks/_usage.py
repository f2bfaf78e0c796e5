"""A scratch database on PostgreSQL with as many usage rows as a benchmark wants; gone afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

SERVER = "postgres://root@127.0.0.1:5432/postgres"
MONTH_BEGINS = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 30


@contextmanager
def scratch_database(server: str) -> Iterator[None]:
    """Django set up on a new, migrated database of this server."""
    name = f"sigillo_benchmark_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            with tempfile.TemporaryDirectory() as folder:
                url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
                os.environ.update(
                    BENCHMARK_DATABASE_URL=url,
                    BENCHMARK_FOLDER=folder,
                    BENCHMARK_PROVIDER="http://127.0.0.1:9",
                )
                import django

                django.setup()
                from django.core.management import call_command
                from django.db import connection

                call_command("migrate", verbosity=0)
                yield
                connection.close()
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def fill(rows: int, customers: int, prepaying: int = 0) -> None:
    """So many usage rows of one month, of so many customers, at four prices and of two products.

    The first ``prepaying`` of the customers pay from their wallets, all others by invoice.
    """
    from django.db import connection

    from billing.models import Price, Purchase, Usage
    from customers.models import Organisation

    organisations = Organisation.objects.bulk_create(
        (
            Organisation(name=f"Bottega {number} Srl", address="Via 1", postal_code="50123", city="Firenze")
            for number in range(customers)
        ),
        batch_size=2000,
    )
    Purchase.objects.bulk_create(
        (
            Purchase(
                organisation=organisation,
                fact_key=f"benchmark:{number}",
                product="simple_signature",
                generation="benchmark",
                quantity=1,
                expected_cost=0,
                request_digest="",
                callback_key=f"benchmark-{number}",
                state="bought",
                provider_reference=f"benchmark-{number}",
            )
            for number, organisation in enumerate(organisations)
        ),
        batch_size=2000,
    )
    price = Price(side="sell", product="simple_signature", amount="0.0065", source="Benchmark")
    price.save()
    _insert(connection, Usage, rows, customers, prepaying, price)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _insert(connection: Any, usage: Any, rows: int, customers: int, prepaying: int, price: Any) -> None:
    known = {
        "id": "md5('usage' || n)::uuid",
        "organisation_id": "b.organisation",
        "product": "(ARRAY['simple_signature', 'spid'])[1 + n / %(customers)s %% 2]",
        "occurred_at": "%(begins)s + (n %% (%(days)s * 1440)) * interval '1 minute'",
        "purchase_id": "b.purchase",
        "provider_reference": "b.reference || '-' || n",
        "subject_id": "md5('envelope' || n / 2)::uuid",
        "subject": "'Contract no. ' || n / 2",
        "person_key": "'person-' || n",
        "person": "'Maria Luisa Bianchi ' || n",
        "quantity": "1",
        "tariff": "'single'",
        "funding": "CASE WHEN b.number < %(prepaying)s THEN 'wallet' ELSE 'postpaid' END",
        "unit_price": "(ARRAY[0.95, 0.0065, 0.335, 19.9])[1 + n / %(customers)s %% 4]",
        "unit_cost": "0.14",
        "vat_rate": "22",
        "sale_id": "%(price)s",
        "cost_id": "%(price)s",
    }
    fields: dict[str, Any] = {
        "customers": customers,
        "prepaying": prepaying,
        "begins": MONTH_BEGINS,
        "days": DAYS,
        "price": price.pk,
        "rows": rows,
    }
    for field in usage._meta.concrete_fields:
        if field.column not in known:
            known[field.column] = f"%({field.column})s"
            fields[field.column] = None if field.null else field.get_default()
    names = ", ".join(f'"{name}"' for name in known)
    buyers = (
        "SELECT row_number() OVER () - 1 AS number, organisation_id AS organisation, id AS purchase,"
        " provider_reference AS reference FROM billing_purchase"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO billing_usage ({names}) SELECT {', '.join(known.values())}"
            f" FROM generate_series(0, %(rows)s - 1) n JOIN ({buyers}) b ON b.number = n %% %(customers)s",
            fields,
        )
