"""Changing an envelope: its state, the event that tells of it and what follows, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from facts.chain import ChainedEvent

from ..models import Envelope, EnvelopeEvent, Signer

Actor = ChainedEvent.Actor


class NotPossible(Exception):
    """The envelope is no longer in a state that allows this."""


@contextmanager
def locked(envelope_id: Any) -> Iterator[Envelope]:
    """The envelope, alone in a transaction: whoever else wants to change it waits."""
    with transaction.atomic():
        yield (
            Envelope.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .get(pk=envelope_id)
        )


def move(envelope: Envelope, to: str, **fields: Any) -> bool:
    """Change the state if the present one allows it: one conditional UPDATE. False if it does not."""
    now = timezone.now()
    allowed = [state for state, after in Envelope.TRANSITIONS.items() if to in after]
    if to in Envelope.ENDED:
        fields.setdefault("ended_at", now)
    moved = Envelope.objects.filter(pk=envelope.pk, state__in=allowed).update(
        state=to, state_since=now, **fields
    )
    envelope.refresh_from_db()
    return bool(moved)


def tell(envelope: Envelope, kind: str, **details: Any) -> ChainedEvent:
    """Add an event to the envelope's history. Named signers by ``**about(signer)``; never a link or a token."""
    return EnvelopeEvent.append(envelope, kind, **details)


def about(signer: Signer) -> dict[str, str]:
    """How an event names a signer."""
    return {"signer": str(signer.pk), "name": signer.full_name}
