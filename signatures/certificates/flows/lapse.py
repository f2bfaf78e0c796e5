"""End orders whose days for identification are over. The provider says no word for it, so the last day is ours."""

import logging
from typing import Any

from django.utils import timezone

from .. import letters
from ..models import Order
from . import notify
from .state import locked, move, tell

log = logging.getLogger(__name__)


def lapse_due(limit: int = 500) -> int:
    """End every order whose holder was not identified in time. One that cannot be ended never stops the others.

    People were told a day, so all of that day is theirs.
    """
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    overdue = Order.objects.filter(state__in=Order.UNIDENTIFIED, identification_until__lt=today)
    lapsed = 0
    for order_id in list(overdue.values_list("pk", flat=True)[:limit]):
        try:
            lapsed += _lapse(order_id)
        except Exception:
            log.exception("order %s could not be ended", order_id)
    return lapsed


def _lapse(order_id: Any) -> bool:
    with locked(order_id) as order:
        if order.state not in Order.UNIDENTIFIED:
            return False
        # Asked about for a while still: perhaps the holder was identified in the last moment.
        move(order, Order.State.LAPSED, form_due_at=None, papers_due_at=None)
        tell(order, "lapsed", until=str(order.identification_until))
        notify.mail_customer(order, letters.order_ended, fact="lapsed")
    return True
