"""Remind signers: once after days of silence, and once when the last day comes near."""

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from ..models import Envelope, Signer
from .invite import renew_address
from .notify import mail_signer
from .state import about, locked, tell

log = logging.getLogger(__name__)
SILENCE = timedelta(days=5)
LAST_DAYS = timedelta(days=3)
# Nobody is written to again so soon, whatever the reason.
PAUSE = timedelta(days=1)


def remind_due(limit: int = 500) -> int:
    """Remind whoever is due; one that cannot be never stops the others. Returns how many were reminded."""
    today = timezone.localdate()
    due = Signer.objects.filter(_is_silent() | Q(envelope__expires_on__lte=today + LAST_DAYS), _is_open())
    rows = due.filter(_is_left_alone()).select_related("envelope").order_by("invited_at", "position")[:limit]
    reminded = 0
    for signer in [signer for signer in rows if _reason(signer)]:
        try:
            reminded += _remind(signer.pk, signer.envelope_id)
        except Exception:
            log.exception("signer %s could not be reminded", signer.pk)
    return reminded


def _is_open() -> Q:
    return Q(envelope__state=Envelope.State.SIGNING, state__in=[Signer.State.INVITED, Signer.State.OPENED])


def _is_left_alone() -> Q:
    before = timezone.now() - PAUSE
    return Q(invited_at__lt=before) & (Q(reminded_at=None) | Q(reminded_at__lt=before))


def _is_silent() -> Q:
    return Q(reminded_at=None, invited_at__lt=timezone.now() - SILENCE)


def _reason(signer: Signer) -> str:
    """Why this signer is reminded now: ``last_days``, ``silence``, or empty when it was done already."""
    today, last_day = timezone.localdate(), signer.envelope.expires_on
    if last_day and today >= last_day - LAST_DAYS:
        reminded_on = signer.reminded_at and timezone.localdate(signer.reminded_at)
        if not reminded_on or reminded_on < last_day - LAST_DAYS:
            return "last_days"
    if signer.reminded_at is None and signer.invited_at and signer.invited_at < timezone.now() - SILENCE:
        return "silence"
    return ""


def _remind(signer_id: object, envelope_id: object) -> bool:
    with locked(envelope_id) as envelope:
        signer = envelope.signers.get(pk=signer_id)
        signer.envelope = envelope
        if envelope.state != Envelope.State.SIGNING or not signer.is_pending or not (why := _reason(signer)):
            return False
        signer.reminded_at = timezone.now()
        signer.save(update_fields=["reminded_at"])
        mail_signer(signer, "reminder", renew_address(signer), fact=why)
        tell(envelope, "reminded", **about(signer), email=signer.email, reason=why)
    return True
