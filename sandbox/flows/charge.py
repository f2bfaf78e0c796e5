"""Take money from the wallet: per signer, out of a subscription while there is one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .. import clock, knobs, services
from ..api.answers import Refusal, number
from ..models import Generation, Procedure, Subscription, WalletTransaction
from .book import book_call, move, wallet

__all__ = ["Spent", "charge", "move", "refund", "wallet"]


@dataclass(frozen=True)
class Spent:
    """What a call cost and where it was taken from."""

    amount: Decimal
    from_wallet: bool
    from_subscription: bool


def _units(procedure: Procedure, people: int) -> int:
    if procedure.generation == Generation.ESIGNATURE and knobs.current().price_unit == "document":
        return 1
    return people


def _single_price(procedure: Procedure) -> Decimal:
    knob = knobs.current()
    is_new = procedure.generation == Generation.ESIGNATURE
    return Decimal(knob.price_esignature if is_new else knob.price_single)


def charge(procedure: Procedure, people: int) -> Spent:
    """Charge a procedure; inside a transaction of the caller. Raises Refusal 402 and changes nothing then."""
    units = _units(procedure, people)
    now = clock.now()
    plan = (
        Subscription.objects.filter(
            scope__in=_both_names(procedure.scope),
            available_requests__gt=0,
            starts_at__lte=now,
            expires_at__gt=now,
        )
        .order_by("expires_at")
        .first()
    )
    planned = min(units, plan.available_requests) if plan else 0
    amount = _single_price(procedure) * (units - planned)
    if plan and knobs.current().subscription_charges_wallet:
        amount += plan.price_per_request * planned
    purse = wallet()
    if amount > purse.credit:
        message = f"Insufficient Credit in Wallet: {number(amount)} > {number(purse.credit)}"
        raise Refusal(402, message, 207)
    book_call(procedure.scope, procedure.id, amount, units, plan, planned)
    procedure.charged_at = now
    return Spent(amount, amount > 0, planned > 0)


def refund(procedure: Procedure, *, is_due: bool) -> None:
    """Give back what a procedure took from the wallet, where the knob says so (once).

    Inside a transaction of the caller. Requests of a subscription are not given back.
    """
    if not is_due or procedure.charged_at is None:
        return
    taken = list(WalletTransaction.objects.filter(procedure_id=procedure.id))
    amount = -sum((row.amount for row in taken), Decimal(0))
    if amount > 0:
        move(amount, f"Refund - {services.domain_of(procedure.scope)}", procedure.id)


def _both_names(scope: str) -> tuple[str, str]:
    plain = scope.replace(":test.", ":", 1)
    return plain, plain.replace(":", ":test.", 1)
