"""Follow envelopes at the provider, many at once (``signatures.following``)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from signatures.following import wave
from signatures.following.wave import Batch, Follower
from upstream import Generation, Procedure, ProcedureState, ProviderError
from upstream.following import Following

from ..models import Envelope
from . import alarms
from .moves import apply, ours, signer_state_of
from .pace import pause_of


class EnvelopeFollower(Follower[Envelope, Procedure]):
    """What the wave must know about envelopes."""

    model, told = Envelope, Procedure

    def due(self, now: datetime) -> QuerySet[Envelope]:
        return Envelope.objects.due(now)

    def load(self, claimed: QuerySet[Envelope]) -> QuerySet[Envelope]:
        return claimed.prefetch_related("signers")

    async def ask(self, wave: Following, things: Sequence[Envelope]) -> list[Procedure | ProviderError]:
        return await wave.details([(Generation(one.generation), one.provider_reference) for one in things])

    def has_moved(self, thing: Envelope, told: Procedure) -> bool:
        """Whether the answer differs from what we know: the provider's word, or any signer's state."""
        if thing.is_ended or told.raw_state[:60] != thing.provider_state:
            return True
        if told.state == ProcedureState.DONE:
            return True
        signers = list(thing.signers.all())
        for place, theirs in enumerate(told.signers):
            signer = ours(signers, place, theirs)
            if signer and signer.is_pending and signer_state_of(theirs):
                return True
        return thing.state == Envelope.State.PREPARING and told.state == ProcedureState.SIGNING

    def pause(self, thing: Envelope, now: datetime) -> timedelta:
        return pause_of(thing, _last_moved_at(thing), now)

    def apply(self, pk: Any, told: Procedure, mark: datetime) -> None:
        apply(pk, told, mark)

    def is_over(self, thing: Envelope) -> bool:
        return thing.is_ended

    def alarm(self, thing: Envelope, problem: str) -> None:
        alarms.cannot_be_followed(thing, problem)


FOLLOWER = EnvelopeFollower()


def follow_due() -> int:
    """Ask about every envelope that is due. Returns how many were asked about."""
    return wave.follow_due(FOLLOWER)


def claim(limit: int) -> Batch[Envelope] | None:
    """Take up to ``limit`` due envelopes, so that no other claimant gets them before the lease ends."""
    return wave.claim(FOLLOWER, limit)


def follow(batch: Batch[Envelope]) -> None:
    """Ask the provider about these envelopes at once, and write down what it says."""
    wave.follow(FOLLOWER, batch)


def _last_moved_at(envelope: Envelope) -> datetime:
    moments = [envelope.state_since]
    for signer in envelope.signers.all():
        moments += [m for m in (signer.left_to_sign_at, signer.opened_at, signer.signed_at) if m]
    return max(moments)
