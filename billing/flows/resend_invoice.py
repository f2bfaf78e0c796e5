"""After a rejection: write the same invoice once more, with the customer's data of now, as a new file.

Number, date, lines and amounts stay (within five days of the rejection: ``terms.RESENT``); what may change is how
seller and buyer are named, since that is what only the tax register could know to be wrong, and the codes that a public
body misses. Its refusal counts as a rejection here: SdI takes the same number again.
"""

from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from .. import fattura
from ..fattura import Document, Fault
from ..models import Invoice, InvoiceKind, Seller, Transmission
from .compose_invoice import FROM_WALLET, TRANSFER, code_of, plain_price
from .issue_invoice import NotReady, take_progressive, transmit, written
from .parties import buyer_party, contract_of, seller_party
from .record_outcome import is_rejected


def resend(invoice: Invoice, reason: str, by: str) -> Transmission:
    """A new file for a rejected invoice. Raises ``NotReady``, also where the last file was not rejected."""
    with transaction.atomic():
        locked = Invoice.objects.select_for_update().select_related("organisation").get(pk=invoice.pk)
        last = locked.transmissions.order_by("-attempt").first()
        if last is None or not is_rejected(last):
            raise NotReady([Fault("", "xml", "not_rejected")])
        document = replace(issued_document(locked), progressive=take_progressive())
        return transmit(locked, document, written(document), by, last.attempt + 1, reason)


def issued_document(invoice: Invoice) -> Document:
    """An issued invoice as a document, from its frozen rows and the parties' data of now."""
    seller = Seller.objects.on(invoice.issued_on)
    lines = tuple(
        fattura.Line(
            number=line.number,
            description=line.description,
            quantity=Decimal(line.quantity),
            unit_price=plain_price(line.unit_price),
            net=line.net,
            rate=line.vat_rate,
            nature=line.nature,
            code=code_of(line.product),
            first_day=line.first_day,
            last_day=line.last_day,
        )
        for line in invoice.lines.all()
    )
    summaries = tuple(
        fattura.Summary(one.vat_rate, one.nature, one.net, one.tax, one.payability, one.reference)
        for one in invoice.summaries.all()
    )
    credits = invoice.credits.select_related("invoice").order_by("pk")
    statement = invoice.statement if invoice.kind == InvoiceKind.DEFERRED else None
    return Document(
        kind=invoice.kind,
        form=invoice.form,
        number=invoice.number,
        issued_on=invoice.issued_on,
        progressive="0",
        seller=seller_party(seller),
        buyer=buyer_party(invoice.organisation),
        lines=lines,
        summaries=summaries,
        total=invoice.total,
        stamp=invoice.stamp,
        reason=invoice.reason,
        contract=contract_of(invoice.organisation),
        credited=tuple(fattura.Reference(one.invoice.number, one.invoice.issued_on) for one in credits),
        statements=(fattura.Reference(statement.number, statement.dated_on),) if statement else (),
        settlements=_settlements(invoice, seller),
    )


def _settlements(invoice: Invoice, seller: Seller) -> tuple[fattura.Settlement, ...]:
    if invoice.is_credit_note:
        return ()
    paid = sum(
        (one.amount for one in invoice.payments.all() if one.fact_key == f"wallet:{invoice.pk}"),
        Decimal("0.00"),
    )
    prepaid = min(paid, invoice.due)
    found = [fattura.Settlement(prepaid, FROM_WALLET)] if prepaid > 0 else []
    if invoice.due > prepaid:
        found.append(
            fattura.Settlement(invoice.due - prepaid, TRANSFER, invoice.due_on, seller.iban, invoice.number)
        )
    return tuple(found)
