"""Mail to signers and senders, written in the transaction of its cause."""

from typing import Any

from django.conf import settings
from django.urls import reverse

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


def mail_sender(envelope: Envelope, template: str, **context: Any) -> Mail:
    """A mail to whoever sent the envelope, leading to its page."""
    sender = envelope.created_by
    page = reverse("envelopes:detail", args=[envelope.pk])
    enter = reverse("customers:enter", args=[envelope.organisation_id])
    return write(
        template=f"{FOLDER}/{template}",
        recipient=sender.email,
        language=sender.language or settings.LANGUAGE_CODE,
        context={
            "envelope": envelope,
            "organisation": envelope.organisation,
            "address": f"{settings.PORTAL_URL}{enter}?next={page}",
            **context,
        },
        fact_key=f"{template}:{envelope.pk}",
        about=f"envelope:{envelope.pk}",
    )
