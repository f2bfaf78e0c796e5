"""Mail to signers and senders, written in the transaction of its cause."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from customers.models import Membership, User
from outbox.flows.write import write
from outbox.models import Mail

from ..models import Envelope, Signer

FOLDER = "signatures/envelopes/mail"


def signer_address(token: str) -> str:
    """The address in a signer's mail. Only the mail ever holds it."""
    return settings.PORTAL_URL + reverse("signing:invitation", args=[token])


def mail_signer(signer: Signer, template: str, token: str, *, fact: str, **context: Any) -> Mail:
    """A mail to a signer in their language, leading to their page by ``token`` (empty: leading nowhere)."""
    return write(
        template=f"{FOLDER}/{template}",
        recipient=signer.email,
        language=signer.language,
        context={
            "signer": signer,
            "envelope": signer.envelope,
            "organisation": signer.envelope.organisation,
            "sender": signer.envelope.created_by,
            "address": signer_address(token) if token else "",
            **context,
        },
        fact_key=f"{template}:{signer.pk}:{fact}",
        about=f"envelope:{signer.envelope_id}",
    )


def mail_sender(envelope: Envelope, template: str, **context: Any) -> None:
    """A mail to whoever sent the envelope, leading to its page."""
    page = reverse("envelopes:detail", args=[envelope.pk])
    enter = reverse("customers:enter", args=[envelope.organisation_id])
    for person in _readers(envelope):
        is_sender = person.pk == envelope.created_by_id
        write(
            template=f"{FOLDER}/{template}",
            recipient=person.email,
            language=person.language or settings.LANGUAGE_CODE,
            context={
                "envelope": envelope,
                "organisation": envelope.organisation,
                "address": f"{settings.PORTAL_URL}{enter}?next={page}",
                **context,
            },
            fact_key=f"{template}:{envelope.pk}" if is_sender else f"{template}:{envelope.pk}:{person.pk}",
            about=f"envelope:{envelope.pk}",
        )


def _readers(envelope: Envelope) -> list[User]:
    """The sender, as long as they are a member who may see envelopes; from then on the organisation's owners."""
    members = Membership.objects.for_organisation(envelope.organisation).filter(user__is_active=True)
    may_read = [member for member in members.select_related("user") if member.can_view_envelopes]
    sender = [member.user for member in may_read if member.user_id == envelope.created_by_id]
    return sender or [member.user for member in may_read if member.role == Membership.Role.OWNER]
