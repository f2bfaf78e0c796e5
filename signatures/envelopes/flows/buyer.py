"""How an envelope is bought: what the purchase fence asks of us."""

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from billing.flows.buyers import Bought, TooLate
from billing.flows.meter import MeteredPerson, meter
from billing.models import Purchase
from billing.provider import provider
from documents.flows.store import read
from upstream import NewPlacement, NewProcedure, NewSigner, NotFound, Procedure, ProviderError
from vault import seal

from ..models import Envelope, Signer
from ..placing import box
from .end import end
from .expire import end_overdue
from .notify import mail_sender
from .send import request_digest
from .state import Actor, locked, move, tell

log = logging.getLogger(__name__)
LINK_PURPOSE = "signer-link"
# The provider's list is read from a little before the call on: clocks differ.
CLOCKS_APART = timedelta(minutes=5)


class RequestChanged(Exception):
    """The envelope is no longer what the purchase was intended for."""


class EnvelopeBuyer:
    """Buys, finds again and follows up simple signatures."""

    def prepare(self, purchase: Purchase) -> NewProcedure:
        """Read the document and say what is wanted: exactly what was intended, or ``RequestChanged``.

        It may have waited for credit until its day to sign by was over: then ``TooLate``.
        """
        envelope = Envelope.objects.select_related("original", "organisation").get(purchase=purchase)
        if envelope.expires_on and envelope.expires_on < timezone.localdate():
            raise TooLate(f"it was to be signed by {envelope.expires_on}")
        if request_digest(envelope) != purchase.request_digest:
            raise RequestChanged(str(envelope.pk))
        return _request(envelope, purchase)

    def call(self, purchase: Purchase, request: NewProcedure) -> Bought:
        """Make the procedure at the provider; costs money. Raises ``ProviderError``."""
        procedure = provider().signatures(purchase.generation).create(request)
        return Bought(procedure.reference, procedure)

    def look_up(self, purchase: Purchase) -> list[Bought]:
        """Every procedure at the provider that carries this purchase's key. Raises ``ProviderError``."""
        signatures = provider().signatures(purchase.generation)
        since = purchase.created_at - CLOCKS_APART
        listed = [summary.reference for summary in signatures.recent(since)]
        known = set(
            Purchase.objects.filter(
                generation=purchase.generation, provider_reference__in=listed
            ).values_list("provider_reference", flat=True)
        )
        found = (self.read(purchase, reference) for reference in listed if reference not in known)
        return [bought for bought in found if bought]

    def read(self, purchase: Purchase, reference: str) -> Bought | None:
        """This procedure, if it carries this purchase's key. Raises ``ProviderError``."""
        try:
            procedure = provider().signatures(purchase.generation).detail(reference)
        except NotFound:
            return None
        return Bought(reference, procedure) if procedure.callback_key == purchase.callback_key else None

    def on_bought(self, purchase: Purchase, bought: Bought) -> None:
        """Seal the links, meter the signers, and begin to follow."""
        procedure: Procedure = bought.answer
        now = timezone.now()
        with locked(purchase.envelope.pk) as envelope:
            signers = list(envelope.signers.order_by("position"))
            for signer, theirs in zip(signers, _in_our_order(signers, procedure), strict=False):
                signer.provider_reference = theirs.reference
                signer.provider_state = theirs.raw_state
                signer.sealed_link = seal(theirs.link, LINK_PURPOSE) if theirs.link else ""
                signer.save(update_fields=["provider_reference", "provider_state", "sealed_link"])
            move(
                envelope,
                Envelope.State.PREPARING,
                provider_reference=bought.reference,
                provider_state=procedure.raw_state[:60],
                next_check_at=now,
            )
            tell(envelope, "bought", actor=Actor.PROVIDER, reference=bought.reference,
                 generation=purchase.generation)  # fmt: skip
            people = [
                MeteredPerson(str(signer.pk), signer.full_name, envelope.pk, envelope.title)
                for signer in signers
            ]
            meter(purchase, people, now)

    def on_refused(self, purchase: Purchase, error: ProviderError) -> None:
        """The provider will not have it: nothing was bought, and the sender is told."""
        with locked(purchase.envelope.pk) as envelope:
            if isinstance(error, TooLate):
                end_overdue(envelope)
            elif move(envelope, Envelope.State.FAILED, last_problem=error.message[:300]):
                tell(envelope, "purchase_refused", actor=Actor.PROVIDER, message=error.message[:300])
                mail_sender(envelope, "sender_failed", problem=error.message)

    def on_waiting(self, purchase: Purchase) -> None:
        """Show the sender what the purchase waits for."""
        waiting = {
            Purchase.State.AWAITING_FUNDS: (Envelope.State.AWAITING_CREDIT, "awaiting_funds"),
            Purchase.State.AWAITING_CREDIT: (Envelope.State.AWAITING_CREDIT, "awaiting_credit"),
            Purchase.State.UNKNOWN: (Envelope.State.UNCLEAR, "purchase_unclear"),
            Purchase.State.UNDECIDED: (Envelope.State.UNCLEAR, ""),
            Purchase.State.INTENDED: (Envelope.State.BUYING, ""),
        }
        state, event = waiting[Purchase.State(purchase.state)]
        with locked(purchase.envelope.pk) as envelope:
            if envelope.state != state and move(envelope, state) and event:
                tell(envelope, event)

    def on_withdrawn(self, purchase: Purchase) -> None:
        """Staff gave the purchase up: there is nothing to sign."""
        with locked(purchase.envelope.pk) as envelope:
            end(envelope, Envelope.State.CANCELLED, "cancelled", mail="sender_failed", actor=Actor.STAFF)


