"""A customer's movements in a period, as page and export show them, and what they add up to."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from .models import Movement
from .models.ledger import MovementQuerySet
from .periods import Period

SPENT = (Movement.Kind.USE, Movement.Kind.FEE)


@dataclass(frozen=True)
class WalletTotals:
    """What came in, was used (less what was corrected) and was paid back in a period, in EUR."""

    topped_up: Decimal
    used: Decimal
    returned: Decimal

    @property
    def change(self) -> Decimal:
        """How much more credit there is at the end than at the beginning, what is held included."""
        return self.topped_up - self.used - self.returned


def movements_of(period: Period, organisation: Any) -> MovementQuerySet:
    """The movements of a period, oldest first."""
    mine: MovementQuerySet = Movement.objects.for_organisation(organisation)
    return mine.filter(at__gte=period.start, at__lt=period.end).order_by("number")


def wallet_totals(movements: MovementQuerySet) -> WalletTotals:
    """What the movements add up to."""
    sums = dict(
        movements.order_by()
        .values_list("kind")
        .annotate(amount_sum=Sum("amount"))
        .values_list("kind", "amount_sum")
    )

    def of(*kinds: str) -> Decimal:
        return sum((sums.get(kind, Decimal(0)) for kind in kinds), Decimal(0))

    return WalletTotals(
        of(*Movement.TOP_UPS), of(*SPENT) - of(Movement.Kind.REFUND), of(Movement.Kind.RETURN)
    )
