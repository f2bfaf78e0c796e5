"""Tell a customer that their credit runs low, or that something waits for it: mail to who looks after the money."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from customers.models import Membership, Organisation
from outbox.flows.write import write

FOLDER = "billing/mail"


def tell_of_low_credit(organisation: Organisation, before: Decimal, after: Decimal, number: int) -> bool:
    """Write once each time that the credit falls below ``LOW_CREDIT``; in the transaction that lets it fall."""
    if not before >= settings.LOW_CREDIT > after:
        return False
    mail_payers(organisation, "low_credit", f"{organisation.pk}:{number}", credit=after)
    return True


def mail_payers(organisation: Organisation, template: str, fact: str, page: str = "", **context: Any) -> None:
    """A mail to each owner and accountant, in their language, leading to the wallet or ``page``; once per ``fact``."""
    roles = [Membership.Role.OWNER, Membership.Role.ACCOUNTANT]
    members = Membership.objects.for_organisation(organisation).filter(role__in=roles, user__is_active=True)
    enter = reverse("customers:enter", args=[organisation.pk])
    for member in members.select_related("user"):
        write(
            template=f"{FOLDER}/{template}",
            recipient=member.user.email,
            language=member.user.language or settings.LANGUAGE_CODE,
            context={
                "organisation": organisation,
                "address": f"{settings.PORTAL_URL}{enter}?next={page or reverse('wallet:wallet')}",
                **context,
            },
            fact_key=f"{template}:{fact}:{member.user_id}",
            about=f"organisation:{organisation.pk}",
        )
