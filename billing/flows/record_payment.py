"""Record money on an invoice. A row is added; what is open is always the sum."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..models import Invoice, Payment


@dataclass(frozen=True)
class Received:
    """Money that came in (or went back: negative) on an invoice, as somebody read it from the bank's list."""

    amount: Decimal
    paid_on: date
    method: str = Payment.Method.TRANSFER
    reference: str = ""


def record_payment(invoice: Invoice, received: Received, fact_key: str, by: str) -> tuple[Payment, bool]:
    """Record it once per ``fact_key``: the payment, and whether it is new."""
    return Payment.objects.get_or_create(
        fact_key=fact_key,
        defaults={
            "invoice": invoice,
            "amount": received.amount,
            "paid_on": received.paid_on,
            "method": received.method,
            "reference": received.reference[:140],
            "recorded_by": by[:200],
        },
    )
