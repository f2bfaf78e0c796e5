"""An order ends well: it has arrived, or the holder has all that it brings."""

from upstream import ProductFamily

from ..models import HolderSecret, Order
from .state import NotPossible, locked, move, tell

State = Order.State


def finish(order: Order) -> bool:
    """End a locked order that nothing is waited for any more. False if it has ended, or has not come so far."""
    return order.state in Order.FULFILLED and move(order, State.ACTIVE, next_check_at=None)


def finish_when_opened(order: Order) -> None:
    """The holder has opened the codes: a remote signature is in use; a device may still be on its way."""
    if not order.facts.is_shipped and order.product_family is not ProductFamily.RENEWAL:
        finish(order)


def can_confirm(order: Order) -> bool:
    """Whether a member may say that it has arrived, or is in use: as long as nobody else must act first."""
    if order.state not in {State.ISSUED, State.SHIPPED} or order.product_family is ProductFamily.RENEWAL:
        return False
    return order.facts.is_shipped or not HolderSecret.objects.filter(order=order).exclude(sealed="").exists()


def confirm(order: Order, **who: str) -> None:
    """A member says that the shipment is there, or that what travels by no post is in use. Raises ``NotPossible``."""
    with locked(order.pk) as ours:
        to, event = (State.DELIVERED, "delivered") if ours.facts.is_shipped else (State.ACTIVE, "in_use")
        if not can_confirm(ours) or not move(ours, to, next_check_at=None):
            raise NotPossible
        tell(ours, event, **who)
    order.refresh_from_db()
