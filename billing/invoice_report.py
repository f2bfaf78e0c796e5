"""Which invoices a period holds, and what they add up to. Screen, exports and archive all ask here."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from .models import Invoice, InvoiceKind, Payment
from .models.invoice import MONEY, ZERO, InvoiceQuerySet, in_cents
from .money import to_cents
from .periods import Period

SIGNED = ("net", "tax", "total", "due")
SIGN = Case(When(kind=InvoiceKind.CREDIT_NOTE, then=Value(-1)), default=Value(1))


@dataclass(frozen=True)
class InvoiceTotals:
    """Sums in which credit notes count as less, but for ``stamp``: a credit note owes its own duty.

    ``outstanding`` is what is still to be paid, as of now.
    """

    count: int
    net: Decimal
    tax: Decimal
    stamp: Decimal
    total: Decimal
    due: Decimal
    outstanding: Decimal


def invoices_of(period: Period, organisation: Any = None) -> InvoiceQuerySet:
    """The invoices that bear a day of the period, of one organisation, or for staff of all."""
    invoices: InvoiceQuerySet = Invoice.objects.dated(period.first, period.last)
    return invoices if organisation is None else invoices.for_organisation(organisation)


def totals_of_invoices(invoices: InvoiceQuerySet) -> InvoiceTotals:
    """What these invoices add up to."""

    def summed(amount: Any) -> Coalesce:
        return Coalesce(in_cents(Sum(amount, output_field=MONEY)), Value(ZERO), output_field=MONEY)

    sums = invoices.order_by().aggregate(
        count=Count("pk"),
        stamp_sum=summed(F("stamp")),
        **{f"{field}_sum": summed(F(field) * SIGN) for field in SIGNED},
    )
    owed = (
        invoices.order_by()
        .with_settled()
        .aggregate(sum=in_cents(Sum("outstanding", filter=Q(outstanding__gt=0))))
    )
    return InvoiceTotals(
        count=sums["count"],
        outstanding=_money(owed["sum"]),
        **{field: _money(sums[f"{field}_sum"]) for field in (*SIGNED, "stamp")},
    )


def payments_of(period: Period, organisation: Any = None) -> Any:
    """The payments that were made on a day of the period."""
    payments = Payment.objects.filter(paid_on__gte=period.first, paid_on__lte=period.last)
    if organisation is not None:
        payments = payments.filter(invoice__organisation=organisation)
    return payments.order_by("paid_on", "recorded_at", "pk")


def total_of_payments(payments: Any) -> Decimal:
    """What they add up to; refunds and corrections count as less."""
    return _money(payments.order_by().aggregate(sum=in_cents(Sum("amount")))["sum"])


def _money(amount: Decimal | None) -> Decimal:
    """A sum with its two decimals, also where there was nothing to add."""
    return to_cents(amount or ZERO)
