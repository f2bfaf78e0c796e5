"""Reconciliation with the provider as the sandbox plays it: real calls, real books, and books that go wrong."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing import provider as connection
from billing.flows.reconcile.read import read_books
from billing.flows.reconcile.run import compare_books
from billing.models import DailyCount, Difference, Explanation, ProviderLine, Purchase, RequestCount
from billing.provider import provider
from billing.tasks import reconcile
from outbox.models import Mail
from sandbox.testing import SandboxHandle, running_sandbox
from upstream.tests.conftest import LEASE
from upstream.tests.order_samples import RENEWAL

from .factories import BoughtFactory, CostFactory, CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Kind = Difference.Kind
# What is bought: path of its call, product, generation, units and cost.
KINDS = {
    "new": ("EU-SES", "simple_signature", "esignature", 2, Decimal("1.40")),
    "old": ("firma_elettronica", "simple_signature", "firmadigitale", 2, Decimal("1.40")),
    "spid": ("spid_personale", "spid", "firmadigitale", 1, Decimal("14.20")),
    "order": ("richiesta", "order:RINFIR", "firmadigitale", 1, Decimal("9.00")),
}


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxHandle]:
    with running_sandbox(tmp_path_factory.mktemp("books-sandbox")) as handle:
        yield handle


@pytest.fixture
def sandbox(_running: SandboxHandle, settings: Any) -> Iterator[SandboxHandle]:
    _running.reset()
    connection._connected.cache_clear()
    addresses = dict.fromkeys(("esignature_url", "firmadigitale_url", "oauth_url"), _running.url)
    settings.PROVIDER = {**settings.PROVIDER, **addresses, "retry_pause": 0.01, "breaker_failures": 50}
    settings.RECONCILIATION_GRACE = timedelta(0)
    CostFactory(product="order:RINFIR", amount=Decimal("9.00"), valid_from=timezone.now() - timedelta(days=9))
    yield _running
    connection._connected.cache_clear()


class Clock:
    """The portal's clock and the sandbox's, moved together."""

    def __init__(self, sandbox: SandboxHandle, traveller: Any) -> None:
        self._sandbox, self._traveller = sandbox, traveller

    def move(self, **time: float) -> None:
        span = timedelta(**time)
        self._sandbox.advance(span.total_seconds())
        self._traveller.shift(span)


@pytest.fixture
def clock(sandbox: SandboxHandle) -> Iterator[Clock]:
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield Clock(sandbox, traveller)


def buy(kind: str, organisation: Any) -> Purchase:
    """Really buy one, and keep it as the fence would."""
    _, product, generation, units, cost = KINDS[kind]
    sent_at = timezone.now()
    if kind == "spid":
        provider().spid.buy()
        reference = f"spid-{Purchase.objects.count()}"
    elif kind == "order":
        reference = provider().qualified.create_order(RENEWAL).reference
    else:
        reference = provider().signatures(generation).create(replace(LEASE)).reference
    return BoughtFactory(
        organisation=organisation, product=product, generation=generation, quantity=units, expected_cost=cost,
        provider_reference=reference, created_at=sent_at, sent_at=sent_at, settled_at=timezone.now(),
    )  # fmt: skip


def begin(clock: Clock, organisation: Any) -> None:
    """A first purchase, on a day before: counts are compared from the next day on."""
    buy("order", organisation)
    clock.move(days=1, hours=1)
    read_books()


def judge(clock: Clock) -> None:
    """The next two nights."""
    clock.move(days=1, hours=1)
    read_books()
    clock.move(days=1)
    read_books()
    compare_books()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("is_subscribed", [False, True])
def test_random_schedules_with_faults(sandbox, clock, seed, is_subscribed):
    rng = random.Random(f"{seed} {is_subscribed}")
    organisation = CustomerFactory()
    if is_subscribed:
        sandbox.subscribe(requests=200)
    begin(clock, organisation)
    expected: Counter[tuple[str, Decimal]] = Counter()
    requests = 0
    for number in range(14):
        kind = rng.choice(list(KINDS))
        path, *_, units, cost = KINDS[kind]
        pays_requests = is_subscribed and kind == "new"
        faults = ["charged_twice", "other_amount"]
        faults += [] if pays_requests else ["not_charged", "late_line"]
        fault = rng.choice(faults) if rng.random() < 0.4 or number == 0 else ""
        if fault:
            sandbox.fault(fault, path=path, seconds=300)
        buy(kind, organisation)
        if pays_requests:
            requests += {"charged_twice": units, "other_amount": 1}.get(fault, 0)
        elif fault:
            expected[
                {
                    "charged_twice": (Kind.EXTRA.value, cost),
                    "not_charged": (Kind.MISSING.value, -cost),
                    "other_amount": (Kind.OTHER_AMOUNT.value, Decimal("0.13")),
                    "late_line": (Kind.LATE.value, Decimal(0)),
                }[fault]
            ] += 1
        clock.move(minutes=10)
    if requests:
        expected[Kind.REQUESTS_MORE.value, requests * Decimal("0.14")] += 1
    judge(clock)
    assert told() == expected
    listed = Difference.objects.filter(kind=Kind.MISSING).count()
    assert Explanation.objects.count() == 15 - listed


def told() -> Counter[tuple[str, Decimal]]:
    """What was found. What may be late, or one not charged and another charged twice, says so; here it was the latter."""
    found: Counter[tuple[str, Decimal]] = Counter()
    for row in Difference.objects.all():
        if row.kind == Kind.LATE and row.is_ambiguous:
            found[Kind.EXTRA.value, row.expected] += 1
            found[Kind.MISSING.value, -row.expected] += 1
        else:
            found[row.kind, row.amount] += 1
    return found


def test_a_call_that_is_counted_twice_is_found_in_the_statistics(sandbox, clock):
    organisation = CustomerFactory()
    begin(clock, organisation)
    sandbox.fault("miscounted", path="EU-SES")
    buy("new", organisation)
    judge(clock)
    found = Difference.objects.get()
    assert (found.kind, found.amount, found.expected, found.actual) == (Kind.COUNT, Decimal("1.40"), 1, 2)
    assert found.daily_count.scope == "POST:esignature.openapi.com/EU-SES"


def test_somebody_else_with_our_key_is_found(sandbox, clock):
    organisation = CustomerFactory()
    begin(clock, organisation)
    provider().signatures("esignature").create(LEASE)
    judge(clock)
    assert sorted(Difference.objects.values_list("kind", flat=True)) == ["count", "extra"]
    assert Difference.objects.get(kind=Kind.COUNT).causes[0] == "see_lines"


def test_reading_twice_keeps_everything_once(sandbox, clock):
    sandbox.subscribe(requests=7, price_per_request="0.14")
    organisation = CustomerFactory()
    begin(clock, organisation)
    sandbox.wallet("5000")
    lines, counts = ProviderLine.objects.count(), DailyCount.objects.count()
    assert read_books().new_lines == 1
    assert read_books().new_lines == 0
    assert (ProviderLine.objects.count(), DailyCount.objects.count()) == (lines + 1, counts)
    assert ProviderLine.objects.get(amount=-9).host == "ws.firmadigitale.com"
    count = RequestCount.objects.order_by("-pk").first()
    assert (count.available, count.total, count.price) == (7, 7, Decimal("0.14"))


def test_the_command_reads_compares_and_says_so(sandbox, clock, capsys):
    call_command("reconcile")
    assert "Nothing to compare yet." in capsys.readouterr().out
    buy("order", CustomerFactory())
    clock.move(hours=1)
    call_command("reconcile")
    assert "1 purchases found, 0 differences open." in capsys.readouterr().out
    call_command("reconcile", "--no-read")
    assert "0 purchases found" in capsys.readouterr().out


def test_staff_hear_when_the_books_cannot_be_read_for_days(sandbox, clock, settings):
    settings.STAFF_ALERTS = ["boss@example.it"]
    reconcile()
    clock.move(days=1)
    sandbox.fault("error_500_before", path="subscriptions", times=0)
    reconcile()
    assert not Mail.objects.exists()
    clock.move(days=2)
    reconcile()
    reconcile()
    assert Mail.objects.filter(kind="alarm").count() == 1
    with pytest.raises(CommandError, match="could not be read"):
        call_command("reconcile")
