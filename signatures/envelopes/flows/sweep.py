"""Throw away drafts that were never sent: their documents are nobody's proof.

Their documents are left to the archive's own sweep: the same file may be on its way into another draft at this
very moment, and only the archive knows when it was last asked for.
"""

from typing import Any

from django.conf import settings
from django.utils import timezone

from ..models import Envelope
from .state import locked


def sweep_drafts(limit: int = 200) -> int:
    """Discard drafts older than ``DRAFT_RETENTION``. Returns how many."""
    before = timezone.now() - settings.DRAFT_RETENTION
    old = Envelope.objects.filter(state=Envelope.State.DRAFT, created_at__lt=before)
    swept = 0
    for envelope_id in list(old.values_list("pk", flat=True)[:limit]):
        swept += discard_draft(envelope_id)
    return swept


def discard_draft(envelope_id: Any) -> bool:
    """Delete a draft. False if it is no draft any more, or gone already."""
    try:
        with locked(envelope_id) as draft:
            if draft.state != Envelope.State.DRAFT:
                return False
            draft.delete()
    except Envelope.DoesNotExist:
        return False
    return True
