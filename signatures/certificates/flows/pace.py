"""How often an order is asked about: makers take hours and days, and hints come in between."""

from datetime import datetime, timedelta

from signatures.following.pace import pause_when_quiet

from ..models import Order

# (quiet for less than, asked every)
PACES = [
    (timedelta(minutes=10), timedelta(seconds=20)),
    (timedelta(hours=1), timedelta(minutes=1)),
    (timedelta(hours=12), timedelta(minutes=5)),
    (timedelta(days=3), timedelta(minutes=20)),
    (timedelta(days=14), timedelta(hours=1)),
]
SLOWEST = timedelta(hours=3)
# A shipment's number or a secret may still follow; an end that came too early may be taken back.
SOON_AFTER, AFTERWARDS = timedelta(minutes=2), timedelta(hours=6)
WATCHED_AFTERWARDS = timedelta(days=30)


def pause_of(order: Order, now: datetime) -> timedelta | None:
    """How long until the next question, by state and by how long nothing has moved; None: it is asked no more."""
    quiet = now - order.state_since
    if order.state not in Order.FULFILLED and not order.is_ended:
        return pause_when_quiet(PACES, quiet, SLOWEST)
    is_watched = order.state in Order.FOLLOWED + Order.WATCHED
    if not is_watched or quiet >= WATCHED_AFTERWARDS:
        return None
    return SOON_AFTER if quiet < timedelta(hours=1) else AFTERWARDS
