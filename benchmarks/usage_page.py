"""How long the usage page takes at ten million facts, compared with the same page at ten thousand.

Needs two PostgreSQL databases of their own, which are filled and left behind: ``BENCHMARK_DATABASE_URL`` for the many
facts and ``BENCHMARK_FEW_DATABASE_URL`` for the few. The facts of one customer lie over three years; the page is the
last year by month. Each database has a process of its own, and they take turns, so that whatever else the machine does
meets both alike. Before that, the days are made anew from all facts and proven equal to them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from typing import Any

GOAL = 1.5
FILL = """
INSERT INTO billing_usage (
  id, organisation_id, product, occurred_at, purchase_id, provider_reference, subject_id, subject, person_key, person,
  quantity, reason, tariff, unit_price, unit_cost, vat_rate, funding, sale_id, cost_id)
SELECT lpad(to_hex(n), 32, '0')::uuid, %(organisation)s,
  (ARRAY['simple_signature', 'spid', 'order:FIRREM'])[1 + n %% 3],
  %(end)s::timestamptz - n * interval '1 second' * (94608000.0 / %(span)s),
  %(purchase)s, %(reference)s, %(purchase)s, 'Contract ' || n / 3, n::text, 'Signer ' || n, 1, '', 'single',
  CASE WHEN n %% 5 < 2 THEN 0 ELSE 0.95 END, 0.14, 22,
  (ARRAY['free', 'package', 'wallet', 'postpaid', 'postpaid'])[1 + n %% 5], %(sale)s, %(cost)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""


def main() -> None:
    """Measure, print, and end with the JSON line."""
    parser = argparse.ArgumentParser(prog="benchmarks/run usage_page", description=__doc__)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    urls = [os.environ.get(f"BENCHMARK_{name}DATABASE_URL", "") for name in ("FEW_", "")]
    if not all(url.startswith("postgres") for url in urls) or urls[0] == urls[1]:
        raise SystemExit("BENCHMARK_DATABASE_URL and BENCHMARK_FEW_DATABASE_URL must name two databases")
    few, many = Child(urls[0], options.few), Child(urls[1], options.many)
    filled = [few.answer(), many.answer()]
    times: list[list[float]] = [[], []]
    for _ in range(options.rounds):
        times[0].append(few.ask())
        times[1].append(many.ask())
    few.end()
    many.end()
    report({
        "few": options.few,
        "many": options.many,
        "few_ms": times[0],
        "many_ms": times[1],
        **filled[1],
        "ratio": statistics.median(times[1]) / statistics.median(times[0]),
    })  # fmt: skip


class Child:
    """A process with a database of its own, that answers with the page's milliseconds."""

    def __init__(self, url: str, facts: int) -> None:
        command = [sys.executable, "-m", "benchmarks.usage_page", "--serve", str(facts)]
        environment = {**os.environ, "BENCHMARK_DATABASE_URL": url}
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def answer(self) -> Any:
        """What it says next."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise SystemExit("a process ended before its work was done")
        return json.loads(line)

    def ask(self) -> float:
        """Let it make the page once."""
        assert self.process.stdin is not None
        self.process.stdin.write("page\n")
        self.process.stdin.flush()
        return float(self.answer())

    def end(self) -> None:
        """Let it go."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(30)


