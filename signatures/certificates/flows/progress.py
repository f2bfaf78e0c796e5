"""What an answer of the provider changes in an order: state, numbers, shipment, secrets, certificates."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from signatures.following.pace import unless_hinted
from upstream import Order as ProviderOrder
from upstream import OrderState, ProductFamily

from .. import letters
from ..models import Order
from . import alarms, certify, notify, renew, seal_secrets
from .pace import pause_of
from .state import Actor, locked, move, tell

State = Order.State
# Papers are with the customer or with staff: that the provider has none yet is no news.
WITH_PAPERS = (State.DOCUMENTS_NEEDED, State.IN_REVIEW, State.RETURNED)


def apply(order_id: Any, told: ProviderOrder, mark: datetime) -> None:
    """Bring an order up to what the provider says of it; ``mark`` is the due time that it was claimed with."""
    with locked(order_id) as order:
        take_in(order, told)
        now = timezone.now()
        pause = pause_of(order, now)
        Order.objects.filter(pk=order.pk).update(
            checked_at=now,
            check_failures=0,
            last_problem="",
            next_check_at=None if pause is None else unless_hinted(mark, now + pause),
        )


def take_in(order: Order, told: ProviderOrder) -> None:
    """Take over all that an answer tells of a locked order, in the caller's transaction."""
    _note_word(order, told)
    _note_numbers(order, told)
    seal_secrets.keep(order, told.secrets.filled())
    while to := state_of(order, told):
        if not _enter(order, to):
            break
    if told.state == OrderState.FULFILLED:
        certify.certify(order, told)
        seal_secrets.offer(order)


def has_moved(order: Order, told: ProviderOrder) -> bool:
    """Whether an answer tells anything that we don't know yet."""
    return (
        order.is_ended
        or told.raw_state[:60] != order.provider_state
        or any(value != getattr(order, name) for name, value in _numbers(told).items())
        or bool(state_of(order, told))
        or bool(seal_secrets.new_among(order, told.secrets.filled()))
        or (order.state in Order.FULFILLED and bool(certify.wrongly_guessed(order, told)))
    )


def state_of(order: Order, told: ProviderOrder) -> str:
    """The state that an answer brings an order into; empty where it stays as it is."""
    to = _wanted(order, told)
    return to if to and to != order.state and to in Order.TRANSITIONS[order.state] else ""


def _wanted(order: Order, told: ProviderOrder) -> str:
    family = order.product_family
    match told.state:
        case OrderState.UNKNOWN:
            # Only right after buying we say as much as that it is there.
            return State.SUBMITTED if order.state in Order.BEING_BOUGHT else ""
        case OrderState.FULFILLED:
            is_travelling = order.state == State.ISSUED and bool(told.tracking)
            return State.SHIPPED if is_travelling else State.ISSUED
        case OrderState.CANCELLED | OrderState.REJECTED:
            return _end_of(order)
    if told.issued_at is not None:
        return State.IDENTIFIED
    if wants_papers(order, told):
        is_on_its_way = order.papers_due_at is not None or order.papers_sent_at is not None
        return "" if order.state in WITH_PAPERS or is_on_its_way else State.DOCUMENTS_NEEDED
    if family is ProductFamily.STANDARD and told.registered_at is None:
        # Its word is "being identified" from the first moment on.
        return State.SUBMITTED
    if told.state == OrderState.IDENTIFYING or family is ProductFamily.VIDEO:
        return State.IDENTIFICATION_PENDING
    return State.SUBMITTED


def wants_papers(order: Order, told: ProviderOrder) -> bool:
    """Whether the provider still waits for papers of this order. With identification by video it never does."""
    if not order.product_family.has_request_form or told.has_video_recognition or told.registered_at:
        return False
    has_document = told.has_document or order.product_family.needs_document_at_order
    return not (told.has_form and has_document)


def _end_of(order: Order) -> str:
    """The provider gave it up; once its days for identification are over, that is the reason."""
    until = order.identification_until
    return State.LAPSED if until is not None and until <= timezone.now() else State.REJECTED


def _note_word(order: Order, told: ProviderOrder) -> None:
    """Keep the provider's own word; one that we don't know is shown, told once and raises an alarm."""
    word = told.raw_state[:60]
    is_unknown = told.state == OrderState.UNKNOWN
    if word == order.provider_state and is_unknown == order.has_unknown_state:
        return
    order.provider_state, order.has_unknown_state = word, is_unknown
    if order.identification_until is None and _is_to_be_identified(order, told):
        # The days count from the maker's mail. We see it a little later than it went out, so they are counted from
        # the last time that we looked and it was not so yet; with an order whose answer was lost, from its purchase.
        since = order.checked_at or told.purchased_at or timezone.now()
        order.identification_until = since + timedelta(days=settings.IDENTIFICATION_DAYS)
    order.save(update_fields=["provider_state", "has_unknown_state", "identification_until"])
    if is_unknown:
        tell(order, "unknown_state", actor=Actor.PROVIDER, word=word)
        alarms.unknown_state(order, word)


def _is_to_be_identified(order: Order, told: ProviderOrder) -> bool:
    """Whether the maker has asked the holder to be identified. Of video orders its word does not say so."""
    if order.product_family is ProductFamily.VIDEO:
        return told.state == OrderState.PROCESSING
    return told.state == OrderState.IDENTIFYING


def _numbers(told: ProviderOrder) -> dict[str, str]:
    """What is kept of an answer as it is, where it says anything."""
    known = {
        "provider_number": told.number[:40],
        "tracking": told.tracking[:80],
        "paper_address": told.supplier.identification_office[:200],
    }
    return {name: value for name, value in known.items() if value}


def _note_numbers(order: Order, told: ProviderOrder) -> None:
    numbers = _numbers(told)
    for name, value in numbers.items():
        setattr(order, name, value)
    if numbers:
        order.save(update_fields=list(numbers))


def _enter(order: Order, to: str) -> bool:
    """Come into a state, with all that comes with it. False if the present one does not allow it."""
    if not move(order, to):
        return False
    details = {}
    match to:
        case State.DOCUMENTS_NEEDED:
            # Whoever fetches the form writes to the customer: then there is something to do.
            Order.objects.filter(pk=order.pk).update(form_due_at=timezone.now())
        case State.IDENTIFICATION_PENDING:
            notify.mail_holder(order, letters.identification_begins, fact="once")
        case State.ISSUED:
            notify.mail_customer(order, letters.order_issued, fact="once")
        case State.SHIPPED:
            details = {"tracking": order.tracking}
            notify.mail_customer(order, letters.order_shipped, fact="once")
        case State.REJECTED | State.LAPSED:
            details = {"word": order.provider_state}
            # What it was to renew expires all the same, and may be renewed by another order.
            renew.release(order)
            alarms.given_up(order)
            notify.mail_customer(order, letters.order_ended, fact=to)
    tell(order, to, actor=Actor.PROVIDER, **details)
    return True
