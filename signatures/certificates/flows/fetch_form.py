"""Fetch the request form that the provider makes for an order, keep it, and tell the customer that it is there."""

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.provider import provider
from documents.flows.store import store
from documents.inspection import InspectionFailed, Refused, inspect
from upstream import ProviderError

from .. import letters
from ..models import Order, OrderFile
from . import alarms, notify
from .attach import replace
from .progress import WITH_PAPERS
from .state import Actor, locked, tell

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
# It may not be there in the first moments; whoever waits long is asked about seldom.
SOON, LATER = timedelta(seconds=20), timedelta(minutes=15)
ALARM_AFTER = timedelta(hours=1)


def fetch_due(limit: int = 100) -> int:
    """Fetch every form that is due. Returns how many came. One that fails never stops the others."""
    due = Order.objects.filter(form_due_at__lte=timezone.now()).order_by("form_due_at")
    fetched = 0
    for order_id in list(due.values_list("pk", flat=True)[:limit]):
        try:
            fetched += fetch(order_id)
        except Exception:
            log.exception("the form of order %s could not be fetched", order_id)
    return fetched


def fetch(order_id: Any) -> bool:
    """Fetch one form if it is due and nobody else is at it. True when it came."""
    now = timezone.now()
    if not Order.objects.filter(pk=order_id, form_due_at__lte=now).update(form_due_at=now + LEASE):
        return False
    order = Order.objects.select_related("organisation").get(pk=order_id)
    if order.state not in WITH_PAPERS:
        # The holder was identified in another way meanwhile: nobody needs the form.
        Order.objects.filter(pk=order_id).update(form_due_at=None)
        return False
    try:
        data = provider().qualified.request_form(order.provider_reference)
        pages = inspect(data).page_count
    except (ProviderError, Refused, InspectionFailed) as error:
        _try_later(order, str(error))
        return False
    stored = store(order.organisation, data, "application/pdf")
    with locked(order_id) as ours:
        replace(ours, OrderFile.Kind.FORM_BLANK)
        OrderFile.objects.create(
            order=ours, kind=OrderFile.Kind.FORM_BLANK, stored_file=stored, media_type="application/pdf",
            filename=f"modulo-{ours.provider_number or ours.code}.pdf"[:150], sha256=stored.sha256, page_count=pages,
        )  # fmt: skip
        Order.objects.filter(pk=order_id).update(form_due_at=None)
        tell(ours, "form_ready", actor=Actor.PROVIDER, sha256=stored.sha256, pages=pages)
        notify.mail_customer(ours, letters.papers_needed, fact=stored.sha256[:16])
    return True


def _try_later(order: Order, problem: str) -> None:
    waited = timezone.now() - order.state_since
    pause = SOON if waited < timedelta(minutes=10) else LATER
    Order.objects.filter(pk=order.pk).update(form_due_at=timezone.now() + pause)
    if waited > ALARM_AFTER:
        with transaction.atomic():
            alarms.form_missing(order, problem)
