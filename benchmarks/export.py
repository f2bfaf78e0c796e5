"""How long the CSV of many usage rows takes, compared with PostgreSQL's own COPY of the same rows.

Fills a scratch database on PostgreSQL with one customer's usage. COPY sends the same columns of the same rows in the
same order, as they are; our export writes them as its columns are documented. Both are read to the end and thrown
away. They take turns; the ratio is that of the medians. Memory: how much this process grows from an export of a
tenth of the rows to one of all of them.
"""

import argparse
import json
import resource
import statistics
import time
from datetime import timedelta
from typing import Any

from ._usage import DAYS, MONTH_BEGINS, SERVER, fill, scratch_database

GOAL = 3.0
COPY = """
    COPY (
        SELECT usage.occurred_at, customer.name, usage.subject, usage.person, usage.product, usage.unit_price,
               usage.quantity * usage.unit_price, usage.vat_rate
        FROM billing_usage usage JOIN customers_organisation customer ON customer.id = usage.organisation_id
        WHERE usage.organisation_id = %s AND usage.occurred_at >= %s AND usage.occurred_at < %s
        ORDER BY usage.occurred_at, usage.id
    ) TO STDOUT (FORMAT csv)
"""


def main() -> None:
    """Measure, print, and end with the JSON line."""
    parser = argparse.ArgumentParser(prog="benchmarks/run export", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--server", default=SERVER)
    options = parser.parse_args()
    with scratch_database(options.server):
        fill(options.rows, 1)
        figures = measure(options.rows, options.rounds)
    report({"rows": options.rows} | figures)


def measure(rows: int, rounds: int) -> dict[str, Any]:
    """Seconds of both, round by round, and how memory grew."""
    from billing.periods import Period

    first = MONTH_BEGINS.date()
    month = Period(first, first + timedelta(days=DAYS))
    tenth = Period(first, first + timedelta(days=DAYS // 10 - 1))
    export(tenth, None), copy(month, rows)
    small = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bare, ours = [], []
    for _ in range(rounds):
        bare.append(copy(month, rows))
        ours.append(export(month, rows))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - small
    return {
        "copy_seconds": [round(one, 3) for one in bare],
        "export_seconds": [round(one, 3) for one in ours],
        "grown_mb": round(grown / 1024, 1),
        "ratio": round(statistics.median(ours) / statistics.median(bare), 2),
    }


def copy(period: Any, rows: int) -> float:
    """PostgreSQL's own."""
    from django.db import connection

    from customers.models import Organisation

    house = Organisation.objects.get().pk
    lines = 0
    started = time.perf_counter()
    with connection.cursor() as cursor, cursor.copy(COPY, [house, period.start, period.end]) as rows_of_copy:
        for part in rows_of_copy:
            lines += bytes(part).count(b"\n")
    seconds = time.perf_counter() - started
    if lines != rows:
        raise SystemExit(f"COPY sent {lines} rows instead of {rows}")
    return seconds


def export(period: Any, rows: int | None) -> float:
    """Ours, as the view streams it."""
    from billing.exports.dialects import ITALIAN
    from billing.exports.usage import CUSTOMER_COLUMNS, usage_export
    from billing.usage_report import usage_lines
    from customers.models import Organisation

    house = Organisation.objects.get()
    lines = 0
    started = time.perf_counter()
    for part in usage_export(usage_lines(period, house), CUSTOMER_COLUMNS, ITALIAN):
        lines += part.encode().count(b"\r\n")
    seconds = time.perf_counter() - started
    if rows is not None and lines != rows + 2:
        raise SystemExit(f"the export has {lines} lines instead of {rows + 2}")
    return seconds


def report(figures: dict[str, Any]) -> None:
    """A table for people and one line for machines."""
    print(f"CSV of {figures['rows']:,} usage rows")
    print(f"  {'COPY s':>14}{'export s':>14}{'ratio':>8}")
    for bare, ours in zip(figures["copy_seconds"], figures["export_seconds"], strict=True):
        print(f"  {bare:>14.3f}{ours:>14.3f}{ours / bare:>8.2f}")
    print(f"  ratio of medians {figures['ratio']:.2f} (goal: at most {GOAL:g})")
    print(f"  memory grew by {figures['grown_mb']} MB from a tenth of the rows to all of them")
    print(json.dumps({"name": "export", "ratio": figures["ratio"], "goal": GOAL, "figures": figures}))


if __name__ == "__main__":
    main()
