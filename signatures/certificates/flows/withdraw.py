"""Withdraw an order: the customer has changed their mind, before anything was bought."""

from billing.flows import purchase as fence
from customers.models import User

from ..models import Order
from . import renew
from .state import Actor, NotPossible, locked, move, tell

State = Order.State


def can_withdraw(order: Order) -> bool:
    """Whether nothing was bought yet. A purchase that is being made or looked up must come to its end first."""
    if order.purchase_id is None:
        return order.state in {State.IN_REVIEW, State.RETURNED}
    return order.state in {State.BUYING, State.QUEUED}


def withdraw(order: Order, user: User, ip: str) -> None:
    """Take an order back. Raises ``NotPossible`` when it is too late, or too early to tell."""
    with locked(order.pk) as ours:
        if not can_withdraw(ours):
            raise NotPossible
        if ours.purchase is not None and not fence.withdraw(ours.purchase, who=str(user)):
            raise NotPossible
        move(ours, State.WITHDRAWN)
        renew.release(ours)
        tell(ours, "withdrawn", actor=Actor.CUSTOMER, actor_name=str(user), ip=ip)
    order.refresh_from_db()
