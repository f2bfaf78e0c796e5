"""Changing an order: its state, the event that tells of it and what follows, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from facts.chain import ChainedEvent

from ..models import Order, OrderEvent

Actor = ChainedEvent.Actor


class NotPossible(Exception):
    """The order is no longer in a state that allows this."""


@contextmanager
def locked(order_id: Any) -> Iterator[Order]:
    """The order, alone in a transaction: whoever else wants to change it waits."""
    with transaction.atomic():
        yield Order.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=order_id)


def move(order: Order, to: str, **fields: Any) -> bool:
    """Change the state if the present one allows it: one conditional UPDATE. False if it does not."""
    now = timezone.now()
    allowed = [state for state, after in Order.TRANSITIONS.items() if to in after]
    if to in Order.ENDED:
        fields.setdefault("ended_at", now)
    elif to in Order.UNDER_WAY:
        fields.setdefault("ended_at", None)
    if to in Order.FULFILLED and order.issued_at is None:
        fields.setdefault("issued_at", now)
    moved = Order.objects.filter(pk=order.pk, state__in=allowed).update(state=to, state_since=now, **fields)
    order.refresh_from_db()
    return bool(moved)


def tell(order: Order, kind: str, **details: Any) -> ChainedEvent:
    """Add an event to the order's history. Never a secret, a token, or more of a person than their name."""
    return OrderEvent.append(order, kind, **details)
