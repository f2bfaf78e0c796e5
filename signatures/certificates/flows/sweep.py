"""Throw away drafts that were never ordered, with the pictures in them, and what nobody has corrected for as long."""

import logging

from django.conf import settings
from django.utils import timezone

from documents.flows.erase import erase, is_in_use
from documents.models import Retained, StoredFile

from .. import letters
from ..models import Order
from . import notify
from .state import NotPossible, locked, move, tell

log = logging.getLogger(__name__)


def sweep_drafts(limit: int = 200) -> int:
    """Discard drafts that were last saved before ``DRAFT_RETENTION``. Returns how many."""
    before = timezone.now() - settings.DRAFT_RETENTION
    old = Order.objects.filter(state=Order.State.DRAFT, saved_at__lt=before)
    return sum(_discard(order, "draft never ordered") for order in list(old[:limit]))


def withdraw_unanswered(limit: int = 200) -> int:
    """End orders that staff returned before anything was bought, and that nobody has corrected. Returns how many.

    Nothing else would ever end them, and their ID documents would be kept for ever.
    """
    before = timezone.now() - settings.DRAFT_RETENTION
    returned = Order.objects.filter(
        state=Order.State.RETURNED, purchase=None, state_since__lt=before, saved_at__lt=before
    )
    withdrawn = 0
    for order_id in list(returned.values_list("pk", flat=True)[:limit]):
        with locked(order_id) as order:
            is_left = order.state == Order.State.RETURNED and order.purchase_id is None
            if is_left and order.saved_at < before and order.state_since < before:
                move(order, Order.State.WITHDRAWN)
                tell(order, "withdrawn")
                notify.mail_customer(order, letters.order_ended, fact="unanswered")
                withdrawn += 1
    return withdrawn


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
