"""Compose the invoice of a draft: what it would say if it were issued on a day, and what stands in its way.

Nothing is written here, so a draft can be looked at as often as one likes; issuing composes once more and freezes.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from babel.dates import format_date
from django.utils import timezone, translation

from .. import fattura
from ..fattura import Document, Fault, Line
from ..fattura.checks import SHAPES
from ..fattura.document import ZERO
from ..models import Invoice, InvoiceDraft, InvoiceKind, Seller, StampDuty
from ..models.seller import SellerMissing
from ..models.tax_rules import RuleMissing
from ..products import label_of
from .credit_lines import Credited, credited_lines, credited_summaries, months_credited
from .parties import buyer_party, contract_of, language_of, seller_party
from .terms import lateness
from .vat_treatment import VatTreatment, proof_faults, vat_treatment

STAMP = "stamp"
STAMP_NATURE, STAMP_REFERENCE = "N1", "Escluso ex art. 15 DPR 633/72"
TRANSFER, FROM_WALLET = "MP05", "MP22"
NO_NUMBER, NO_PROGRESSIVE = "0", "0"


@dataclass(frozen=True)
class Composition:
    """An invoice before it has a number. ``document`` is None where not even that could be composed."""

    document: Document | None
    faults: list[Fault]
    warnings: list[Fault] = field(default_factory=list)
    seller: Seller | None = None
    due_on: date = date.min
    language: str = "it"
    prepaid: Decimal = ZERO
    # Beside the document's lines: the product of each, and the line that it credits.
    products: tuple[str, ...] = ()
    credited: tuple[int | None, ...] = ()
    # Which invoices a credit note settles, and by how much.
    settles: list[tuple[Invoice, Decimal]] = field(default_factory=list)

    @property
    def is_fit(self) -> bool:
        return self.document is not None and not self.faults


def compose(draft: InvoiceDraft, on: date) -> Composition:
    """What this draft would be as an invoice of that day."""
    try:
        seller = Seller.objects.on(on)
    except SellerMissing:
        return Composition(None, [Fault("", "seller", "seller_missing")])
    try:
        treatment, duty = vat_treatment(draft.organisation, on), StampDuty.objects.on(on)
    except RuleMissing as error:
        return Composition(None, [Fault("", "buyer.kind", "rule_missing", str(error))])
    if draft.credits:
        parts = _of_credit(draft, draft.credits)
    elif draft.kind == InvoiceKind.CREDIT_NOTE:
        parts = _of_corrections(draft, treatment)
    else:
        parts = _of_month(draft, treatment, seller, duty)
    return _composed(draft, on, seller, treatment, duty, parts)


@dataclass(frozen=True)
class _Parts:
    """What the three kinds of drafts differ in."""

    lines: list[Line]
    summaries: tuple[fattura.Summary, ...]
    products: list[str]
    credited: list[int | None]
    reason: str
    credits: list[Invoice] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def _of_month(draft: InvoiceDraft, treatment: VatTreatment, seller: Seller, duty: StampDuty) -> _Parts:
    """A closed month: its statement's lines, and the stamp duty where the customer pays it."""
    lines, products = _month_lines(draft, treatment, 1)
    references = {treatment.nature: treatment.reference, STAMP_NATURE: STAMP_REFERENCE}
    if seller.is_stamp_charged and fattura.needs_stamp(lines, treatment.stamp_natures, duty.threshold):
        lines.append(_stamp_line(len(lines) + 1, duty.amount))
        products.append(STAMP)
    summaries = fattura.summarise(lines, references, treatment.payability)
    return _Parts(lines, summaries, products, [None] * len(lines), _month_reason(draft))


def _of_corrections(draft: InvoiceDraft, treatment: VatTreatment) -> _Parts:
    """A month in which corrections outweigh: a credit note on the invoices of the months that they correct."""
    lines, products = _month_lines(draft, treatment, -1)
    summaries = fattura.summarise(lines, {treatment.nature: treatment.reference}, treatment.payability)
    assert draft.statement
    credits, missing = months_credited(draft.statement)
    faults = [Fault("", "credited", "credited_not_issued", month.strftime("%Y-%m")) for month in missing]
    return _Parts(lines, summaries, products, [None] * len(lines), _month_reason(draft), credits, faults)


def _of_credit(draft: InvoiceDraft, invoice: Invoice) -> _Parts:
    """A credit note that staff have drawn up: pieces of an issued invoice's lines, at its rates, not today's."""
    taken: list[Credited] = credited_lines(draft)
    lines = [
        Line(
            number=number,
            description=one.line.description,
            quantity=Decimal(one.quantity),
            unit_price=plain_price(one.line.unit_price),
            net=one.net,
            rate=one.line.vat_rate,
            nature=one.line.nature,
            code=code_of(one.line.product),
            first_day=one.line.first_day,
            last_day=one.line.last_day,
        )
        for number, one in enumerate(taken, 1)
    ]
    too_many = [
        Fault("", f"line {number}", "too_much_credited", str(one.available))
        for number, one in enumerate(taken, 1)
        if one.quantity > one.available
    ]
    return _Parts(
        lines, credited_summaries(invoice, lines), [one.line.product for one in taken],
        [one.line.pk for one in taken], draft.reason, [invoice], too_many,
    )  # fmt: skip


