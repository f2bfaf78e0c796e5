"""Mail about invoices to those who pay: owners and accountants, each in their language."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from customers.models import Membership
from outbox.flows.write import write

from ..models import Invoice

FOLDER = "billing/mail"
PAYERS = [Membership.Role.OWNER, Membership.Role.ACCOUNTANT]


def mail_payers(invoice: Invoice, template: str, fact: str, **context: Any) -> int:
    """Write a mail to every owner and accountant of the invoice's customer, once per fact. How many there are."""
    payers = (
        Membership.objects.for_organisation(invoice.organisation)
        .filter(role__in=PAYERS, user__is_active=True)
        .select_related("user")
        .order_by("pk")
    )
    page = reverse("invoices:detail", args=[invoice.pk])
    enter = reverse("customers:enter", args=[invoice.organisation_id])
    for payer in payers:
        write(
            template=f"{FOLDER}/{template}",
            recipient=payer.user.email,
            language=payer.user.language or invoice.language,
            context={
                "invoice": invoice,
                "organisation": invoice.organisation,
                "address": f"{settings.PORTAL_URL}{enter}?next={page}",
                **context,
            },
            fact_key=f"{template}:{invoice.pk}:{fact}:{payer.user_id}",
            about=f"invoice:{invoice.pk}",
        )
    return len(payers)


def mail_issued(invoice: Invoice, left: Decimal) -> None:
    """There is a new invoice, ``left`` of it still to be paid, or a credit note. In the transaction that issues it."""
    mail_payers(invoice, "invoice_issued", "1", left=left)


def mail_not_delivered(invoice: Invoice) -> None:
    """The exchange system could not deliver it: it waits in the customer's reserved area, and a copy is here."""
    mail_payers(invoice, "invoice_waiting", "1")
