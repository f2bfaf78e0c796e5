"""The line that purchases stand in: who is ahead of whom, and what those behind the head are told."""

from dataclasses import dataclass

from billing.models import Purchase

from ..models import Activation
from .notify import mail_orderer
from .state import State, locked, move, tell

# Its purchases stand in this line (``billing.flows.tariff.PAID_CALLS``).
LINE = "spid"


@dataclass(frozen=True)
class Line:
    """How long the line is, and whether it stands because the provider has sold out."""

    waiting: int
    is_sold_out: bool


def line_now() -> Line:
    """The line as it stands."""
    waiting = Purchase.objects.waiting_in(LINE)
    head = waiting.values_list("state", flat=True).first()
    return Line(waiting.count(), head == Purchase.State.AWAITING_STOCK)


def place_of(activation: Activation) -> int | None:
    """The place in the line, from 1; None for who does not wait in it."""
    purchase = activation.purchase
    if purchase is None or purchase.state not in Purchase.SENDABLE:
        return None
    return Purchase.objects.waiting_in(LINE).filter(created_at__lt=purchase.created_at).count() + 1


def show(activation: Activation, state: str, event: str) -> bool:
    """Show what an activation waits for; told when it is news. Inside the caller's transaction, on a locked row."""
    if activation.state == state or not move(activation, state):
        return False
    if event:
        tell(activation, event)
    if state == State.AWAITING_STOCK:
        mail_orderer(activation, "sold_out", fact=str(activation.order_id))
    return True


def show_line(limit: int = 200) -> int:
    """While the head waits for stock, so do all behind it: show it. Returns how many were told."""
    if not line_now().is_sold_out:
        return 0
    behind = Activation.objects.filter(state=State.BUYING, purchase__in=Purchase.objects.waiting_in(LINE))
    told = 0
    for pk in list(behind.values_list("pk", flat=True)[:limit]):
        with locked(pk) as activation:
            told += show(activation, State.AWAITING_STOCK, "awaiting_stock")
    return told