def _composed(
    draft: InvoiceDraft, on: date, seller: Seller, treatment: VatTreatment, duty: StampDuty, parts: _Parts
) -> Composition:
    is_credit = draft.kind == InvoiceKind.CREDIT_NOTE
    due_on = on + timedelta(days=seller.payment_days)
    prepaid = draft.statement.prepaid if draft.statement else ZERO
    own_lines = [line for line in parts.lines if line.nature != STAMP_NATURE]
    owes_stamp = fattura.needs_stamp(own_lines, treatment.stamp_natures, duty.threshold)
    document = Document(
        kind=draft.kind,
        form=treatment.form,
        number=NO_NUMBER,
        issued_on=on,
        progressive=NO_PROGRESSIVE,
        seller=seller_party(seller),
        buyer=buyer_party(draft.organisation),
        lines=tuple(parts.lines),
        summaries=parts.summaries,
        total=fattura.total_of(parts.summaries),
        stamp=duty.amount if owes_stamp else ZERO,
        reason=parts.reason,
        contract=contract_of(draft.organisation),
        credited=tuple(fattura.Reference(invoice.number, invoice.issued_on) for invoice in parts.credits),
        statements=_statements(draft),
    )
    if not is_credit:
        document = replace(document, settlements=_settlements(document.due, prepaid, due_on, seller.iban))
    # A credit note rests on its invoice, which had its proof.
    needs_proof = treatment.nature and not is_credit
    missing, warnings = proof_faults(draft.organisation) if needs_proof else ([], [])
    faults = [*parts.faults, *_own_faults(draft, document, on), *missing]
    return Composition(
        document=document,
        faults=[*faults, *fattura.faults_of(document, timezone.localdate())],
        warnings=[*warnings, *lateness(draft, on)],
        seller=seller,
        due_on=due_on,
        language=language_of(draft.organisation),
        prepaid=prepaid,
        products=tuple(parts.products),
        credited=tuple(parts.credited),
        settles=_allocate(parts.credits, document.due) if is_credit else [],
    )


def _month_lines(draft: InvoiceDraft, treatment: VatTreatment, sign: int) -> tuple[list[Line], list[str]]:
    """The statement's lines. No quantity is negative in an e-invoice: where pieces are taken back, the price is."""
    assert draft.statement
    period = draft.statement.period
    counted = [line for line in draft.statement.lines.all() if line.quantity]
    lines = []
    for number, one in enumerate(counted, 1):
        quantity = one.quantity * sign
        price = plain_price(one.unit_price)
        lines.append(
            Line(
                number=number,
                description=one.description or _description(one.product, period.first),
                quantity=Decimal(abs(quantity)),
                unit_price=price if quantity > 0 else -price,
                net=one.net * sign,
                rate=one.vat_rate if treatment.is_taxed else ZERO,
                nature=treatment.nature,
                code=code_of(one.product),
                # A fee says itself for which days it is.
                first_day=None if one.description else period.first,
                last_day=None if one.description else period.last,
            )
        )
    return lines, [one.product for one in counted]


def plain_price(price: Decimal) -> Decimal:
    """A price without the zeros that the database adds."""
    normal = price.normalize()
    return normal.quantize(Decimal("0.01")) if normal == normal.quantize(Decimal("0.01")) else normal


def _description(product: str, month: date) -> str:
    """What stands in the XML is Italian, whoever looks at the draft."""
    with translation.override("it"):
        return f"{label_of(product)} - {format_date(month, 'LLLL yyyy', locale='it')}"


def code_of(product: str) -> str:
    """A product's key as the code of a line; none for stamp duty, or what the field does not take (a plan's name)."""
    return product if product != STAMP and re.fullmatch(SHAPES["code"], product) else ""


def _month_reason(draft: InvoiceDraft) -> str:
    assert draft.statement
    number, day = draft.statement.number, draft.statement.dated_on
    return f"Consuntivo {number} del {day:%d/%m/%Y}. {draft.reason}".strip()


def _stamp_line(number: int, amount: Decimal) -> Line:
    return Line(
        number=number,
        description="Imposta di bollo assolta in modo virtuale",
        quantity=Decimal(1),
        unit_price=amount,
        net=amount,
        rate=ZERO,
        nature=STAMP_NATURE,
    )


def _statements(draft: InvoiceDraft) -> tuple[fattura.Reference, ...]:
    """A deferred invoice names the statement that it rests on."""
    if draft.kind != InvoiceKind.DEFERRED or not draft.statement:
        return ()
    return (fattura.Reference(draft.statement.number, draft.statement.dated_on),)


def _settlements(due: Decimal, prepaid: Decimal, due_on: date, iban: str) -> tuple[fattura.Settlement, ...]:
    """What the wallet has paid, and what is still to be transferred: more than is due where the wallet got back more
    than it paid.
    """
    paid = min(prepaid, due)
    found = [fattura.Settlement(paid, FROM_WALLET)] if paid > 0 else []
    if due > paid:
        found.append(fattura.Settlement(due - paid, TRANSFER, due_on, iban))
    return tuple(found)


def _own_faults(draft: InvoiceDraft, document: Document, on: date) -> list[Fault]:
    """What only we can know to be wrong."""
    faults = []
    if draft.statement and on < draft.statement.dated_on:
        faults.append(Fault("", "issued_on", "before_month_end", draft.statement.dated_on.isoformat()))
    if document.net <= 0:
        faults.append(Fault("", "lines", "nothing_to_invoice", str(document.net)))
    if document.kind == InvoiceKind.CREDIT_NOTE and not draft.statement and not draft.reason.strip():
        faults.append(Fault("", "reason", "missing"))
    return faults


def _allocate(invoices: list[Invoice], amount: Decimal) -> list[tuple[Invoice, Decimal]]:
    """A credit note's amount over the invoices that it names: each up to what it is still worth, the last the rest."""
    shares, left = [], amount
    for invoice in invoices[:-1]:
        share = min(max(invoice.due - invoice.credited, ZERO), left)  # type: ignore[attr-defined]
        shares.append((invoice, share))
        left -= share
    return shares + [(invoice, left) for invoice in invoices[-1:]]
