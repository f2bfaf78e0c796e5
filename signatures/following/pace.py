"""How often something is asked about: often while it moves, seldom once it has long been quiet."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When

LONGEST_FAILURE_PAUSE = timedelta(minutes=30)

# (quiet for less than, asked every)
Paces = Sequence[tuple[timedelta, timedelta]]


def pause_when_quiet(paces: Paces, quiet: timedelta, slowest: timedelta) -> timedelta:
    """How long until the next question about something that has not moved for so long."""
    return next((pause for limit, pause in paces if quiet < limit), slowest)


def pause_after_failure(failures: int) -> timedelta:
    """How long to leave something alone whose question failed so many times in a row."""
    return min(timedelta(seconds=15 * 2 ** min(failures, 10)), LONGEST_FAILURE_PAUSE)


def unless_hinted(mark: datetime, due: datetime) -> Case:
    """The next due time of something that was claimed with ``mark``, for an UPDATE.

    A hint that came in while we asked has brought it forward, and may tell of something that happened right
    after our question: it must not be pushed back.
    """
    return Case(When(next_check_at__lt=mark, then=F("next_check_at")), default=Value(due))