def _in_our_order(signers: list[Signer], procedure: Procedure) -> list[Any]:
    """The provider's signers as ours are ordered: by e-mail where all differ, else as they came."""
    by_email = {theirs.email.lower(): theirs for theirs in procedure.signers if theirs.email}
    if len(by_email) == len(signers) and all(signer.email.lower() in by_email for signer in signers):
        return [by_email[signer.email.lower()] for signer in signers]
    return list(procedure.signers)


def _request(envelope: Envelope, purchase: Purchase) -> NewProcedure:
    return NewProcedure(
        title=envelope.title,
        message=envelope.message,
        filename=envelope.filename,
        content=read(envelope.original),
        signers=tuple(_new_signer(signer, envelope) for signer in envelope.signers.order_by("position")),
        callback_url=f"{settings.CALLBACK_URL}{reverse('hints:hint', args=[purchase.callback_key])}",
        callback_key=purchase.callback_key,
        complete_url=f"{settings.PORTAL_URL}{reverse('signing:back')}",
        cancel_url=f"{settings.PORTAL_URL}{reverse('signing:back')}",
    )


def _new_signer(signer: Signer, envelope: Envelope) -> NewSigner:
    with override(signer.language):
        message = gettext("Your code to sign for %(organisation)s: {OTP}") % {
            "organisation": envelope.organisation.name[:60]
        }
    return NewSigner(
        name=signer.name,
        surname=signer.surname,
        email=signer.email,
        mobile=signer.mobile,
        otp_channel="sms" if signer.otp_channel == Signer.OtpChannel.SMS else "email",
        language=signer.language,
        placements=tuple(
            _new_placement(placement.page, placement.place, envelope) for placement in signer.placements.all()
        ),
        message=message,
    )


def _new_placement(page: int, place: str, envelope: Envelope) -> NewPlacement:
    width, height = envelope.page_sizes[page - 1]
    left, top, box_width, box_height = box(place, width, height)
    return NewPlacement(
        page=page,
        left=left,
        top=top,
        width=box_width,
        height=box_height,
        page_width=Decimal(str(width)),
        page_height=Decimal(str(height)),
    )
