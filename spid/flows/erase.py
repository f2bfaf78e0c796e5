"""Forget what has served its purpose: drafts, links that were used, people whose activation is over.

What stays: that there was an activation, its history (which names nobody), and the line on the bill.
"""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from outbox.models import Mail

from ..models import Activation, Order, Voucher
from .notify import about
from .plan import replan
from .prepare import discard
from .state import NotPossible, State, locked, tell

log = logging.getLogger(__name__)
# People press the wrong button: a link is kept for so long after they said that it was used.
LINK_KEPT = timedelta(days=30)


def erase_due(limit: int = 500) -> int:
    """Erase whatever is due. Returns how many things were erased."""
    return _sweep_drafts(limit) + _forget_links(limit) + _forget_people(limit)


def _sweep_drafts(limit: int) -> int:
    old = Order.objects.drafts().filter(created_at__lt=timezone.now() - settings.SPID_DRAFT_RETENTION)
    swept = 0
    for order in list(old[:limit]):
        try:
            discard(order)
            swept += 1
        except NotPossible:
            log.info("order %s was placed while it was swept", order.pk)
    return swept


def _forget_links(limit: int) -> int:
    """Links that nobody needs any more: their person is active, or their activation is over."""
    before = timezone.now() - LINK_KEPT
    over = [State.ACTIVE, State.ENDED, State.CLOSED]
    used = Voucher.objects.filter(activation__state__in=over, activation__state_since__lt=before)
    pks = list(used.exclude(sealed_link="").values_list("pk", flat=True)[:limit])
    return Voucher.objects.filter(pk__in=pks).update(sealed_link="", forgotten_at=timezone.now())


def _forget_people(limit: int) -> int:
    before = timezone.now() - settings.SPID_ERASE_AFTER
    is_over = Q(state__in=Activation.OVER)
    # For reminders only name and mail are needed; a codice fiscale also keeps a second voucher from being bought.
    is_kept = Q(state=State.ACTIVE) & ~Q(mobile="")
    due = Activation.objects.filter(is_over | is_kept, state_since__lt=before, erased_at=None)
    erased = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        erased += _forget_person(pk)
    return erased


def _forget_person(activation_id: Any) -> bool:
    with locked(activation_id) as activation:
        if activation.state == State.ACTIVE:
            activation.mobile = ""
            activation.save(update_fields=["mobile"])
            return True
        if not activation.is_over:
            return False
        for name in ("name", "surname", "tax_code", "email", "mobile", "failure_note"):
            setattr(activation, name, "")
        activation.erased_at = timezone.now()
        activation.save(
            update_fields=["name", "surname", "tax_code", "email", "mobile", "failure_note", "erased_at"]
        )
        activation.addresses.all().delete()
        # Recipients and subjects name the person too.
        Mail.objects.filter(about=about(activation)).delete()
        tell(activation, "person_erased")
        replan(activation)
    return True
