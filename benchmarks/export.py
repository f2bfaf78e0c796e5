"""How long the CSV of many usage rows takes, compared with PostgreSQL's own COPY of the same rows.

Fills a scratch database on PostgreSQL with one customer's usage. COPY sends the same columns of the same rows in the
same order, as they are; our export writes them as its columns are documented. Both are read to the end and thrown
away. They take turns; the ratio is that of the medians. Memory: how much higher the peak of this process is during an
export of all rows than during one of a tenth of them; the peak is forgotten before each.
"""

import argparse
import json
import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from ._usage import DAYS, MONTH_BEGINS, SERVER, fill, scratch_database

GOAL = 3.0
COPY = """
    COPY (
        SELECT usage.occurred_at, customer.name, usage.subject, usage.person, usage.product, usage.unit_price,
               usage.quantity * usage.unit_price, usage.vat_rate, usage.funding
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
    export(tenth, None), copy(month, rows)  # warm caches
    forget_peak()
    export(tenth, None)
    small = peak_kb()
    bare, ours, peaks = [], [], []
    for _ in range(rounds):
        bare.append(copy(month, rows))
        forget_peak()
        ours.append(export(month, rows))
        peaks.append(peak_kb())
    grown = max(peaks) - small
    return {
        "copy_seconds": [round(one, 3) for one in bare],
        "export_seconds": [round(one, 3) for one in ours],
        "grown_mb": round(grown / 1024, 1),
        "ratio": round(statistics.median(ours) / statistics.median(bare), 2),
    }


def forget_peak() -> None:
    """Let the peak of this process begin at what it holds now: migrations and filling have held more (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_kb() -> int:
    """The most memory that this process has held since."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0])


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
    print(f"  the peak of memory grew by {figures['grown_mb']} MB from a tenth of the rows to all of them")
    print(json.dumps({"name": "export", "ratio": figures["ratio"], "goal": GOAL, "figures": figures}))


if __name__ == "__main__":
    main()
