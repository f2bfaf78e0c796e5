"""Send approved papers to the provider: exactly those that staff looked at, and once.

1. Take the order by moving its due time ahead; another worker finds nothing to take.
2. Send the papers. "Not required" and "already processed" are ends, not errors.
3. An answer that is lost is asked for by what the order then shows; sending the same again does no harm.
What the provider refuses goes back to staff, who see why.
"""

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.provider import provider
from documents.flows.store import Damaged, read, retain
from upstream import Paper, PapersOutcome, ProductFamily, ProviderError, Rejected

from ..models import Order, OrderFile, Review
from . import alarms
from .retention import retained_until
from .state import Actor, locked, move, tell

log = logging.getLogger(__name__)
Kind = OrderFile.Kind
LEASE = timedelta(minutes=5)
# Whoever has waited long is tried seldom.
SOON, LATER = timedelta(minutes=2), timedelta(minutes=15)
ALARM_AFTER = timedelta(hours=1)

EVENTS = {
    PapersOutcome.TAKEN: "papers_taken",
    PapersOutcome.NOT_NEEDED: "papers_not_needed",
    PapersOutcome.ALREADY_PROCESSED: "papers_already_processed",
}


def submit_due(limit: int = 50) -> int:
    """Send the papers of every order that is due. Returns how many ended. One that fails never stops the others."""
    due = Order.objects.filter(papers_due_at__lte=timezone.now()).order_by("papers_due_at")
    ended = 0
    for order_id in list(due.values_list("pk", flat=True)[:limit]):
        try:
            ended += submit(order_id)
        except Exception:
            log.exception("the papers of order %s could not be sent", order_id)
    return ended


def submit(order_id: Any) -> bool:
    """Send the papers of one order if they are due and nobody else is at it. True when that has ended."""
    now = timezone.now()
    if not Order.objects.filter(pk=order_id, papers_due_at__lte=now).update(papers_due_at=now + LEASE):
        return False
    order = Order.objects.select_related("organisation").get(pk=order_id)
    try:
        form, document = _approved(order)
        outcome = provider().qualified.submit_papers(
            order.provider_reference, form=_paper(form), document=_paper(document) if document else None
        )
    except Rejected as error:
        return _back_to_staff(order, error.message)
    except (Damaged, OrderFile.DoesNotExist) as error:
        log.exception("approved papers of order %s cannot be read", order_id)
        return _back_to_staff(order, type(error).__name__)
    except ProviderError as error:
        _try_later(order, str(error))
        return False
    _done(order, form, outcome)
    return True


def _approved(order: Order) -> tuple[OrderFile, OrderFile | None]:
    """The signed form, and the ID document where it did not travel with the order, as staff saw them."""
    review = order.reviews.filter(decision=Review.Decision.APPROVED).first()
    seen: dict[str, str] = review.digests if review else {}
    files = OrderFile.objects.current().filter(order=order).select_related("stored_file")
    form = files.get(kind=Kind.FORM_SIGNED, sha256=seen.get(Kind.FORM_SIGNED, ""))
    if order.product_family is ProductFamily.ARUBA:
        return form, None
    return form, files.get(kind=Kind.ID_JOINED, sha256=seen.get(Kind.ID_JOINED, ""))


def _paper(file: OrderFile) -> Paper:
    return Paper(file.filename, read(file.stored_file))


def _done(order: Order, form: OrderFile, outcome: PapersOutcome) -> None:
    now = timezone.now()
    retain(form.stored_file, retained_until(now))
    with locked(order.pk) as ours:
        Order.objects.filter(pk=ours.pk).update(
            papers_due_at=None, papers_sent_at=now, last_problem="", next_check_at=now
        )
        tell(ours, EVENTS[outcome], actor=Actor.PROVIDER)


def _try_later(order: Order, problem: str) -> None:
    """No answer, or none that says anything of the papers. Staff hear of one that waits for long: its days run out."""
    waited = timezone.now() - order.state_since
    pause = SOON if waited < ALARM_AFTER else LATER
    Order.objects.filter(pk=order.pk).update(papers_due_at=timezone.now() + pause, last_problem=problem[:300])
    if waited >= ALARM_AFTER:
        with transaction.atomic():
            alarms.papers_wait(order, problem)


def _back_to_staff(order: Order, problem: str) -> bool:
    with locked(order.pk) as ours:
        due_at = ours.papers_due_at
        if not move(ours, Order.State.IN_REVIEW, papers_due_at=None, last_problem=problem[:300]):
            # It has gone on, or has ended, meanwhile: nobody waits for the papers any more.
            Order.objects.filter(pk=ours.pk).update(papers_due_at=None, last_problem=problem[:300])
            return True
        alarms.papers_refused(ours, problem, due_at)
        tell(ours, "papers_refused", actor=Actor.PROVIDER, message=problem[:300])
    return True
