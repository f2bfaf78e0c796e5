"""Issue a draft: from here on it is an invoice, with a number, and nothing of it ever changes.

One transaction does it all, so that a number exists exactly when its invoice does:
1. Claim the draft; of two who issue it at once, one waits here and then finds it issued.
2. Compose it and check it as the exchange system will. Anything wrong ends here, with the list, and no number is spent.
3. Take the number and the file's name, write the XML, and hold it against the schema where that is at hand.
4. Freeze invoice, lines, summaries, parties; leave the XML to be archived; write the customer's mail.
"""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .. import fattura
from ..fattura import Document, Fault
from ..fattura.schema import schema_errors
from ..models import (
    Filing,
    Invoice,
    InvoiceCredit,
    InvoiceDraft,
    InvoiceKind,
    InvoiceLine,
    InvoiceSummary,
    NumberSeries,
    Payment,
    Transmission,
)
from ..models.invoice import NumberTaken
from .compose_invoice import Composition, compose
from .notify_invoice import mail_issued
from .parties import as_record

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PROGRESSIVE_LENGTH = 5
State = InvoiceDraft.State


class NotReady(Exception):
    """The draft cannot be issued as it is; ``faults`` says everything that stands in its way. No number is spent."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.what}" for fault in faults))
        self.faults = faults


def issue(draft: InvoiceDraft, by: str, on: date | None = None) -> Invoice:
    """Issue a draft, dated today or on an earlier day. A second time gives the invoice again. Raises ``NotReady``."""
    day = on or timezone.localdate()
    with transaction.atomic():
        claimed = _claim(draft, by)
        if not claimed:
            return _issued_already(draft)
        if draft.credits_id:
            # Two credit notes on one invoice count what is left to credit one after the other.
            Invoice.objects.select_for_update().get(pk=draft.credits_id)
        fresh = InvoiceDraft.objects.select_related("organisation", "statement", "credits").get(pk=draft.pk)
        composition = compose(fresh, day)
        if not composition.is_fit:
            raise NotReady(composition.faults)
        return _freeze(draft, composition, day, by)


def _claim(draft: InvoiceDraft, by: str) -> int:
    return (
        InvoiceDraft.objects.undecided()
        .filter(pk=draft.pk)
        .update(state=State.ISSUED, decided_at=timezone.now(), decided_by=by[:200], problems=[])
    )


def _issued_already(draft: InvoiceDraft) -> Invoice:
    invoice = Invoice.objects.filter(draft=draft).first()
    if invoice is None:
        raise NotReady([Fault("", "draft", "draft_discarded")])
    return invoice


def _freeze(draft: InvoiceDraft, composition: Composition, day: date, by: str) -> Invoice:
    assert composition.document
    assert composition.seller
    series = composition.seller.series_for(is_credit=draft.kind == InvoiceKind.CREDIT_NOTE)
    sequence = _take_number(series, day)
    progressive = take_progressive()
    document = numbered(
        composition.document, f"{sequence}/{series}/{day.year}".replace("//", "/"), progressive
    )
    xml = written(document)
    invoice = Invoice(
        organisation_id=draft.organisation_id,
        draft=draft,
        statement_id=draft.statement_id,
        kind=draft.kind,
        form=document.form,
        series=series,
        year=day.year,
        sequence=sequence,
        number=document.number,
        issued_on=day,
        due_on=composition.due_on,
        language=composition.language,
        reason=document.reason[:400],
        net=document.net,
        tax=document.tax,
        stamp=document.stamp,
        total=document.total,
        due=document.due,
        is_split=document.is_split,
        issued_by=by[:200],
    )
    invoice.save()
    _freeze_parts(invoice, document, composition)
    transmit(invoice, document, xml, by)
    mail_issued(invoice, document.due - min(composition.prepaid, document.due))
    return invoice


def _take_number(series: str, day: date) -> int:
    try:
        return NumberSeries.take(NumberSeries.Register.INVOICES, series, day.year, day)
    except NumberTaken as error:
        raise NotReady([Fault("", "issued_on", "before_last_number", error.last_on.isoformat())]) from error


def take_progressive() -> str:
    """The next part of a file's name: five letters and digits that are never used again."""
    number = NumberSeries.take(NumberSeries.Register.FILES, "", 0, timezone.localdate())
    digits = ""
    while number:
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    if len(digits) > PROGRESSIVE_LENGTH:
        raise NotReady([Fault("00001", "progressive", "long", str(PROGRESSIVE_LENGTH))])
    return digits.rjust(PROGRESSIVE_LENGTH, "0")


def numbered(document: Document, number: str, progressive: str) -> Document:
    """The document with its number, which is also what the customer's payment should name."""
    settlements = tuple(replace(one, reference=number) if one.iban else one for one in document.settlements)
    return replace(document, number=number, progressive=progressive, settlements=settlements)


