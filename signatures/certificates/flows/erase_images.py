"""Erase pictures of ID documents when their purpose has ended: issued, or ended otherwise, or replaced; after a grace.

The row stays, with its digest, as the record of what was there; the order's history and the archive say why it went.
"""

import logging
from typing import Any

from django.conf import settings
from django.utils import timezone

from documents.flows.erase import erase, is_in_use
from documents.models import Retained, StoredFile

from ..models import HolderSecret, Order, OrderFile
from .state import locked, tell

log = logging.getLogger(__name__)
RULE = "ID document of an order: its purpose has ended"


def erase_due(limit: int = 500) -> int:
    """Erase every picture whose time has come. Returns how many."""
    before = timezone.now() - settings.ID_IMAGE_GRACE
    due = OrderFile.objects.to_erase(before).order_by("order_id").values_list("order_id", flat=True)
    erased = 0
    for order_id in list(due.distinct()[:limit]):
        try:
            erased += _erase_of(order_id)
        except Exception:
            log.exception("pictures of order %s could not be erased", order_id)
    return erased


def _erase_of(order_id: Any) -> int:
    now = timezone.now()
    with locked(order_id) as order:
        files = list(
            OrderFile.objects.to_erase(now - settings.ID_IMAGE_GRACE)
            .filter(order=order)
            .select_related("stored_file")
        )
        OrderFile.objects.filter(pk__in=[file.pk for file in files]).update(erased_at=now)
        for stored in {file.stored_file for file in files}:
            _erase(stored)
        if files:
            tell(order, "id_images_erased", rule=RULE, digests=[[file.kind, file.sha256] for file in files])
    return len(files)


def _erase(stored: StoredFile) -> None:
    """Take the bytes out of the archive, unless another order still needs the very same picture."""
    gone = OrderFile.objects.exclude(erased_at=None)
    if not is_in_use(stored, but_for=gone):
        try:
            erase(stored, RULE)
        except Retained:
            log.warning("file %s of an order is kept: a legal hold stands", stored.pk)


def forget_secrets() -> int:
    """Erase codes that nobody has opened when what they were for has ended. Returns of how many orders."""
    today = timezone.localdate()
    waiting = HolderSecret.objects.exclude(sealed="").select_related("order__renews")
    ended = waiting.filter(order__certificates__expires_on__lt=today) | waiting.filter(
        order__renews__expires_on__lt=today
    )
    forgotten = 0
    for secret in list(ended.distinct()[:500]):
        with locked(secret.order_id) as order:
            if _is_past(order) and HolderSecret.objects.filter(pk=secret.pk).exclude(sealed="").update(
                sealed=""
            ):
                tell(order, "secrets_forgotten", what=sorted(secret.names))
                forgotten += 1
    return forgotten


def _is_past(order: Order) -> bool:
    today = timezone.localdate()
    ends = [one.expires_on for one in order.certificates.all()]
    ends += [order.renews.expires_on] if order.renews else []
    return bool(ends) and max(ends) < today
