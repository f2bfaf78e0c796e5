"""Random schedules of purchases with known truth, and a provider that keeps books of them, with and without faults.

The provider here is written from the contract alone and shares nothing with what is tested: it takes requests of a
subscription first, the rest from the wallet, and does so at some moment between a purchase's call and its answer.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from billing.flows.reconcile.sides import Counters, Deal, Line, Plan

START = datetime(2026, 3, 1, tzinfo=UTC)
SLACK = timedelta(minutes=2)
NEW, OLD = "esignature.openapi.com", "ws.firmadigitale.com"
SINGLE, REQUEST = Decimal("0.70"), Decimal("0.14")
FAULTS = ("twice", "not", "other", "late")


@dataclass
class Truth:
    """What the provider did wrong: which purchase, and how; ``channel`` is what the purchase was paid from."""

    fault: str
    deal: Deal
    channel: str
    amount: Decimal = Decimal(0)


@dataclass
class World:
    """One schedule: our purchases, the provider's books, the readings, and the truth."""

    seed: int
    days: int = 3
    deals: list[Deal] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    readings: list[Counters] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    paid: dict[object, str] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        return START + timedelta(days=self.days)


@dataclass
class _Subscription:
    call: str
    starts_at: datetime
    expires_at: datetime
    total: int
    available: int
    key: str


def _deal(rng: random.Random, number: int, at: datetime) -> Deal:
    kind = rng.choices(["new", "old", "spid", "order"], [5, 3, 2, 2])[0]
    took = timedelta(seconds=rng.uniform(0.2, 40))
    span = (at - SLACK, at + took + SLACK)
    if kind in {"new", "old"}:
        units = rng.choice([1, 1, 1, 2, 3, 5])
        call, host = ("esignature", NEW) if kind == "new" else ("firmadigitale", OLD)
        return Deal(number, call, host, units, (units * SINGLE,), *span, SINGLE, REQUEST)
    if kind == "spid":
        return Deal(number, "spid", OLD, 1, (Decimal("14.20"),), *span, Decimal("14.20"), Decimal("9.90"))
    cost = rng.choice(
        [Decimal("22.70"), Decimal("40.00"), Decimal("9.00"), Decimal("14.20"), Decimal("57.90")]
    )
    return Deal(number, "order", OLD, 1, (cost,), *span)


def make(seed: int, *, faults: bool, busy: bool) -> World:
    """A schedule of some days with readings each night; ``busy``: purchases seconds apart, else minutes."""
    rng = random.Random(seed)
    world = World(seed)
    step = 25 if busy else 1500
    plans = [
        _Subscription(
            call,
            START + timedelta(hours=rng.uniform(-30, 40)),
            START + timedelta(hours=rng.uniform(45, 200)),
            (total := rng.choice([2, 5, 20, 500])),
            total,
            f"{call}-plan",
        )
        for call in ("esignature", "firmadigitale", "spid")
        if rng.random() < 0.5
    ]
    at, number = START + timedelta(hours=rng.uniform(1, 3)), 0
    nights = [START + timedelta(days=day, hours=3) for day in range(world.days + 1)]
    nights[0] = START
    while at < world.end and number < 120:
        while len(world.readings) < len(nights) and nights[len(world.readings)] <= at:
            world.readings.append(_read(nights[len(world.readings)], plans))
        number += 1
        deal = _deal(rng, number, at)
        world.deals.append(deal)
        fault = rng.choice(FAULTS) if faults and rng.random() < 0.06 else ""
        _book(rng, world, plans, deal, fault)
        at += timedelta(seconds=rng.expovariate(1 / step))
        if rng.random() < 0.05:
            at += timedelta(hours=rng.uniform(2, 9))
    for night in nights[len(world.readings) :]:
        world.readings.append(_read(night, plans))
    _top_up(rng, world)
    return world


def _read(at: datetime, plans: list[_Subscription]) -> Counters:
    listed = [one for one in plans if one.starts_at <= at]
    return Counters(
        at,
        at,
        at + timedelta(seconds=1),
        {
            one.key: Plan(one.key, one.call, one.available, one.total, one.starts_at, one.expires_at)
            for one in listed
        },
    )


def _book(rng: random.Random, world: World, plans: list[_Subscription], deal: Deal, fault: str) -> None:
    moment = deal.start + SLACK + (deal.end - deal.start - 2 * SLACK) * rng.random()
    plan = next(
        (
            one
            for one in plans
            if one.call == deal.call and one.available and one.starts_at <= moment < one.expires_at
        ),
        None,
    )
    requests = min(deal.units, plan.available) if plan else 0
    amount = (deal.costs[0] / deal.units) * (deal.units - requests)
    channel = "both" if requests and amount else "requests" if requests else "wallet"
    world.paid[deal.key] = channel
    if fault and (channel == "both" or (fault == "late" and not amount)):
        fault = ""
    if fault == "twice" and requests and plan and plan.available < 2 * requests:
        fault = ""
    if fault == "other" and requests and plan and plan.available < requests + 1:
        fault = ""
    times = {"twice": 2, "not": 0}.get(fault, 1)
    odd = Decimal("0.13") if fault == "other" else Decimal(0)
    if plan and requests:
        plan.available -= times * requests + (1 if fault == "other" else 0)
    late = timedelta(hours=rng.uniform(0.5, 20)) if fault == "late" else timedelta(0)
    for copy in range(times if amount else 0):
        at = moment + late + timedelta(milliseconds=copy)
        world.lines.append(Line(f"{deal.key}-{copy}", at, amount + odd, deal.host))
    if fault:
        world.truths.append(Truth(fault, deal, channel, amount))


def _top_up(rng: random.Random, world: World) -> None:
    """The order of a list says nothing."""
    rng.shuffle(world.lines)
    rng.shuffle(world.deals)


def books(world: World) -> Counter[tuple[str, Decimal]]:
    """How many lines there are of each host and amount."""
    return Counter((line.host, line.amount) for line in world.lines)