def written(document: Document) -> bytes:
    """The XML, checked once more with its number, and by the official schema where it is at hand."""
    faults = fattura.faults_of(document, timezone.localdate())
    if faults:
        raise NotReady(faults)
    xml = fattura.to_xml(document)
    if settings.FATTURAPA_SCHEMA:
        errors = schema_errors(xml, settings.FATTURAPA_SCHEMA)
        if errors:
            raise NotReady([Fault("00200", "xml", "schema", error[:300]) for error in errors])
    return xml


def _freeze_parts(invoice: Invoice, document: Document, composition: Composition) -> None:
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            number=line.number,
            product=product,
            description=fattura.to_latin(line.description),
            quantity=int(line.quantity),
            unit_price=line.unit_price,
            net=line.net,
            vat_rate=line.rate,
            nature=line.nature,
            first_day=line.first_day,
            last_day=line.last_day,
            credits_id=credited,
        )
        for line, product, credited in zip(
            document.lines, composition.products, composition.credited, strict=True
        )
    )
    InvoiceSummary.objects.bulk_create(
        InvoiceSummary(
            invoice=invoice,
            vat_rate=summary.rate,
            nature=summary.nature,
            net=summary.net,
            tax=summary.tax,
            payability=summary.payability,
            reference=summary.reference,
        )
        for summary in document.summaries
    )
    InvoiceCredit.objects.bulk_create(
        InvoiceCredit(credit_note=invoice, invoice=settled, amount=amount)
        for settled, amount in composition.settles
    )
    for paid, amount in _paid_by_wallet(invoice, composition):
        Payment(
            invoice=paid,
            amount=amount,
            paid_on=invoice.issued_on,
            method=Payment.Method.WALLET,
            fact_key=f"wallet:{invoice.pk}" if paid == invoice else f"wallet:{invoice.pk}:{paid.pk}",
            recorded_by="Sigillo",
        ).save()


def _paid_by_wallet(invoice: Invoice, composition: Composition) -> list[tuple[Invoice, Decimal]]:
    """What the wallet has paid on which invoice, all of it: what is too much stays to be refunded.

    Below zero where it got back what is credited here; a credit note's is paid on the invoices that it credits.
    """
    if not composition.settles:
        return [(invoice, composition.prepaid)] if composition.prepaid else []
    found, left = [], composition.prepaid
    for settled, credited in composition.settles[:-1]:
        share = max(min(left, credited), -credited)
        found.append((settled, share))
        left -= share
    found.append((composition.settles[-1][0], left))
    return [(settled, amount) for settled, amount in found if amount]


def transmit(
    invoice: Invoice, document: Document, xml: bytes, by: str, attempt: int = 1, reason: str = ""
) -> Transmission:
    """A file for the exchange system: its name and parties for ever, its bytes until they are archived."""
    from ..tasks import file_invoice

    transmission = Transmission(
        invoice=invoice,
        attempt=attempt,
        progressive=document.progressive,
        file_name=fattura.file_name(document.seller, document.progressive),
        seller=as_record(document.seller),
        buyer=as_record(document.buyer),
        reason=reason[:300],
        made_by=by[:200],
    )
    transmission.save()
    Filing.objects.create(transmission=transmission, xml=xml.decode())
    file_invoice.delay_on_commit(transmission.pk)
    return transmission


def approve(drafts: list[InvoiceDraft], by: str) -> int:
    """Have these issued by a worker, in order. How many were open."""
    return InvoiceDraft.objects.filter(pk__in=[draft.pk for draft in drafts], state=State.OPEN).update(
        state=State.APPROVED, decided_at=timezone.now(), decided_by=by[:200], problems=[]
    )


def discard(draft: InvoiceDraft, by: str, reason: str) -> bool:
    """Never issue this draft; its reason stays with it. False if it was issued or discarded already."""
    return bool(
        InvoiceDraft.objects.undecided()
        .filter(pk=draft.pk)
        .update(state=State.DISCARDED, decided_at=timezone.now(), decided_by=by[:200], reason=reason[:400])
    )


def issue_approved(most: int = 500, until: datetime | None = None) -> int:
    """Issue what staff have approved; what cannot be goes back to them with its problems. How many were issued."""
    issued = 0
    for draft in InvoiceDraft.objects.approved()[:most]:
        if until and timezone.now() >= until:
            break
        try:
            issue(draft, draft.decided_by)
            issued += 1
        except NotReady as error:
            send_back(draft, error.faults)
    return issued


def send_back(draft: InvoiceDraft, faults: list[Fault]) -> None:
    """Leave a draft that was refused to staff, saying why."""
    problems = [[fault.code, fault.where, fault.what, fault.value] for fault in faults]
    InvoiceDraft.objects.undecided().filter(pk=draft.pk).update(state=State.OPEN, problems=problems)
