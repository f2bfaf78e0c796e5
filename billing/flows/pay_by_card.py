"""Top up by card: begin at the card processor, and book what its signed events say was paid, once."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from customers.models import Organisation, User
from outbox.flows.alarm import alarm

from .. import card_processor
from ..models import CardEvent, CardPayment, Movement
from .ledger import open_ledger
from .receipt import mail_receipt

State = CardPayment.State
PAID = {"checkout.session.completed", "checkout.session.async_payment_succeeded"}
EXPIRED = {"checkout.session.expired", "checkout.session.async_payment_failed"}


def begin(organisation: Organisation, amount: Decimal, user: User) -> str:
    """Begin a top-up; the address of the page where it is paid. Raises ``CardsUnavailable``.

    The payment is committed before the processor is asked: an event about it always finds it.
    """
    payment = CardPayment.objects.create(organisation=organisation, amount=amount, begun_by=str(user)[:200])
    wallet = f"{settings.PORTAL_URL}{reverse('wallet:wallet')}"
    page = card_processor.payment_page(
        reference=str(payment.pk),
        amount=amount,
        title=_("Sigillo: credit for %(name)s") % {"name": organisation.name},
        email=user.email,
        language=get_language() or "auto",
        back_url=wallet,
        paid_url=f"{wallet}?card=paid",
    )
    CardPayment.objects.filter(pk=payment.pk).update(session=page.session)
    return page.url


def take_in(event: dict[str, Any]) -> bool:
    """Take an event in that carried a good signature. False if it was taken in before, or is about nothing of ours."""
    kind, session = str(event.get("type", "")), event.get("data", {}).get("object", {})
    if kind not in PAID | EXPIRED:
        return False
    try:
        with transaction.atomic():
            CardEvent(event=str(event.get("id", ""))[:100], kind=kind).save()
            payment = _payment_of(session)
            return payment is not None and _settle(payment, kind, session)
    except IntegrityError:
        # The same event again, at the same moment or later.
        return False


def _payment_of(session: dict[str, Any]) -> CardPayment | None:
    reference = str(session.get("client_reference_id") or "")
    try:
        return CardPayment.objects.filter(pk=UUID(reference)).first()
    except ValueError:
        return None


def _settle(payment: CardPayment, kind: str, session: dict[str, Any]) -> bool:
    from ..wallet_tasks import go_on

    if kind in EXPIRED:
        return _move(payment, State.EXPIRED, State.BEGUN)
    if session.get("payment_status") != "paid":
        # Paid by a way that takes days: another event follows.
        return False
    if not _agrees(payment, session):
        _tell_of_disagreement(payment)
        return False
    with open_ledger(payment.organisation_id) as ledger:
        # Even after it has expired: money that came is credit.
        if not _move(payment, State.PAID, State.BEGUN, State.EXPIRED):
            return False
        reference = str(session["id"])
        mail_receipt(ledger.post(Movement.Kind.CARD, payment.amount, f"card:{payment.pk}", note=reference))
        go_on.delay_on_commit(str(payment.organisation_id))
    return True


def _move(payment: CardPayment, to: str, *allowed: str) -> bool:
    mine = CardPayment.objects.filter(pk=payment.pk, state__in=allowed)
    return bool(mine.update(state=to, ended_at=timezone.now()))


def _agrees(payment: CardPayment, session: dict[str, Any]) -> bool:
    """Whether what was paid is what was begun: the same page, amount and currency."""
    payment.refresh_from_db()
    return (
        payment.session in {"", session.get("id")}
        and session.get("amount_total") == int(payment.amount * 100)
        and session.get("currency") == "eur"
    )


def _tell_of_disagreement(payment: CardPayment) -> None:
    alarm(
        key=f"card:{payment.pk}",
        subject=gettext_lazy("A card payment does not agree with what was begun"),
        text=gettext_lazy("Payment %(id)s was not booked. Compare it with the card processor's list.")
        % {"id": payment.pk},
    )
