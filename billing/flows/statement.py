"""The account at the provider before and after a purchase that it lists nowhere: what moved, and what that proves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from django.utils import timezone

from upstream import Transaction

from ..models import Purchase
from ..provider import provider
from .explain import possible_costs, without_explained
from .tariff import pays_for

# How far back movements are noted before a call. Both readings begin at the same moment, so a clock of the
# provider's that is wrong by less changes nothing; one that is wrong by more shows in the sum.
LOOK_BACK = timedelta(minutes=15)
READINGS = 4
CENT = Decimal("0.01")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")


class AccountUnsteady(Exception):
    """The account moved while it was read; in a moment it can be read again."""


@dataclass(frozen=True)
class Statement:
    """Credit, movements since a moment, and what is left of the subscriptions that pay for one thing."""

    since: datetime
    credit: Decimal
    movements: Mapping[str, Transaction]
    left: Mapping[str, int]
    is_prepaid: bool = False
    """Whether a subscription pays for the next call."""

    def as_json(self) -> dict[str, Any]:
        """As a purchase keeps it. Of movements only who they are: they were there before."""
        return {
            "since": self.since.isoformat(),
            "credit": str(self.credit),
            "movements": sorted(self.movements),
            "left": dict(self.left),
        }


def read_statement(what: str, since: datetime | None = None) -> Statement:
    """The account as it stands. ``what`` names the paid call whose subscriptions count (``tariff.PAID_CALLS``).

    Credit and movements come from two calls: movements are read before and after the credit, until both agree.
    Raises ``ProviderError`` and ``AccountUnsteady``.
    """
    since = since or timezone.now() - LOOK_BACK
    account = provider().account
    movements = _movements(since)
    for _ in range(READINGS):
        credit = account.wallet().credit
        # Ended ones too: a subscription that is used up may count as ended.
        plans = [one for one in account.subscriptions() if pays_for(one, what)]
        left = {one.id: one.available_requests or 0 for one in plans}
        is_prepaid = any(one.active and one.available_requests for one in plans)
        again = _movements(since)
        if again.keys() == movements.keys():
            return Statement(since, credit, movements, left, is_prepaid)
        movements = again
    raise AccountUnsteady("the wallet moves too fast to be read")


def _movements(since: datetime) -> dict[str, Transaction]:
    return {one.id: one for one in provider().account.transactions(since)}


class Verdict(Enum):
    """What the account proves about one call."""

    SPENT = "spent"
    NOT_SPENT = "not spent"
    OPEN = "open"


@dataclass(frozen=True)
class Finding:
    """A verdict, with all that it rests on: for staff's eyes, and without any secret."""

    verdict: Verdict
    known: dict[str, Any]


def find(purchase: Purchase, before: dict[str, Any], after: Statement) -> Finding:
    """What the account says about a purchase that stood in a line: ``before`` its call, and now.

    Spent: exactly one charge of an amount that it may cost, or one request of a subscription, that nothing else
    explains. Not spent: neither, and the credit is what the movements make it. Anything else stays open.
    """
    new = [one for number, one in after.movements.items() if number not in set(before["movements"])]
    charges = without_explained([one for one in new if one.amount < 0 and not _is_elsewhere(one)], purchase)
    requests = _requests_taken(before["left"], after.left)
    gap = after.credit - Decimal(before["credit"]) - sum((one.amount for one in new), Decimal(0))
    known = {
        "credit_before": before["credit"],
        "credit_after": str(after.credit),
        "charges": [
            {"id": one.id, "amount": str(one.amount), "at": str(one.created_at or "")} for one in charges
        ],
        "requests_before": before["left"],
        "requests_after": dict(after.left),
    }
    if abs(gap) >= CENT:
        return Finding(Verdict.OPEN, {**known, "unlisted": str(gap)})
    if requests is None or requests > 1 or len(charges) > 1:
        return Finding(Verdict.OPEN, known)
    if charges and -charges[0].amount not in possible_costs(purchase):
        return Finding(Verdict.OPEN, {**known, "odd_amount": True})
    return Finding(Verdict.SPENT if charges or requests else Verdict.NOT_SPENT, known)


def _is_elsewhere(movement: Transaction) -> bool:
    """Whether the movement names the second generation's host: no purchase without a list happens there.

    Only what is surely another's is left out; what names any other host, or none, may be ours.
    """
    hosts = _HOST.findall(movement.description.lower())
    return bool(hosts) and all(host.removeprefix("test.") == "esignature.openapi.com" for host in hosts)


def _requests_taken(before: Mapping[str, int], after: Mapping[str, int]) -> int | None:
    """How many requests of the subscriptions were used; None when that cannot be said."""
    if before.keys() != after.keys():
        # One began or ended meanwhile. Where nothing was left before and after, nothing can have been taken.
        return None if any(before.values()) or any(after.values()) else 0
    taken = [before[number] - after[number] for number in before]
    return None if any(count < 0 for count in taken) else sum(taken)
