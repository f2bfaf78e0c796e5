"""Expire envelopes: the provider documents no expiry, so the last day is ours (contract, section 1, fact 10)."""

import logging

from django.utils import timezone

from billing.flows import purchase as fence

from ..models import Envelope
from .end import end
from .state import locked

log = logging.getLogger(__name__)


def expire_due() -> int:
    """End every envelope whose day to sign by has passed (in the portal's time zone)."""
    states = Envelope.FOLLOWED + Envelope.NOT_BOUGHT
    overdue = Envelope.objects.filter(state__in=states, expires_on__lt=timezone.localdate())
    expired = 0
    for envelope_id in list(overdue.values_list("pk", flat=True)[:500]):
        try:
            expired += _expire(envelope_id)
        except Exception:
            log.exception("envelope %s could not be expired", envelope_id)
    return expired


def _expire(envelope_id: object) -> bool:
    with locked(envelope_id) as envelope:
        if envelope.state in Envelope.NOT_BOUGHT:
            # It waited for credit until nobody could sign it any more: it must not be bought after a top-up.
            if not envelope.purchase or not fence.withdraw(envelope.purchase, who="Sigillo"):
                return False
        elif envelope.state not in Envelope.FOLLOWED:
            return False
        return end_overdue(envelope)


def end_overdue(envelope: Envelope) -> bool:
    """End a locked envelope whose last day has passed. False when it has ended already."""
    sign_by = str(envelope.expires_on)
    return end(envelope, Envelope.State.EXPIRED, "expired", mail="sender_expired", sign_by=sign_by)
