"""Changing an activation: its state, the event that tells of it and what follows, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from facts.chain import ChainedEvent

from ..models import Activation, ActivationEvent

Actor = ActivationEvent.Actor
State = Activation.State


class NotPossible(Exception):
    """The activation is no longer in a state that allows this."""


@contextmanager
def locked(activation_id: Any) -> Iterator[Activation]:
    """The activation, alone in a transaction: whoever else wants to change it waits."""
    with transaction.atomic():
        yield (
            Activation.objects.select_for_update(of=("self",))
            .select_related("organisation", "order__created_by", "order__sale", "provider")
            .get(pk=activation_id)
        )


def move(activation: Activation, to: str, **fields: Any) -> bool:
    """Change the state if the present one allows it: one conditional UPDATE. False if it does not."""
    allowed = [state for state, after in Activation.TRANSITIONS.items() if to in after]
    moved = Activation.objects.filter(pk=activation.pk, state__in=allowed).update(
        state=to, state_since=timezone.now(), acknowledged_at=None, **fields
    )
    activation.refresh_from_db()
    return bool(moved)


def tell(activation: Activation, kind: str, **details: Any) -> ChainedEvent:
    """Add an event to the history. It stays for ever, so it holds no name, no contact, no link and no token."""
    return ActivationEvent.append(activation, kind, **details)


def masked(email: str) -> str:
    """An address that its owner recognises and nobody else can use."""
    name, _, host = email.partition("@")
    return f"{name[:1]}•••@{host}" if host else ""
