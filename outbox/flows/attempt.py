"""Attempt something that leaves the portal.

1. Claim it by one conditional UPDATE; whoever's update touched the row goes on.
2. Hand it over. What fails goes back with a growing pause, and after a day it is given up.
3. Mark it sent and forget its text.
A worker killed between 2 and 3 leaves it ``sending``; after a while it is queued again: whoever gets something twice
loses nothing, one who never gets it does.
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import F
from django.utils import timezone

from ..models import Outgoing

PAUSES = [timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 3600, 7200, 14400, 28800)]
STALE_AFTER = timedelta(minutes=10)

Out = TypeVar("Out", bound=Outgoing)


def claim(kind: type[Out], pk: int) -> Out | None:
    """Take one that is due, to hand it over. None when it is not due or somebody else has it."""
    now = timezone.now()
    rows: Any = kind._default_manager.filter(pk=pk)
    claimed = rows.filter(state=Outgoing.State.QUEUED, next_attempt_at__lte=now).update(
        state=Outgoing.State.SENDING, attempts=F("attempts") + 1, next_attempt_at=now + STALE_AFTER
    )
    found: Out | None = rows.get() if claimed else None
    return found


def put_back(one: Outgoing, problem: str, *, give_up_at: datetime | None = None) -> bool:
    """It was not taken: to be tried again; or given up, after the last pause or at a moment. Whether it is given up."""
    next_attempt_at = timezone.now() + PAUSES[min(one.attempts, len(PAUSES)) - 1]
    given_up = one.attempts > len(PAUSES) or (give_up_at is not None and next_attempt_at > give_up_at)
    type(one)._default_manager.filter(pk=one.pk).update(
        state=Outgoing.State.FAILED if given_up else Outgoing.State.QUEUED,
        last_error=problem[:300],
        next_attempt_at=next_attempt_at,
    )
    return given_up


def mark_sent(one: Outgoing, *forget: str) -> None:
    """It is out; what is named is forgotten."""
    type(one)._default_manager.filter(pk=one.pk).update(
        state=Outgoing.State.SENT, sent_at=timezone.now(), last_error="", **dict.fromkeys(forget, "")
    )


def all_due(kind: type[Out], limit: int) -> list[int]:
    """What is due by now, the oldest first; what a killed worker left is taken up again."""
    now = timezone.now()
    rows = kind._default_manager
    rows.filter(state=Outgoing.State.SENDING, next_attempt_at__lte=now).update(state=Outgoing.State.QUEUED)
    due = rows.filter(state=Outgoing.State.QUEUED, next_attempt_at__lte=now).order_by("next_attempt_at")
    return list(due.values_list("pk", flat=True)[:limit])
