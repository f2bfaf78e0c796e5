"""The provider's books as they are kept, and as they go wrong when the control desk says so.

What a call costs is decided elsewhere; here it becomes a line of the wallet, or requests of a subscription. The
statistics count the call itself and know nothing of a booking that went wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from .. import clock, faults, services
from ..models import Subscription, Wallet, WalletTransaction

# What another amount is when the desk names none: a cent per unit is easily overlooked, so it is more.
_ODDLY_MORE = Decimal("0.13")


def wallet() -> Wallet:
    """The account's wallet, made with its first credit when there is none."""
    return Wallet.objects.get_or_create(pk=1)[0]


def move(
    amount: Decimal, description: str, reference: str = "", people: int = 0, at: datetime | None = None
) -> None:
    """Book an amount, EUR; negative is spent. Inside a transaction of the caller.

    The credit moves at once; a line dated later (`at`) is listed only then.
    """
    purse = wallet()
    purse.credit += amount
    purse.updated_at = clock.now()
    purse.save(update_fields=["credit", "updated_at"])
    WalletTransaction.objects.create(
        amount=amount,
        description=description,
        procedure_id=reference,
        people=people,
        created_at=at or clock.now(),
    )


def book_call(
    scope: str, reference: str, amount: Decimal, people: int, plan: Subscription | None, requests: int
) -> None:
    """Book a paid call: so many EUR from the wallet, and so many requests of a subscription. 0 of either is none.

    Inside a transaction of the caller, who has checked that there is enough.
    """
    fault = faults.take_for_booking(f"{scope.rpartition('/')[2]}/{reference}", has_line=bool(amount))
    name = fault.fault if fault else ""
    if name == "not_charged":
        return
    if name == "other_amount" and fault:
        amount = (Decimal(fault.amount) if fault.amount else amount + _ODDLY_MORE) if amount else amount
        requests += 1 if requests else 0
    times = 2 if name == "charged_twice" else 1
    if plan is not None and requests:
        plan.available_requests -= min(requests * times, plan.available_requests)
        plan.updated_at = clock.now()
        plan.save(update_fields=["available_requests", "updated_at"])
    late = timedelta(seconds=fault.seconds) if fault and name == "late_line" else timedelta(0)
    if amount:
        for _ in range(times):
            move(-amount, f"API usage - {services.domain_of(scope)}", reference, people, clock.now() + late)
