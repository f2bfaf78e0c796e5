"""Follow envelopes at the provider, many at once (design decision 3).

1. Claim a batch of what is due: one conditional UPDATE moves its due time ahead to a moment that nobody else
   uses; the rows that carry that moment are ours.
2. Ask about all of them in one wave, outside any transaction.
3. What has not moved is put back in bulk; what has moved changes in a transaction of its own (``moves.py``).
An envelope that raises is put off and logged; it never stops the line.
"""

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.provider import provider, record_all
from upstream import Exchange, Generation, NotFound, Procedure, ProcedureState, ProviderError

from ..models import Envelope
from . import alarms
from .moves import apply, ours, signer_state_of
from .pace import pause_after_failure, pause_of, unless_hinted

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=90)
# The next beat goes on; a task that never ends would be stopped in the middle.
FOLLOWING_SECONDS = 120
FAILURES_ALARM_AT = 10
GONE_ALARMS_AT = 3


def follow_due() -> int:
    """Ask about everything that is due, batch by batch. Returns how many envelopes were asked about."""
    asked = 0
    end = time.monotonic() + FOLLOWING_SECONDS
    while time.monotonic() < end and (batch := claim(settings.FOLLOW_BATCH)):
        follow(batch)
        asked += len(batch.envelopes)
    return asked


@dataclass(frozen=True)
class Batch:
    """Envelopes that are ours to ask about until ``mark``, which stands on each as its due time."""

    envelopes: list[Envelope]
    mark: datetime


def claim(limit: int) -> Batch | None:
    """Take up to ``limit`` due envelopes, so that no other claimant gets them before the lease ends."""
    now = timezone.now()
    due = list(Envelope.objects.due(now).order_by("next_check_at").values_list("pk", flat=True)[:limit])
    if not due:
        return None
    mark = now + LEASE + timedelta(microseconds=random.randrange(1_000_000))
    taken = Envelope.objects.due(now).filter(pk__in=due).update(next_check_at=mark)
    claimed = Envelope.objects.filter(pk__in=due, next_check_at=mark) if taken else Envelope.objects.none()
    return Batch(list(claimed.exclude(provider_reference="").prefetch_related("signers")), mark)


def follow(batch: Batch) -> None:
    """Ask the provider about these envelopes at once, and write down what it says."""
    results = _answers(batch.envelopes)
    now = timezone.now()
    quiet: dict[timedelta, list[Any]] = defaultdict(list)
    for envelope, result in zip(batch.envelopes, results, strict=True):
        try:
            if isinstance(result, Procedure) and not _has_moved(envelope, result):
                quiet[pause_of(envelope, _last_moved_at(envelope), now)].append(envelope.pk)
            elif isinstance(result, Procedure):
                apply(envelope.pk, result, batch.mark)
            else:
                _put_off(envelope, result, batch.mark)
        except Exception:
            log.exception("envelope %s could not be followed", envelope.pk)
            _put_off(envelope, None, batch.mark)
    for pause, ids in quiet.items():
        Envelope.objects.filter(pk__in=ids).update(
            next_check_at=unless_hinted(batch.mark, now + pause),
            checked_at=now,
            check_failures=0,
            last_problem="",
        )


def _answers(envelopes: Sequence[Envelope]) -> list[Procedure | ProviderError | None]:
    """What the provider says of each; None where asking itself broke.

    A wave that breaks is asked again in halves, until the one that breaks it stands alone.
    """
    if not envelopes:
        return []
    try:
        results, exchanges = asyncio.run(_ask(envelopes))
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        if len(envelopes) == 1:
            log.exception("envelope %s cannot be asked about", envelopes[0].pk)
            return [None]
        middle = len(envelopes) // 2
        return _answers(envelopes[:middle]) + _answers(envelopes[middle:])
    # Here and not in the event loop: another thread would open a database connection that nobody closes.
    if exchanges:
        record_all(exchanges)
    return [*results]


async def _ask(envelopes: Sequence[Envelope]) -> tuple[list[Procedure | ProviderError], list[Exchange]]:
    async with provider().following(settings.FOLLOW_CONCURRENCY) as wave:
        results = await wave.details([(Generation(e.generation), e.provider_reference) for e in envelopes])
    return results, wave.exchanges


def _has_moved(envelope: Envelope, procedure: Procedure) -> bool:
    """Whether the answer differs from what we know: the provider's word, or any signer's state."""
    if envelope.is_ended or procedure.raw_state[:60] != envelope.provider_state:
        return True
    if procedure.state == ProcedureState.DONE:
        return True
    signers = list(envelope.signers.all())
    for place, theirs in enumerate(procedure.signers):
        signer = ours(signers, place, theirs)
        if signer and signer.is_pending and signer_state_of(theirs):
            return True
    return envelope.state == Envelope.State.PREPARING and procedure.state == ProcedureState.SIGNING


def _last_moved_at(envelope: Envelope) -> datetime:
    moments = [envelope.state_since]
    for signer in envelope.signers.all():
        moments += [m for m in (signer.left_to_sign_at, signer.opened_at, signer.signed_at) if m]
    return max(moments)


def _put_off(envelope: Envelope, error: ProviderError | None, mark: datetime) -> None:
    """A question that failed is asked again later and later; "no such thing" is the end of an ended envelope."""
    is_gone = isinstance(error, NotFound)
    if is_gone and envelope.is_ended:
        Envelope.objects.filter(pk=envelope.pk).update(next_check_at=None)
        return
    now, failures = timezone.now(), envelope.check_failures + 1
    Envelope.objects.filter(pk=envelope.pk).update(
        next_check_at=unless_hinted(mark, now + pause_after_failure(failures)),
        check_failures=failures,
        checked_at=now,
        last_problem=str(error or "internal error")[:300],
    )
    if failures == (GONE_ALARMS_AT if is_gone else FAILURES_ALARM_AT):
        with transaction.atomic():
            alarms.cannot_be_followed(envelope, str(error or "internal error"))
