"""Does the ledger hold? Every movement of every customer is added up again, from the first to the last."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm

from ..models import Movement
from ..models.ledger import Account


@dataclass(frozen=True)
class Break:
    """The first movement of a customer's ledger that does not follow from those before."""

    organisation_id: Any
    number: int
    why: str


def broken_ledgers(organisation: Any = None) -> Iterator[Break]:
    """Where ledgers do not hold; of one customer or of all. Reads them a piece at a time."""
    movements = (
        Movement.objects.all() if organisation is None else Movement.objects.for_organisation(organisation)
    )
    found = movements.order_by("organisation_id", "number").iterator(chunk_size=2000)
    for organisation_id, ledger in groupby(found, key=attrgetter("organisation_id")):
        broken = first_break(ledger)
        if broken is not None:
            yield Break(organisation_id, *broken)


def first_break(ledger: Iterator[Movement]) -> tuple[int, str] | None:
    """Number of the first movement that does not add up, and why; None if all do."""
    balances = {account: Decimal(0) for account in Account.values}
    for expected, movement in enumerate(ledger, start=1):
        balances[movement.from_account] -= movement.amount
        balances[movement.to_account] += movement.amount
        if movement.number != expected:
            return expected, "one is missing before it"
        if Movement.ROUTES[movement.kind] != (movement.from_account, movement.to_account):
            return expected, "its accounts are not those of its kind"
        if (movement.wallet_after, movement.held_after) != (balances[Account.WALLET], balances[Account.HELD]):
            return expected, "its balance is not the sum of the movements"
        if min(movement.wallet_after, movement.held_after) < 0:
            return expected, "it goes below zero"
        if sum(balances.values()) != 0:
            return expected, "the accounts do not add up to zero"
    return None


def tell_of_broken() -> int:
    """Raise an alarm for each ledger that does not hold, once. Returns how many there are."""
    count = 0
    for broken in broken_ledgers():
        count += 1
        with transaction.atomic():
            alarm(
                key=f"broken-ledger:{broken.organisation_id}:{broken.number}",
                subject=_("A customer's credit does not add up"),
                text=_("Movement %(number)s of organisation %(id)s: %(why)s.")
                % {"number": broken.number, "id": broken.organisation_id, "why": broken.why},
            )
    return count
