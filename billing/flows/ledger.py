"""Write movements into a customer's ledger, one writer at a time, and never below zero."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from customers.models import Organisation

from ..models import Movement
from ..models.ledger import Account
from .notify_credit import tell_of_low_credit

ZERO = Decimal(0)


class NoCredit(Exception):
    """The wallet does not hold so much; ``missing`` is what it lacks, in EUR."""

    def __init__(self, missing: Decimal) -> None:
        super().__init__(f"{missing} EUR missing")
        self.missing = missing


@dataclass(frozen=True)
class Credit:
    """A customer's credit in EUR: free to be used, and held for purchases that are under way."""

    available: Decimal
    held: Decimal

    @property
    def total(self) -> Decimal:
        return self.available + self.held


def credit_of(organisation: Any) -> Credit:
    """What the last movement has left."""
    last = Movement.objects.for_organisation(organisation).order_by("-number").first()
    return Credit(last.wallet_after, last.held_after) if last else Credit(ZERO, ZERO)


class Ledger:
    """One customer's ledger, open for writing: only inside ``open_ledger``."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        last = Movement.objects.for_organisation(organisation).order_by("-number").first()
        self.number = last.number if last else 0
        self.available = last.wallet_after if last else ZERO
        self.held = last.held_after if last else ZERO

    def post(
        self, kind: str, amount: Decimal, key: str, *, at: datetime | None = None, note: str = ""
    ) -> Movement:
        """Add a movement. The same fact is booked once (IntegrityError else). Raises ``NoCredit``."""
        source, target = Movement.ROUTES[kind]
        movement = Movement(
            organisation=self.organisation,
            number=self.number + 1,
            key=key,
            kind=kind,
            from_account=source,
            to_account=target,
            amount=amount,
            at=at or timezone.now(),
            note=note[:200],
        )
        movement.wallet_after = self.available + movement.effect_on(Account.WALLET)
        movement.held_after = self.held + movement.effect_on(Account.HELD)
        if movement.wallet_after < 0:
            raise NoCredit(-movement.wallet_after)
        movement.save()
        self.number, self.available, self.held = movement.number, movement.wallet_after, movement.held_after
        return movement


@contextmanager
def open_ledger(organisation: Any) -> Iterator[Ledger]:
    """Lock a customer's money in a transaction: nobody else moves it, reserves from it or changes its plan meanwhile.

    The organisation's row is the lock. Whoever locks an envelope, an order or an activation, too, locks it before.
    """
    pk = getattr(organisation, "pk", organisation)
    with transaction.atomic():
        # Not for the key: rows that refer to the organisation may still be written by others.
        locked = Organisation.objects.select_for_update(no_key=True).get(pk=pk)
        ledger = Ledger(locked)
        before = ledger.available
        yield ledger
        tell_of_low_credit(locked, before, ledger.available, ledger.number)
