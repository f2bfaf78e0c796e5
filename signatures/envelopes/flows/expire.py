"""Expire envelopes: the provider documents no expiry, so the last day is ours (contract, section 1, fact 10)."""

import logging

from django.utils import timezone

from ..models import Envelope
from .end import end
from .state import locked

log = logging.getLogger(__name__)


def expire_due() -> int:
    """End every envelope whose day to sign by has passed (in the portal's time zone)."""
    overdue = Envelope.objects.filter(state__in=Envelope.FOLLOWED, expires_on__lt=timezone.localdate())
    expired = 0
    for envelope_id in list(overdue.values_list("pk", flat=True)[:500]):
        try:
            expired += _expire(envelope_id)
        except Exception:
            log.exception("envelope %s could not be expired", envelope_id)
    return expired


def _expire(envelope_id: object) -> bool:
    with locked(envelope_id) as envelope:
        if envelope.state not in Envelope.FOLLOWED:
            return False
        return end(
            envelope,
            Envelope.State.EXPIRED,
            "expired",
            mail="sender_expired",
            sign_by=str(envelope.expires_on),
        )
