"""An order ends well: it has arrived, or the holder has all that it brings."""

from upstream import ProductFamily

from ..models import Order
from .state import NotPossible, locked, move, tell

State = Order.State
# What travels is delivered first; what does not is in use as soon as its codes were opened.
ARRIVING = (State.ISSUED, State.SHIPPED)


def finish(order: Order) -> bool:
    """End a locked order that nothing is waited for any more. False if it has ended, or has not come so far."""
    return order.state in Order.FULFILLED and move(order, State.ACTIVE, next_check_at=None)


def finish_when_opened(order: Order) -> None:
    """The holder has opened the codes: a remote signature is in use; a device may still be on its way."""
    if not order.facts.is_shipped and order.product_family is not ProductFamily.RENEWAL:
        finish(order)


def confirm_arrival(order: Order, **who: str) -> None:
    """The customer says that the shipment is there. Raises ``NotPossible``."""
    with locked(order.pk) as ours:
        if not can_arrive(ours) or not move(ours, State.DELIVERED):
            raise NotPossible
        tell(ours, "delivered", **who)
    order.refresh_from_db()


def can_arrive(order: Order) -> bool:
    """Whether somebody may say that it has arrived."""
    return order.state in ARRIVING and order.facts.is_shipped
