"""Read the provider's books and keep what they say: lines, counters of subscriptions, daily counts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from upstream import Counts, NotFound, Subscription, Transaction

from ...models import DailyCount, ProviderLine, ProviderReading, RequestCount
from ...models.provider_books import last_reading
from ...provider import provider
from .calls import CALLS, plain_host, plain_scope

BATCH = 500
# Daily counts of an account that was never read: no further back than this.
FIRST_DAYS = 31
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


def read_books() -> ProviderReading:
    """Read what is new. Lines are kept as they come, so that a reading that breaks off is gone on with by the next.

    The counters are read first, in as short a time as can be: purchases made meanwhile may be on either side.
    Raises ``ProviderError``.
    """
    account = provider().account
    last = last_reading()
    started_at = timezone.now()
    plans = account.subscriptions()
    ended_at = timezone.now()
    since = last.started_at - settings.RECONCILIATION_LOOK_BACK if last else None
    new_lines = _keep_lines(account.each_transaction(since))
    detailed = [_in_full(plan) for plan in plans]
    counts = list(_daily(started_at, last))
    credit = account.wallet().credit
    with transaction.atomic():
        reading = ProviderReading(
            started_at=started_at, ended_at=ended_at, credit=credit, new_lines=new_lines
        )
        reading.save()
        RequestCount.objects.bulk_create(_request_counts(reading, detailed))
        DailyCount.objects.bulk_create(_news(counts))
    return reading


def _keep_lines(found: Iterator[Transaction]) -> int:
    """Write those that we don't have; returns how many."""
    new = 0
    while batch := list(islice(found, BATCH)):
        rows = {one.id[:80]: one for one in batch}
        known = set(ProviderLine.objects.filter(reference__in=rows).values_list("reference", flat=True))
        now = timezone.now()
        fresh = [_line(one, now) for reference, one in rows.items() if reference not in known]
        ProviderLine.objects.bulk_create(fresh, ignore_conflicts=True)
        new += len(fresh)
    return new


def _line(one: Transaction, now: datetime) -> ProviderLine:
    host = _HOST.search(one.description)
    return ProviderLine(
        reference=one.id[:80],
        amount=one.amount,
        at=one.created_at or now,
        host=plain_host(host[0])[:100] if host else "",
        description=one.description[:300],
        seen_at=now,
    )


def _in_full(plan: Subscription) -> Subscription:
    """A plan with its total and price. What is left of it is what the list said: that was read at one moment."""
    try:
        detail = provider().account.subscription(plan.id)
    except NotFound:
        return plan
    return replace(detail, available_requests=plan.available_requests) if detail.id == plan.id else plan


def _request_counts(reading: ProviderReading, plans: Iterable[Subscription]) -> list[RequestCount]:
    return [
        RequestCount(
            reading=reading,
            reference=plan.id[:80],
            scope=plain_scope(plan.scope)[:200],
            available=plan.available_requests or 0,
            total=plan.total_requests,
            price=plan.price_per_request,
            starts_at=plan.starts_at or _ALWAYS,
            expires_at=plan.expires_at or _FOREVER,
        )
        for plan in {plan.id: plan for plan in plans}.values()
    ]


def _daily(now: datetime, last: ProviderReading | None) -> Iterator[DailyCount]:
    """The counts of each day that has ended, and of some before, since they may be corrected.

    Of the calls that we pay for a day without any is told, too. Days are those of UTC.
    """
    today = now.astimezone(UTC).date()
    look_back = settings.RECONCILIATION_LOOK_BACK
    first = last.started_at.astimezone(UTC).date() - look_back if last else today - timedelta(days=FIRST_DAYS)
    for ahead in range((today - first).days):
        day = first + timedelta(days=ahead)
        yield from _of_day(day, now)


def _of_day(day: date, now: datetime) -> Iterator[DailyCount]:
    account = provider().account
    told: dict[str, Counts] = dict.fromkeys(CALLS, Counts())
    for domain in account.statistics_by_domain(day):
        scopes = account.statistics_of(domain, day).scopes
        told |= {plain_scope(scope)[:200]: counts for scope, counts in scopes.items()}
    for scope, counts in sorted(told.items()):
        if scope in CALLS or counts.wallet or counts.subscription or counts.amount:
            yield DailyCount(
                day=day,
                scope=scope,
                seen_at=now,
                total=counts.total or 0,
                wallet=counts.wallet or 0,
                subscription=counts.subscription or 0,
                errors=counts.errors or 0,
                amount=counts.amount or Decimal(0),
            )


def _news(counts: list[DailyCount]) -> list[DailyCount]:
    """Those that say something else than what we have, or something new."""
    if not counts:
        return []
    kept: dict[tuple[date, str], tuple[object, ...]] = {}
    days = {count.day for count in counts}
    for row in DailyCount.objects.filter(day__in=days).order_by("seen_at", "pk"):
        kept[row.day, row.scope] = _said(row)
    return [count for count in counts if kept.get((count.day, count.scope)) != _said(count)]


def _said(row: DailyCount) -> tuple[object, ...]:
    return row.total, row.wallet, row.subscription, row.errors, row.amount
