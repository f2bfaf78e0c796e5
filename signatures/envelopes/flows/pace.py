"""How often an envelope is asked about: often while something moves, seldom once it has long been quiet."""

from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When

from ..models import Envelope

# (quiet for less than, asked every)
PACES = [
    (timedelta(minutes=10), timedelta(seconds=10)),
    (timedelta(hours=1), timedelta(seconds=30)),
    (timedelta(hours=12), timedelta(minutes=2)),
    (timedelta(days=3), timedelta(minutes=10)),
    (timedelta(days=14), timedelta(minutes=30)),
]
SLOWEST = timedelta(hours=2)
WHILE_PREPARING = timedelta(seconds=3)
# A signer who is at the provider's page now will have signed in a moment.
WHILE_SIGNING = timedelta(seconds=4)
WATCHED_AFTER_END = timedelta(days=30)
ENDED_PACE = timedelta(hours=6)
LONGEST_FAILURE_PAUSE = timedelta(minutes=30)


def pause_of(envelope: Envelope, last_moved_at: datetime, now: datetime) -> timedelta:
    """How long until the next question, by state and by how long nothing has moved."""
    if envelope.is_ended:
        return ENDED_PACE
    quiet = now - last_moved_at
    if envelope.state == Envelope.State.PREPARING and quiet < timedelta(minutes=10):
        return WHILE_PREPARING
    return next((pause for limit, pause in PACES if quiet < limit), SLOWEST)


def pause_after_failure(failures: int) -> timedelta:
    """How long to leave an envelope alone whose question failed so many times in a row."""
    return min(timedelta(seconds=15 * 2 ** min(failures, 10)), LONGEST_FAILURE_PAUSE)


def unless_hinted(mark: datetime, due: datetime) -> Case:
    """The next due time of an envelope that was claimed with ``mark``, for an UPDATE.

    A hint that came in while we asked has brought it forward, and may tell of something that happened right
    after our question: it must not be pushed back.
    """
    return Case(When(next_check_at__lt=mark, then=F("next_check_at")), default=Value(due))
