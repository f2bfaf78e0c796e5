"""Throw away drafts that were never ordered, with the pictures in them."""

import logging

from django.conf import settings
from django.utils import timezone

from documents.flows.erase import erase, is_in_use
from documents.models import Retained, StoredFile

from ..models import Order
from .state import NotPossible, locked

log = logging.getLogger(__name__)


def sweep_drafts(limit: int = 200) -> int:
    """Discard drafts that were last saved before ``DRAFT_RETENTION``. Returns how many."""
    before = timezone.now() - settings.DRAFT_RETENTION
    old = Order.objects.filter(state=Order.State.DRAFT, saved_at__lt=before)
    return sum(_discard(order, "draft never ordered") for order in list(old[:limit]))


def discard(order: Order) -> None:
    """Throw a draft away. Raises ``NotPossible`` when it was ordered already."""
    if not _discard(order, "draft discarded by its sender"):
        raise NotPossible


def _discard(order: Order, reason: str) -> bool:
    """Delete a draft, and the bytes of its files where nothing else refers to them."""
    try:
        with locked(order.pk) as draft:
            if not draft.is_draft:
                return False
            stored = list(StoredFile.objects.filter(pk__in=draft.files.values("stored_file")))
            draft.delete()
    except Order.DoesNotExist:
        return False
    for file in stored:
        if not is_in_use(file):
            try:
                erase(file, reason)
            except Retained:
                log.info("file %s of a discarded draft is kept: retention stands", file.pk)
    return True
