"""The provider's daily counts against our purchases of that day."""

from dataclasses import dataclass
from decimal import Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Counted:
    """What the provider says of one call on one day."""

    wallet: int
    subscription: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Bought:
    """What we know of the same: purchases surely of that day, those at its border, and those paid in two parts.

    Money by the price book, and by the provider's own lines: the two may differ, and each such difference is listed
    by itself.
    """

    sure: int = 0
    border: int = 0
    in_parts: int = 0
    by_price: Decimal = Decimal(0)
    by_lines: Decimal = Decimal(0)
    border_amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Gap:
    """How many paid calls, and how much money, the provider counted more than can be explained; negative: less."""

    calls: int
    amount: Decimal


def gap(counted: Counted, bought: Bought) -> Gap | None:
    """What the count does not agree in; None when every call of it is one of ours, and none of ours is left out."""
    paid = Decimal(counted.wallet + counted.subscription)
    most = Decimal(bought.sure + bought.border + bought.in_parts)
    calls = _outside(paid, Decimal(bought.sure), most)
    amounts = [
        _outside(counted.amount, base, base + bought.border_amount)
        for base in (bought.by_price, bought.by_lines)
    ]
    amount = min(amounts, key=abs)
    if not calls and abs(amount) < CENT:
        return None
    return Gap(int(calls), amount)


def _outside(value: Decimal, least: Decimal, most: Decimal) -> Decimal:
    """By how much a value lies outside of what is possible."""
    if value < least:
        return value - least
    return value - most if value > most else Decimal(0)
