"""Random schedules as rows: our purchases, and what was read of the provider's books, night by night."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from billing.flows.reconcile.calls import SCOPES
from billing.models import ProviderLine, ProviderReading, Purchase, RequestCount
from vault import new_token

from .factories import BoughtFactory, CostFactory, CustomerFactory
from .schedules import SLACK, START, World

GRACE = timedelta(hours=1)


def price_orders() -> None:
    """What the orders of the schedules cost us."""
    for amount in ("22.70", "40.00", "9.00", "14.20", "57.90"):
        CostFactory(product=f"order:P{amount}", amount=Decimal(amount), valid_from=START - timedelta(days=90))


def write_purchases(world: World) -> dict[Any, Purchase]:
    """The purchases of a schedule, by the key of their deal."""
    organisation = CustomerFactory()
    rows = {deal.key: _purchase(deal, organisation) for deal in world.deals}
    Purchase.objects.bulk_create(rows.values())
    return rows


def _purchase(deal: Any, organisation: Any) -> Purchase:
    product = {"spid": "spid", "order": f"order:P{deal.costs[0]}"}.get(deal.call, "simple_signature")
    return BoughtFactory.build(
        organisation=organisation,
        id=uuid.uuid4(),
        fact_key=f"deal:{deal.key}",
        product=product,
        generation="esignature" if deal.call == "esignature" else "firmadigitale",
        quantity=deal.units,
        expected_cost=deal.costs[0],
        provider_reference=f"ref-{deal.key}",
        callback_key=new_token(),
        created_at=deal.start + SLACK,
        sent_at=deal.start + SLACK,
        settled_at=deal.end - SLACK,
    )


def read_night(world: World, number: int) -> ProviderReading:
    """What was read in one night: the counters, and the lines that were there by then."""
    counters = world.readings[number]
    reading = ProviderReading(started_at=counters.first, ended_at=counters.last, credit=Decimal(0))
    reading.save()
    RequestCount.objects.bulk_create(
        RequestCount(
            reading=reading, reference=plan.key, scope=SCOPES[plan.call], available=plan.available,
            total=plan.total, starts_at=plan.starts_at, expires_at=plan.expires_at,
        )
        for plan in counters.plans.values()
    )  # fmt: skip
    known = set(ProviderLine.objects.values_list("reference", flat=True))
    ProviderLine.objects.bulk_create(
        ProviderLine(
            reference=line.key, amount=-line.amount, at=line.at, host=line.host,
            description=f"API usage - {line.host}", seen_at=counters.first + timedelta(seconds=2),
        )
        for line in world.lines
        if line.at <= counters.first and line.key not in known
    )  # fmt: skip
    return reading
