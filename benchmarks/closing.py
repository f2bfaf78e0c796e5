"""How long closing a month takes, compared with the one SQL aggregate that it needs.

Fills a scratch database on PostgreSQL with a month's usage of many customers, half of whom pay from their wallets. The
aggregate is asked by a bare cursor, which fetches its rows and throws them away; the closing counts, reckons what
wallets have paid, writes statements, lines and drafts. They take turns; the ratio is that of the medians.
"""

import argparse
import json
import statistics
import time
from typing import Any

from ._usage import MONTH_BEGINS, SERVER, fill, scratch_database

GOAL = 3.0
AGGREGATE = """
    SELECT organisation_id, product, unit_price, vat_rate, SUM(quantity),
           SUM(quantity) FILTER (WHERE funding = 'wallet')
    FROM billing_usage
    WHERE occurred_at >= %s AND occurred_at < %s AND funding IN ('wallet', 'postpaid')
    GROUP BY organisation_id, product, unit_price, vat_rate
"""


def main() -> None:
    """Measure, print, and end with the JSON line."""
    parser = argparse.ArgumentParser(prog="benchmarks/run closing", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--server", default=SERVER)
    options = parser.parse_args()
    with scratch_database(options.server):
        fill(options.rows, options.customers, prepaying=options.customers // 2)
        figures = measure(options.rounds)
    report({"rows": options.rows, "customers": options.customers} | figures)


def measure(rounds: int) -> dict[str, Any]:
    """Seconds of both, round by round, and what the closing made."""
    aggregate(), close()  # warm caches, compile nothing twice
    bare, ours = [], []
    closed: Any = None
    for _ in range(rounds):
        bare.append(aggregate())
        seconds, closed = close()
        ours.append(seconds)
    return {
        "aggregate_seconds": [round(one, 3) for one in bare],
        "closing_seconds": [round(one, 3) for one in ours],
        "statements": closed.statements,
        "drafts": closed.drafts,
        "prepaid": prepaid(),
        "ratio": round(statistics.median(ours) / statistics.median(bare), 2),
    }


def aggregate() -> float:
    """The bare question."""
    from django.db import connection

    from billing.periods import Period

    period = Period.month_of(MONTH_BEGINS.date())
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(AGGREGATE, [period.start, period.end])
        cursor.fetchall()
    return time.perf_counter() - started


def close() -> tuple[float, Any]:
    """The closing, on a database where nothing is closed yet."""
    from django.db import connection

    from billing.flows.close_month import close_month

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE billing_statement CASCADE")
    started = time.perf_counter()
    closed = close_month(MONTH_BEGINS.date())
    return time.perf_counter() - started, closed


def prepaid() -> int:
    """How many of the statements a wallet has paid."""
    from billing.models import Statement

    return Statement.objects.filter(prepaid__gt=0).count()


def report(figures: dict[str, Any]) -> None:
    """A table for people and one line for machines."""
    print(f"Closing {figures['rows']:,} usage rows of {figures['customers']:,} customers")
    print(f"  {'aggregate s':>14}{'closing s':>14}{'ratio':>8}")
    for bare, ours in zip(figures["aggregate_seconds"], figures["closing_seconds"], strict=True):
        print(f"  {bare:>14.3f}{ours:>14.3f}{ours / bare:>8.2f}")
    print(
        f"  ratio of medians {figures['ratio']:.2f} (goal: at most {GOAL:g}); {figures['statements']:,} statements,"
        f" {figures['prepaid']:,} of them paid from a wallet"
    )
    print(json.dumps({"name": "closing", "ratio": figures["ratio"], "goal": GOAL, "figures": figures}))


if __name__ == "__main__":
    main()
