"""The two sides that are compared, as plain values: what the provider booked, and what we bought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

Key = Any


@dataclass(frozen=True, slots=True)
class Line:
    """A charge in the wallet: EUR spent (positive). An empty host may be any."""

    key: Key
    at: datetime
    amount: Decimal
    host: str


class Certainty(Enum):
    """How sure we are that the provider must have booked it."""

    BOUGHT = "bought"
    UNCLEAR = "unclear"
    """On its way or not decided: it may have been charged."""


@dataclass(frozen=True, slots=True)
class Deal:
    """A purchase of ours: what it may have cost, and the time between which the provider must have booked it."""

    key: Key
    call: str
    host: str
    units: int
    costs: tuple[Decimal, ...]
    """Whole costs by the wallet, EUR, likeliest first."""
    start: datetime
    end: datetime
    unit_cost: Decimal | None = None
    """Where a subscription may pay a part: what one unit of the rest costs."""
    request_cost: Decimal = Decimal(0)
    """What one request of a subscription is worth, EUR."""
    certainty: Certainty = Certainty.BOUGHT

    @property
    def is_bought(self) -> bool:
        return self.certainty is Certainty.BOUGHT

    def part_costs(self) -> list[tuple[Decimal, int]]:
        """Costs of it when a subscription paid some units: EUR, and how many it paid."""
        if self.unit_cost is None:
            return []
        return [(self.unit_cost * paid, self.units - paid) for paid in range(self.units - 1, 0, -1)]


@dataclass(frozen=True, slots=True)
class Plan:
    """A subscription as it stood at a reading."""

    key: Key
    call: str
    available: int
    total: int | None
    starts_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Counters:
    """All subscriptions, read between two moments."""

    key: Key
    first: datetime
    last: datetime
    plans: Mapping[Key, Plan] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pair:
    """A line and the deal that explains it; ``requests`` of a subscription paid the rest.

    ``choices``: how many deals the line fits. With more than one, which explains which cannot be told.
    """

    line: Line
    deal: Deal
    choices: int = 1
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Covered:
    """A deal that a subscription paid, by the end of this interval."""

    deal: Deal
    counters: Counters


@dataclass(frozen=True, slots=True)
class Imbalance:
    """Requests of one call's subscriptions that were taken too many (positive) or too few, in one interval."""

    call: str
    counters: Counters
    since: datetime
    requests: int
    candidates: Sequence[Deal]
    """Deals of which some were not taken, or which were charged in the wallet besides."""
    is_one: bool
    """Whether the only candidate is the one."""


@dataclass(frozen=True, slots=True)
class Group:
    """Purchases that are explained, and fit what explains them in several ways: one too many and one too few among them
    would not show.

    By as many lines of one host and amount, the first and the last at these moments; or by requests of a call's
    subscriptions, between two readings.
    """

    host: str
    """Of lines; of requests the call tells it."""
    amount: Decimal | None
    since: datetime
    until: datetime
    purchases: int
    call: str = ""
    counters: Counters | None = None
    requests: int = 0
    lapsed: int | None = 0
    """Requests that may have lapsed, or have been taken; None: nobody knows how many."""


@dataclass(slots=True)
class Outcome:
    """What explains what, and what is left over."""

    pairs: list[Pair] = field(default_factory=list)
    late: list[Pair] = field(default_factory=list)
    other_amounts: list[Pair] = field(default_factory=list)
    covered: list[Covered] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    rivals: dict[Key, int] = field(default_factory=dict)
    """Of deals that lack a line: how many lines in their time explain others, and might be theirs."""
    imbalances: list[Imbalance] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)
    """Lines that only a purchase still unclear explains: judged once it is decided."""
