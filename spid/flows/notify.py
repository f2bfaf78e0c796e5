"""Mail to people and to whoever ordered, written in the transaction of its cause."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from outbox.flows.write import write
from outbox.models import Mail

from ..models import Activation

FOLDER = "spid/mail"


def address_of(page: str, token: str) -> str:
    """An address in a person's mail. Only the mail ever holds it."""
    return settings.PORTAL_URL + reverse(f"holder:{page}", args=[token])


def mail_holder(activation: Activation, template: str, token: str, *, fact: str, **context: Any) -> Mail:
    """A mail to the person in their language, leading to their page by ``token``."""
    return write(
        template=f"{FOLDER}/{template}",
        recipient=activation.email,
        language=activation.language,
        context={
            "activation": activation,
            "organisation": activation.organisation,
            "provider": activation.provider,
            **{
                f"{page}_url": address_of(page, token)
                for page in ("page", "active", "failed", "used", "letters")
            },
            **context,
        },
        fact_key=f"spid_{template}:{activation.pk}:{fact}",
        about=about(activation),
    )


def mail_orderer(activation: Activation, template: str, *, fact: str = "", **context: Any) -> Mail:
    """A mail to whoever ordered, leading to the activation's page in the portal; once per ``fact``."""
    orderer = activation.order.created_by
    page = reverse("spid:detail", args=[activation.pk])
    enter = reverse("customers:enter", args=[activation.organisation_id])
    return write(
        template=f"{FOLDER}/{template}",
        recipient=orderer.email,
        language=orderer.language or settings.LANGUAGE_CODE,
        context={
            "activation": activation,
            "organisation": activation.organisation,
            "address": f"{settings.PORTAL_URL}{enter}?next={page}",
            **context,
        },
        fact_key=f"spid_{template}:{fact or activation.pk}",
        about=about(activation),
    )


def about(activation: Activation) -> str:
    """How mail says what it is about."""
    return f"activation:{activation.pk}"
