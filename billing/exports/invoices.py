"""The accountants' exports of invoices: register, lines, payments. Their columns do not change without notice.

Amounts of credit notes are negative, but for stamp duty. The last row holds the sums, which are those of the screen
(docs/money.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils import translation

from ..flows.parties import shown_vat
from ..models import AccountingCode, Invoice, InvoiceLine, InvoiceSummary, Payment
from ..models.invoice import InvoiceQuerySet
from ..models.transmission import latest
from .dialects import Dialect
from .usage import Column, shortest

CHUNK = 500
Row = dict[str, Any]

REGISTER_COLUMNS = [
    Column("Data", "date", "issued_on"),
    Column("Numero", "number", "number"),
    Column("Serie", "series", "series"),
    Column("Tipo", "type", "kind"),
    Column("Codice cliente", "customer_code", "customer_code"),
    Column("Cliente", "customer", "customer"),
    Column("Partita IVA", "vat_number", "vat_number"),
    Column("Codice fiscale", "tax_code", "tax_code"),
    Column("Paese", "country", "country"),
    Column("Imponibile", "net", "net"),
    Column("Aliquota IVA", "vat_rate", "vat_rate"),
    Column("Natura", "nature", "nature"),
    Column("Imposta", "tax", "tax"),
    Column("Scissione dei pagamenti", "split_payment", "is_split"),
    Column("Bollo", "stamp", "stamp"),
    Column("Totale documento", "total", "total"),
    Column("Da pagare", "due", "due"),
    Column("Scadenza", "due_on", "due_on"),
    Column("Pagato il", "paid_on", "paid_on"),
    Column("Metodo", "method", "method"),
    Column("Identificativo SdI", "sdi_id", "sdi_id"),
    Column("Esito SdI", "sdi_outcome", "outcome"),
    Column("Documento collegato", "linked", "linked"),
]
# The reseller's own accountant: the same, with the code that their program has for the VAT.
STAFF_REGISTER_COLUMNS = [*REGISTER_COLUMNS, Column("Codice IVA", "vat_code", "vat_code")]

LINE_COLUMNS = [
    Column("Data", "date", "issued_on"),
    Column("Numero", "number", "number"),
    Column("Riga", "line", "line"),
    Column("Codice cliente", "customer_code", "customer_code"),
    Column("Cliente", "customer", "customer"),
    Column("Prodotto", "product", "product"),
    Column("Descrizione", "description", "description"),
    Column("Dal", "from", "first_day"),
    Column("Al", "to", "last_day"),
    Column("Quantità", "quantity", "quantity"),
    Column("Prezzo unitario", "unit_price", "unit_price"),
    Column("Importo", "net", "net"),
    Column("Aliquota IVA", "vat_rate", "vat_rate"),
    Column("Natura", "nature", "nature"),
]
STAFF_LINE_COLUMNS = [*LINE_COLUMNS, Column("Conto", "account", "account")]

PAYMENT_COLUMNS = [
    Column("Data", "date", "paid_on"),
    Column("Fattura", "invoice", "number"),
    Column("Data fattura", "invoice_date", "issued_on"),
    Column("Codice cliente", "customer_code", "customer_code"),
    Column("Cliente", "customer", "customer"),
    Column("Importo", "amount", "amount"),
    Column("Metodo", "method", "method"),
    Column("Riferimento", "reference", "reference"),
]
STAFF_PAYMENT_COLUMNS = [*PAYMENT_COLUMNS, Column("Registrato da", "recorded_by", "recorded_by")]


def register_export(invoices: InvoiceQuerySet, columns: Sequence[Column], dialect: Dialect) -> Iterator[str]:
    """One row for each VAT summary of each invoice; what belongs to the invoice as a whole stands on its first row."""
    invoices = (
        invoices.in_sequence()
        .with_settled()
        .select_related("organisation")
        .prefetch_related("summaries", "payments", "credits__invoice", "transmissions__outcomes")
    )
    codes = _codes(AccountingCode.Kind.VAT)

    def rows() -> Iterator[Row]:
        for invoice in invoices.iterator(chunk_size=CHUNK):
            whole = _of_invoice(invoice) | _of_register(invoice, dialect)
            for number, summary in enumerate(invoice.summaries.all()):
                first = _sums_of(invoice) if not number else {}
                yield whole | first | _of_summary(invoice, summary, codes)

    return _written(rows(), columns, dialect, {"net", "tax", "stamp", "total", "due"})


def line_export(invoices: InvoiceQuerySet, columns: Sequence[Column], dialect: Dialect) -> Iterator[str]:
    """One row for each line of each invoice."""
    invoices = (
        invoices.in_sequence().select_related("organisation").prefetch_related("lines", "transmissions")
    )
    codes = _codes(AccountingCode.Kind.ACCOUNT)

    def rows() -> Iterator[Row]:
        for invoice in invoices.iterator(chunk_size=CHUNK):
            whole = _of_invoice(invoice)
            for line in invoice.lines.all():
                yield whole | _of_line(invoice, line, codes)

    return _written(rows(), columns, dialect, {"net"})


def payment_export(payments: Any, columns: Sequence[Column], dialect: Dialect) -> Iterator[str]:
    """One row for each payment."""
    payments = payments.select_related("invoice__organisation").prefetch_related("invoice__transmissions")
    methods = _methods(dialect)

    def rows() -> Iterator[Row]:
        for payment in payments.iterator(chunk_size=CHUNK):
            yield _of_invoice(payment.invoice) | {
                "paid_on": payment.paid_on,
                "amount": payment.amount,
                "method": methods[payment.method],
                "reference": payment.reference,
                "recorded_by": payment.recorded_by,
            }

    return _written(rows(), columns, dialect, {"amount"})


def _written(
    rows: Iterable[Row], columns: Sequence[Column], dialect: Dialect, summed: set[str]
) -> Iterator[str]:
    """Header, rows, and the row of sums; nothing is kept but the sums."""
    sums = {field: Decimal("0.00") for field in summed}

    def cells() -> Iterator[list[Any]]:
        for row in rows:
            for field in summed:
                sums[field] += row.get(field) or 0
            yield [row.get(column.field) for column in columns]
        totals: Row = {columns[0].field: dialect.total, **sums}
        yield [totals.get(column.field) for column in columns]

    yield from dialect.lines([column.heading(dialect) for column in columns], cells())


def _of_invoice(invoice: Invoice) -> Row:
    buyer = latest(invoice).buyer
    return {
        "issued_on": invoice.issued_on,
        "number": invoice.number,
        "series": invoice.series,
        "kind": invoice.kind,
        "customer_code": invoice.organisation.code,
        "customer": buyer["name"],
        "vat_number": shown_vat(buyer),
        "tax_code": buyer.get("tax_code", ""),
        "country": buyer["country"],
    }


def _of_register(invoice: Invoice, dialect: Dialect) -> Row:
    outcomes = list(latest(invoice).outcomes.all())
    payments = list(invoice.payments.all())
    is_paid = payments and not invoice.outstanding  # type: ignore[attr-defined]
    methods = _methods(dialect)
    yes, no = ("yes", "no") if dialect.name == "plain" else ("SI", "NO")
    return {
        "is_split": yes if invoice.is_split else no,
        "due_on": None if invoice.is_credit_note else invoice.due_on,
        "paid_on": max(payment.paid_on for payment in payments) if is_paid else None,
        "method": " ".join(dict.fromkeys(methods[payment.method] for payment in payments)),
        "sdi_id": outcomes[-1].sdi_id if outcomes else "",
        "outcome": outcomes[-1].kind if outcomes else "",
        "linked": " ".join(credit.invoice.number for credit in invoice.credits.all()),
    }


def _sums_of(invoice: Invoice) -> Row:
    """Stamp duty is owed on a credit note, too: it is never taken back."""
    signed = {field: invoice.sign * getattr(invoice, field) for field in ("total", "due")}
    return signed | {"stamp": invoice.stamp}


def _of_summary(invoice: Invoice, summary: InvoiceSummary, codes: dict[str, str]) -> Row:
    key = summary.nature or f"{summary.vat_rate}{'S' if invoice.is_split else ''}"
    return {
        "net": invoice.sign * summary.net,
        "vat_rate": summary.vat_rate,
        "nature": summary.nature,
        "tax": invoice.sign * summary.tax,
        "vat_code": codes.get(key, ""),
    }


def _of_line(invoice: Invoice, line: InvoiceLine, codes: dict[str, str]) -> Row:
    return {
        "line": line.number,
        "product": line.product,
        "description": line.description,
        "first_day": line.first_day,
        "last_day": line.last_day,
        "quantity": line.quantity,
        "unit_price": invoice.sign * shortest(line.unit_price),
        "net": invoice.sign * line.net,
        "vat_rate": line.vat_rate,
        "nature": line.nature,
        "account": codes.get(line.product, ""),
    }


def _codes(kind: str) -> dict[str, str]:
    return dict(AccountingCode.objects.filter(kind=kind).values_list("key", "code"))


def _methods(dialect: Dialect) -> dict[str, str]:
    with translation.override("it" if dialect.name == "it" else "en"):
        return {value: str(label) for value, label in Payment.Method.choices}
