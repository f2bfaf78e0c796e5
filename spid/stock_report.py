"""How it stands with vouchers, for staff: counted in the database, a few queries whatever their number."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from billing.models import Purchase

from .flows.line import LINE, Line, line_now
from .models import Activation, Voucher

State = Activation.State
# Whoever has not opened their voucher after so long will hardly do so by themselves.
LONG_UNOPENED = timedelta(days=7)


@dataclass(frozen=True)
class Stock:
    """Vouchers that we have, and what became of those that were given away."""

    line: Line
    spare: int
    handed_over: int
    never_opened: int
    opened: int
    failed: int
    active: int
    unclear: int
    lost: int


def stock_now() -> Stock:
    """How it stands."""
    states = Activation.objects.aggregate(
        handed_over=Count("pk", filter=Q(state=State.HANDED_OVER)),
        opened=Count("pk", filter=Q(state=State.OPENED)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        active=Count("pk", filter=Q(state=State.ACTIVE)),
    )
    purchases = Purchase.objects.filter(line=LINE).aggregate(
        unclear=Count("pk", filter=Q(state__in=[Purchase.State.UNKNOWN, Purchase.State.UNDECIDED])),
        lost=Count("pk", filter=Q(state=Purchase.State.LOST)),
    )
    return Stock(
        line=line_now(),
        spare=Voucher.objects.spare().count(),
        never_opened=Activation.objects.never_opened(timezone.now() - LONG_UNOPENED).count(),
        **states,
        **purchases,
    )
