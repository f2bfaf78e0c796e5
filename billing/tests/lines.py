"""One purchase, one line, one reading at a time: for tests of what is made of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from billing.flows.reconcile.calls import SCOPES
from billing.flows.reconcile.run import compare_books
from billing.models import Difference, ProviderLine, ProviderReading, RequestCount

from .factories import BoughtFactory

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
NEW, OLD = "esignature.openapi.com", "ws.firmadigitale.com"


def bought(minutes=0, **fields):
    """A purchase for two signers of the second generation, 1.40, sent so many minutes after noon."""
    at = NOON + timedelta(minutes=minutes)
    return BoughtFactory(
        **{"sent_at": at, "settled_at": at + timedelta(seconds=2), "created_at": at, **fields}
    )


def line(amount, minutes=0, host=NEW, **fields):
    at = NOON + timedelta(minutes=minutes, seconds=1)
    row = ProviderLine(
        reference=fields.pop("reference", f"txn_{ProviderLine.objects.count()}"), amount=Decimal(amount), at=at,
        host=host, description=f"API usage - {host}", seen_at=fields.pop("seen_at", at),
    )  # fmt: skip
    row.save()
    return row


def read(hours=24, **left):
    """A reading so many hours after noon; what subscriptions of calls had left."""
    at = NOON + timedelta(hours=hours)
    reading = ProviderReading(started_at=at, ended_at=at + timedelta(seconds=1), credit=Decimal(0))
    reading.save()
    for call, available in left.items():
        RequestCount(
            reading=reading, reference=f"plan-{call}", scope=SCOPES[call], available=available, total=100,
            price=Decimal("0.14"), starts_at=NOON - timedelta(days=5), expires_at=NOON + timedelta(days=25),
        ).save()  # fmt: skip
    return reading


def only():
    return Difference.objects.get()


def listed():
    """A difference: a purchase that the books don't show."""
    bought()
    read()
    compare_books()
    return only()
