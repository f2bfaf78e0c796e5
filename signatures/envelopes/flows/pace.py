"""How often an envelope is asked about: often while something moves, seldom once it has long been quiet."""

from datetime import datetime, timedelta

from signatures.following.pace import pause_when_quiet

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


def pause_of(envelope: Envelope, last_moved_at: datetime, now: datetime) -> timedelta:
    """How long until the next question, by state and by how long nothing has moved."""
    if envelope.is_ended:
        return ENDED_PACE
    quiet = now - last_moved_at
    if envelope.state == Envelope.State.PREPARING and quiet < timedelta(minutes=10):
        return WHILE_PREPARING
    return pause_when_quiet(PACES, quiet, SLOWEST)
