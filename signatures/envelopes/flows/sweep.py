"""Throw away drafts that were never sent: their documents are nobody's proof."""

import logging

from django.conf import settings
from django.utils import timezone

from documents.flows.erase import erase
from documents.models import Retained

from ..models import Envelope
from .state import locked

log = logging.getLogger(__name__)


def sweep_drafts(limit: int = 200) -> int:
    """Discard drafts older than ``DRAFT_RETENTION``. Returns how many."""
    before = timezone.now() - settings.DRAFT_RETENTION
    old = Envelope.objects.filter(state=Envelope.State.DRAFT, created_at__lt=before)
    swept = 0
    for envelope in list(old.select_related("original")[:limit]):
        swept += discard_draft(envelope, "draft never sent")
    return swept


def discard_draft(envelope: Envelope, reason: str) -> bool:
    """Delete a draft, and its document when nothing else refers to it. False if it is no draft any more."""
    original = envelope.original
    try:
        with locked(envelope.pk) as draft:
            if draft.state != Envelope.State.DRAFT:
                return False
            draft.delete()
    except Envelope.DoesNotExist:
        return False
    if not Envelope.objects.filter(original=original).exists():
        try:
            erase(original, reason)
        except Retained:
            log.info("document %s of a discarded draft is kept: retention stands", original.pk)
    return True
