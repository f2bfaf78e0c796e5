"""Cancel an envelope: the sender has changed their mind."""

from billing.flows import purchase as fence
from customers.models import User

from ..models import Envelope
from .end import end
from .state import Actor, NotPossible, locked

State = Envelope.State


def can_cancel(envelope: Envelope) -> bool:
    """Whether the state allows it. A purchase that is being made or looked up must come to its end first."""
    return envelope.state in Envelope.NOT_BOUGHT + Envelope.FOLLOWED


def cancel(envelope: Envelope, user: User, ip: str) -> None:
    """End an envelope that is under way. Raises ``NotPossible`` when it is too late, or too early to tell."""
    with locked(envelope.pk) as under_way:
        if not can_cancel(under_way):
            raise NotPossible
        not_bought_yet = under_way.state in Envelope.NOT_BOUGHT
        if not_bought_yet and not (under_way.purchase and fence.withdraw(under_way.purchase, who=str(user))):
            raise NotPossible
        end(under_way, State.CANCELLED, "cancelled", actor=Actor.CUSTOMER, actor_name=str(user), ip=ip)
    envelope.refresh_from_db()
