"""Which purchase a charge in the provider's wallet belongs to: charges carry an amount and a time, and no name."""

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from upstream import Transaction

from ..models import Price, Purchase, Tariff
from ..models.price_book import PriceMissing

# How far our clock and the provider's may lie apart.
CLOCKS_APART = timedelta(minutes=2)


def possible_costs(purchase: Purchase) -> set[Decimal]:
    """What it may have cost: a subscription can run out, or begin, between the intent and the call."""
    costs = {purchase.expected_cost}
    for tariff in Tariff.values:
        with suppress(PriceMissing):
            cost = Price.objects.cost(purchase.product, tariff, purchase.created_at)
            costs.add(purchase.quantity * cost.amount)
    return costs


def without_explained(charges: list[Transaction], purchase: Purchase) -> list[Transaction]:
    """The charges that no other purchase accounts for, of those made while this one was on its way.

    Each other purchase that was bought accounts for one charge between its call and its answer. Those of the same
    line never do: theirs were there before this one's turn.
    """
    if not charges or purchase.sent_at is None:
        return charges
    left = sorted(charges, key=lambda one: (one.created_at is None, one.created_at, one.id))
    others = Purchase.objects.filter(
        state=Purchase.State.BOUGHT,
        sent_at__gte=purchase.sent_at - settings.PURCHASE_STALE_AFTER - 2 * CLOCKS_APART,
    ).exclude(line=purchase.line)
    for other in others.order_by("settled_at").iterator():
        costs = possible_costs(other)
        mine = next((one for one in left if -one.amount in costs and _is_in_time(one, other)), None)
        if mine is not None:
            left.remove(mine)
        if not left:
            break
    return left


def _is_in_time(charge: Transaction, other: Purchase) -> bool:
    if charge.created_at is None or other.sent_at is None:
        return True
    answered: datetime = other.sent_at + settings.PURCHASE_STALE_AFTER
    if other.settled_at is not None:
        # One that staff decided was settled long after its call.
        answered = min(answered, other.settled_at)
    return other.sent_at - CLOCKS_APART <= charge.created_at <= answered + CLOCKS_APART
