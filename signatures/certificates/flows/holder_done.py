"""Somebody says that a renewal is done at the maker: the holder on their page, or a member on the certificate's."""

from datetime import date
from typing import Any

from customers.models import User

from ..models import Certificate, Order
from .renew import mark_done
from .state import Actor, NotPossible, locked


def holder_says_done(order: Order, ip: str) -> Certificate:
    """By one click on the page that the code came with. Raises ``NotPossible``."""
    return _done(order.renews_id, order, actor=Actor.HOLDER, actor_name=order.holder_name, ip=ip)


def member_says_done(certificate: Certificate, user: User, ip: str, expires_on: date | None) -> Certificate:
    """By a member, with the new expiry if somebody has read it off. Raises ``NotPossible``."""
    order = certificate.renewal_orders.filter(state__in=Order.FULFILLED).order_by("-ordered_at").first()
    who = {"actor": Actor.CUSTOMER, "actor_name": str(user), "ip": ip}
    return _done(certificate.pk, order, expires_on=expires_on, **who)


def _done(certificate_id: Any, order: Order | None, **said: Any) -> Certificate:
    if certificate_id is None or order is None:
        raise NotPossible
    with locked(order.pk):
        return mark_done(certificate_id, **said)
