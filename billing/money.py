"""Rounding of money: here and nowhere else."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """An amount in EUR to the cent, half up (as the e-invoice's checks compute it)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
