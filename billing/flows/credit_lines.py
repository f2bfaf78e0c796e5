"""What a credit note takes back of an invoice, so that any number of them, together, never take back a cent too much.

A part is what rounding makes of all pieces credited so far, less what was credited before. So the parts of a whole
add up to the whole, and each differs from quantity × price by less than the cent that the exchange system allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from .. import fattura
from ..fattura.arithmetic import line_net, tax_on
from ..models import Invoice, InvoiceDraft, InvoiceLine, InvoiceSummary, Statement
from ..models.invoice import in_cents
from .billable import corrected_months

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Credited:
    """So many pieces of a line; ``available`` is how many were left to credit."""

    line: InvoiceLine
    quantity: int
    available: int

    @property
    def net(self) -> Decimal:
        before = self.line.quantity - self.available
        price = self.line.unit_price
        return line_net(before + self.quantity, price) - line_net(before, price)


def available(invoice: Invoice) -> dict[int, int]:
    """How many pieces of each line can still be credited."""
    lines = invoice.lines.annotate(taken=Sum("credited_by__quantity", default=0))
    return {line.pk: line.quantity - line.taken for line in lines}


def credited_lines(draft: InvoiceDraft) -> list[Credited]:
    """The lines that a draft takes back."""
    assert draft.credits
    left = available(draft.credits)
    return [Credited(one.line, one.quantity, left[one.line_id]) for one in draft.lines.select_related("line")]


def credited_summaries(invoice: Invoice, lines: Sequence[fattura.Line]) -> tuple[fattura.Summary, ...]:
    """The VAT of a credit note: what all credited so far bears, less what earlier credit notes have taken back."""
    issued = {(one.vat_rate, one.nature): one for one in invoice.summaries.all()}
    before = {
        (rate, nature): (net, tax)
        for rate, nature, net, tax in InvoiceSummary.objects.filter(invoice__draft__credits=invoice)
        .order_by()
        .values_list("vat_rate", "nature")
        .annotate(net_sum=in_cents(Sum("net")), tax_sum=in_cents(Sum("tax")))
    }
    summaries = []
    for summary in fattura.summarise(lines):
        key = (summary.rate, summary.nature)
        net_before, tax_before = before.get(key, (ZERO, ZERO))
        summaries.append(
            fattura.Summary(
                summary.rate,
                summary.nature,
                summary.net,
                tax_on(net_before + summary.net, summary.rate) - tax_before,
                issued[key].payability,
                issued[key].reference,
            )
        )
    return tuple(summaries)


def months_credited(statement: Statement) -> tuple[list[Invoice], list[date]]:
    """The invoices of the months that a statement corrects, newest first; and the months that have none.

    Where a month ended in a credit note, what is credited are the invoices that it credited: nothing is owed on a
    credit note, so what one took back of another would be lost.
    """
    months = corrected_months(statement)
    invoices = Invoice.objects.for_organisation(statement.organisation_id).with_settled()
    issued = {
        invoice.statement.month: invoice
        for invoice in invoices.filter(statement__month__in=months).select_related("statement")
    }
    found: dict[Any, Invoice] = {}
    for document in (issued[month] for month in months if month in issued):
        behind = invoices.filter(credit_notes__credit_note=document).order_by("-issued_on", "-sequence")
        for invoice in behind if document.is_credit_note else [document]:
            found.setdefault(invoice.pk, invoice)
    return list(found.values()), [month for month in months if month not in issued]