def serve(facts: int) -> None:
    """Fill a database, then make the page once for each line that comes in."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(BENCHMARK_FOLDER=folder, BENCHMARK_PROVIDER="http://localhost:9")
        import django

        django.setup()
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["*"]
        client, figures = prepare(facts)
        for _ in range(3):
            page(client)
        print(json.dumps(figures), flush=True)
        for _ in sys.stdin:
            print(json.dumps(page(client)), flush=True)


def prepare(facts: int) -> tuple[Any, dict[str, Any]]:
    """A customer with so many facts, their days made and proven: a browser of theirs, and how long it took."""
    from django.core.management import call_command

    from billing.flows.roll_up import differences, rebuild
    from billing.models import Usage

    call_command("migrate", verbosity=0)
    customer, client = a_customer()
    times = [time.perf_counter()]
    if not Usage.objects.for_organisation(customer).exists():
        fill(customer, facts)
    times.append(time.perf_counter())
    days = rebuild(customer)
    times.append(time.perf_counter())
    if list(differences(customer)):
        raise SystemExit("the days differ from the facts")
    times.append(time.perf_counter())
    analyse()
    took = [round(after - before, 1) for before, after in pairwise(times)]
    return client, {"days": days, "filled_s": took[0], "rebuilt_s": took[1], "proven_s": took[2]}


def a_customer() -> tuple[Any, Any]:
    """An organisation, and a browser of its accountant."""
    from django.test import Client

    from customers.models import Membership, Organisation, User

    # A database that an earlier run has filled is not filled again.
    customer = Organisation.objects.filter(name="Benchmark Srl").first()
    if customer is None:
        customer = Organisation.objects.create(name="Benchmark Srl", address="-", postal_code="-", city="-")
    user = User.objects.create_user(f"benchmark-{time.time_ns()}@example.com", language="it")
    Membership.objects.create(organisation=customer, user=user, role=Membership.Role.ACCOUNTANT)
    client = Client()
    client.force_login(user)
    return customer, client


def fill(customer: Any, facts: int) -> None:
    """So many facts, spread over three years."""
    from django.db import connection
    from django.utils import timezone

    from billing.models import Price, Purchase
    from vault import new_token

    at = timezone.now()
    sale = Price.objects.filter(side="sell").first()
    if sale is None:
        sale = Price(side="sell", product="simple_signature", amount="0.95", valid_from=at, source="-")
        sale.save()
    cost = Price.objects.filter(side="buy").first()
    purchase = Purchase.objects.create(
        organisation=customer,
        fact_key=new_token(),
        product="simple_signature",
        generation="esignature",
        quantity=1,
        expected_cost=1,
        request_digest="-",
        callback_key=new_token(),
        state=Purchase.State.BOUGHT,
        provider_reference=new_token(),
    )
    values = {
        "organisation": customer.pk, "purchase": purchase.pk, "reference": purchase.provider_reference,
        "sale": sale.pk, "cost": cost.pk, "end": at,
    }  # fmt: skip
    with connection.cursor() as cursor:
        # What the rows refer to is there; to look it up ten million times would take most of the time.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(FILL, {**values, "first": 1, "last": facts, "span": facts})


def analyse() -> None:
    """What autovacuum would have done by now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE billing_usage")
        cursor.execute("VACUUM ANALYZE billing_usageday")


def page(client: Any) -> float:
    """Milliseconds of the page."""
    from django.urls import reverse
    from django.utils import timezone

    today = timezone.localdate()
    last_year = {
        "first": today.replace(year=today.year - 1).isoformat(),
        "last": today.isoformat(),
        "by": "month",
    }
    started = time.perf_counter()
    answer = client.get(reverse("usage:month"), last_year)
    took = time.perf_counter() - started
    if answer.status_code != 200 or b"Signer" not in answer.content:
        raise SystemExit(f"the page shows nothing: {answer.status_code}")
    return round(took * 1000, 2)


def report(figures: dict[str, Any]) -> None:
    """A table for people and one line for machines."""
    print("The usage page of a year by month")
    for name in ("few", "many"):
        times = figures[f"{name}_ms"]
        print(
            f"  {figures[name]:>12,} facts: median {statistics.median(times):8.2f} ms, slowest {max(times):8.2f} ms"
        )
    print(f"  ratio {figures['ratio']:.2f} (goal: at most {GOAL})")
    print(
        f"  {figures['days']:,} days made anew from all facts in {figures['rebuilt_s']} s,"
        f" proven equal in {figures['proven_s']} s"
    )
    print(
        json.dumps(
            {"name": "usage_page", "ratio": round(figures["ratio"], 3), "goal": GOAL, "figures": figures}
        )
    )


if __name__ == "__main__":
    main()
