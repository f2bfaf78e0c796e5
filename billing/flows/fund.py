"""Fund a purchase before it is sent, and end that when it is bought or given up.

All of it stands under the lock of the customer's ledger, in the transaction of the step that it belongs to.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ..models import Movement, Price, Purchase, Reservation, ReservationEnd
from ..models.charge import Funding
from .charge_fees import charge_fees
from .ledger import Ledger, open_ledger
from .notify_credit import mail_payers
from .split import Split, Wanted, split
from .vat_on_top import with_vat

ORDER = list(Funding)


def plan_funding(ledger: Ledger, wanted: Iterable[Wanted], now: datetime) -> Split | None:
    """Who pays for what is wanted, after fees that are due; None for a customer without a plan."""
    charge_fees(ledger, now)
    return split(ledger.organisation, wanted, ledger.available, now)


def hold(ledger: Ledger, purchase: Purchase, funding: Split, now: datetime) -> None:
    """Reserve what pays for a purchase. Raises ``NoCredit`` when the wallet does not hold enough."""
    for part in funding.parts:
        Reservation(
            organisation=ledger.organisation,
            purchase=purchase,
            plan=funding.plan,
            period_first=funding.period.first,
            product=part.product,
            funding=part.funding,
            quantity=part.quantity,
            sale=part.sale,
            vat_rate=part.vat_rate,
            held=part.held,
            made_at=now,
        ).save()
    held = sum((part.held for part in funding.parts), Decimal(0))
    if held:
        ledger.post(Movement.Kind.HOLD, held, f"hold:{purchase.pk}", at=now, note=purchase.fact_key)


def end_funding(purchase: Purchase) -> None:
    """End a purchase's reservations in the caller's transaction: what was metered is used, the rest is given back."""
    if not Reservation.objects.open().filter(purchase=purchase).exists():
        return
    now = timezone.now()
    with open_ledger(purchase.organisation_id) as ledger:
        used, back = Decimal(0), Decimal(0)
        for one in Reservation.objects.open().filter(purchase=purchase).select_related("sale"):
            count = one.usage.filter(corrects=None).count()
            ReservationEnd(reservation=one, used=count, given_back=one.quantity - count, at=now).save()
            if one.held:
                cost = with_vat(ledger.organisation, count * one.sale.amount, one.vat_rate)
                spent = one.held if count == one.quantity else min(one.held, cost)
                used, back = used + spent, back + one.held - spent
        if used:
            ledger.post(Movement.Kind.USE, used, f"use:{purchase.pk}", at=now, note=purchase.fact_key)
        if back:
            ledger.post(Movement.Kind.RELEASE, back, f"release:{purchase.pk}", at=now, note=purchase.fact_key)


class Seats:
    """The reserved pieces of a purchase's product, given to one metered fact after the other."""

    def __init__(self, purchase: Purchase, product: str) -> None:
        mine = Reservation.objects.open().filter(purchase=purchase, product=product).select_related("sale")
        self._free = [
            one
            for one in sorted(mine, key=lambda one: ORDER.index(Funding(one.funding)))
            for _ in range(one.quantity - one.usage.filter(corrects=None).count())
        ]

    def take(self) -> Reservation | None:
        """The next one; None where nothing is reserved (any more): that is invoiced."""
        return self._free.pop(0) if self._free else None


def as_wanted(wanted: Iterable[Wanted]) -> list[list[Any]]:
    """What is wanted, as a purchase keeps it: the price that was shown stays."""
    return [[one.product, one.quantity, one.sale.pk] for one in wanted]


def wanted_by(purchase: Purchase) -> list[Wanted]:
    """What a purchase wants, at the prices that were shown."""
    prices = Price.objects.in_bulk([sale for _, _, sale in purchase.wanted])
    return [Wanted(product, quantity, prices[sale]) for product, quantity, sale in purchase.wanted]


def tell_of_waiting(purchase: Purchase, missing: Decimal) -> None:
    """Something waits for credit: whoever looks after the money hears of it, once a day."""
    day = timezone.localdate()
    mail_payers(
        purchase.organisation, "waits_for_credit", f"{purchase.organisation_id}:{day}", missing=missing
    )
