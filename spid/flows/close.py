"""End an activation that is not wanted any more: before it was bought, or afterwards."""

from django.utils import timezone

from billing.flows import purchase as fence
from customers.models import User

from ..models import Activation
from .addresses import void_addresses
from .plan import replan
from .state import Actor, NotPossible, State, locked, move, tell

NOT_BOUGHT = (State.BUYING, State.AWAITING_CREDIT, State.AWAITING_STOCK)


def can_cancel(activation: Activation) -> bool:
    """Whether it may still leave the line at no cost. One that is being bought or checked must come to its end."""
    return activation.state in NOT_BOUGHT


def can_close(activation: Activation) -> bool:
    """Whether a bought voucher may be given up."""
    return activation.is_usable


def cancel(activation: Activation, user: User, ip: str) -> None:
    """Leave the line; nothing was bought. Raises ``NotPossible`` when it is being bought this moment."""
    with locked(activation.pk) as waiting:
        if not can_cancel(waiting) or waiting.purchase is None:
            raise NotPossible
        if not fence.withdraw(waiting.purchase, who=str(user)) or not move(waiting, State.CANCELLED):
            raise NotPossible
        tell(waiting, "cancelled", actor=Actor.CUSTOMER, actor_name=str(user), ip=ip)


def close(activation: Activation, user: User, ip: str) -> None:
    """Give up a voucher that was handed over; it stays paid, and its page leads nowhere. Raises ``NotPossible``."""
    with locked(activation.pk) as usable:
        if not can_close(usable) or not move(usable, State.CLOSED):
            raise NotPossible
        void_addresses(usable)
        tell(usable, "closed", actor=Actor.CUSTOMER, actor_name=str(user), ip=ip)
        replan(usable)


def acknowledge(activation: Activation) -> None:
    """Take it off the list of what needs attention."""
    Activation.objects.filter(pk=activation.pk, acknowledged_at=None).update(acknowledged_at=timezone.now())
