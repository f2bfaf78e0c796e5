"""The customer's invoices, on the screen and taken along: one query behind both, and they add up."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import etree

from billing.exports import archive
from billing.exports.dialects import ITALIAN, PLAIN
from billing.exports.invoices import (
    LINE_COLUMNS,
    PAYMENT_COLUMNS,
    REGISTER_COLUMNS,
    STAFF_LINE_COLUMNS,
    STAFF_PAYMENT_COLUMNS,
    STAFF_REGISTER_COLUMNS,
    register_export,
)
from billing.flows.credit_invoice import draft_credit
from billing.flows.file_invoice import file_invoice, xml_of
from billing.flows.issue_invoice import issue
from billing.flows.ledger import open_ledger
from billing.flows.record_outcome import record_outcome
from billing.flows.record_payment import Received, record_payment
from billing.flows.render_invoice import page_of
from billing.flows.resend_invoice import resend
from billing.invoice_report import invoices_of, payments_of, total_of_payments, totals_of_invoices
from billing.models import AccountingCode, Invoice
from billing.models.transmission import latest
from billing.periods import Period
from customers.tests.factories import member_client

from .invoice_factories import IN_MONTH, SellerFactory, customer, draft_of, use

pytestmark = pytest.mark.django_db
YEAR = {"first": "2026-01-01", "last": "2026-12-31"}
PERIOD = Period(date(2026, 1, 1), date(2026, 12, 31))
DAY = date(2026, 11, 3)


def issued(organisation, quantity=100, price="1.00"):
    use(organisation, quantity, price)
    return issue(draft_of(organisation), "Sara", DAY)


@pytest.fixture
def house():
    """An accountant of a customer, and the customer's invoice of 122.00."""
    SellerFactory()
    organisation = customer()
    client, _ = member_client("accountant", organisation)
    return client, organisation, issued(organisation)


def page(client, name, *args, **query):
    answer = client.get(reverse(f"invoices:{name}", args=args), query)
    assert answer.status_code == 200
    return answer


def rows(answer, delimiter=";"):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def number(text):
    return Decimal(text.replace(",", "."))


def test_the_list_shows_each_invoice_what_is_open_and_what_all_add_up_to(house):
    client, _, invoice = house
    record_payment(invoice, Received(Decimal("22.00"), DAY), "bank:1", "Sara")
    text = page(client, "list", **YEAR).content.decode()
    for shown in (
        invoice.number,
        "3\N{NO-BREAK SPACE}November 2026",
        "€122.00",
        "€100.00",
        "paid in part",
        "€22.00",
    ):
        assert shown in text, shown


def test_a_period_without_invoices_says_so(house):
    client, _, _ = house
    text = page(client, "list", first="2020-01-01", last="2020-12-31").content.decode()
    assert "There is no invoice in this period." in text


def test_a_period_that_makes_no_sense_is_told_beside_the_field(house):
    client, _, _ = house
    text = page(client, "list", first="2026-12-31", last="2026-01-01").content.decode()
    assert "The last day lies before the first." in text
    assert client.get(reverse("invoices:register"), {"first": "x", "last": "y"}).status_code == 404


def test_an_invoices_page_shows_lines_sums_payments_and_how_to_pay(house):
    client, _, invoice = house
    record_payment(invoice, Received(Decimal("22.00"), DAY, "MP05", "CRO 123"), "bank:1", "Sara")
    record_outcome(latest(invoice), "MC", DAY, "Sara")
    text = page(client, "detail", invoice.pk).content.decode()
    for shown in (
        "Simple electronic signature, per signer", "1\N{NO-BREAK SPACE}October 2026 – 31\N{NO-BREAK SPACE}October 2026", "€122.00", "€100.00",
        "CRO 123", "IT60 X054 2811 1010 0000 0123 456", "reserved area", invoice.statement.number,
    ):  # fmt: skip
        assert shown in text, shown


def test_a_credit_note_and_its_invoice_lead_to_each_other(house):
    client, _, invoice = house
    note = issue(draft_credit(invoice, {invoice.lines.get().pk: 10}, "Errore", "Sara"), "Sara", DAY)
    assert reverse("invoices:detail", args=[note.pk]) in page(client, "detail", invoice.pk).content.decode()
    text = page(client, "detail", note.pk).content.decode()
    assert reverse("invoices:detail", args=[invoice.pk]) in text
    assert "How to pay" not in text


def test_the_xml_is_there_at_once_and_the_pdf_when_it_is_made(house):
    client, _, invoice = house
    assert "The PDF is being made" in page(client, "detail", invoice.pk).content.decode()
    assert client.get(reverse("invoices:pdf", args=[invoice.pk])).status_code == 404
    xml = page(client, "xml", invoice.pk)
    assert etree.fromstring(xml.content).tag.endswith("FatturaElettronica")
    assert 'filename="IT06363391001_00001.xml"' in xml["Content-Disposition"]

    file_invoice(latest(invoice).pk)
    pdf = page(client, "pdf", invoice.pk)
    assert pdf.content.startswith(b"%PDF-1")
    assert pdf["Cache-Control"] == "private, no-store"


def test_the_statement_shows_what_the_month_added_up_to(house):
    client, _, invoice = house
    text = page(client, "statement", invoice.statement_id).content.decode()
    assert "€100.00" in text
    assert invoice.number in text


def mixed(organisation):
    """A payment and a partial credit on the first invoice, and an invoice abroad would be another customer's."""
    invoice = Invoice.objects.for_organisation(organisation).get()
    note = issue(draft_credit(invoice, {invoice.lines.get().pk: 10}, "Errore", "Sara"), "Sara", DAY)
    record_payment(
        invoice, Received(Decimal("109.80"), date(2026, 11, 20), "MP05", "CRO 1"), "bank:1", "Sara"
    )
    record_outcome(latest(invoice), "RC", DAY, "Sara", "9876543210")
    return invoice, note


def test_the_register_has_a_row_for_each_vat_summary_and_ends_with_the_screens_sums(house):
    client, organisation, _ = house
    invoice, note = mixed(organisation)
    found = rows(page(client, "register", form="it", **YEAR))
    assert list(found[0]) == [column.italian for column in REGISTER_COLUMNS]
    first, second, totals = found
    assert (first["Data"], first["Numero"], first["Tipo"]) == ("03/11/2026", invoice.number, "TD01")
    assert (first["Imponibile"], first["Imposta"], first["Totale documento"]) == ("100,00", "22,00", "122,00")
    assert (first["Pagato il"], first["Metodo"]) == ("20/11/2026", "bonifico bancario")
    assert (first["Identificativo SdI"], first["Esito SdI"]) == ("9876543210", "RC")
    assert (second["Tipo"], second["Imponibile"], second["Totale documento"]) == ("TD04", "-10,00", "-12,20")
    assert second["Documento collegato"] == invoice.number
    assert totals["Data"] == "Totale"
    sums = totals_of_invoices(invoices_of(PERIOD, organisation))
    assert number(totals["Totale documento"]) == sums.total == Decimal("109.80")
    assert number(totals["Imponibile"]) == sums.net
    assert number(totals["Imposta"]) == sums.tax
    assert note.total == Decimal("12.20")


def test_the_register_tells_of_the_file_that_counts_and_not_of_the_one_that_it_replaced(house):
    client, _, invoice = house
    record_outcome(latest(invoice), "NS", DAY, "Sara", "111")
    assert rows(page(client, "register", form="it", **YEAR))[0]["Esito SdI"] == "NS"
    resend(invoice, "corrected", "Sara")
    first = rows(page(client, "register", form="it", **YEAR))[0]
    assert (first["Identificativo SdI"], first["Esito SdI"]) == ("", "")


def test_an_invoice_with_several_summaries_counts_once_in_the_totals():
    SellerFactory(is_stamp_charged=True)
    organisation = customer("foreign")
    client, _ = member_client("owner", organisation)
    issued(organisation)
    first, second, totals = rows(page(client, "register", form="it", **YEAR))
    assert (first["Natura"], second["Natura"]) == ("N2.1", "N1")
    assert (first["Totale documento"], second["Totale documento"], totals["Totale documento"]) == (
        "102,00",
        "",
        "102,00",
    )
    assert (first["Bollo"], totals["Bollo"], totals["Imponibile"]) == ("2,00", "2,00", "102,00")


@pytest.mark.parametrize(
    ("kind", "changes", "shown"),
    [
        ("business", {}, "IT00743110157"),
        ("eu_business", {}, "FR40303265045"),
        ("foreign", {"country": "SM", "vat_number": "SM 12345"}, "SM12345"),
        ("foreign", {"country": "CH", "vat_number": "CHE-123.456.788"}, "CHE123456788"),
        ("foreign", {"country": "GB", "vat_number": "123456789"}, "GB123456789"),
        ("foreign", {}, ""),
        ("consumer", {}, ""),
    ],
)
def test_a_vat_number_stands_in_the_register_and_on_paper_with_its_country_once(kind, changes, shown):
    SellerFactory()
    organisation = customer(kind, **changes)
    invoice = issued(organisation)
    client, _ = member_client("owner", organisation)
    assert rows(page(client, "register", form="it", **YEAR))[0]["Partita IVA"] == shown
    paper = page_of(invoice.transmissions.get())
    words = {"it": "Partita IVA", "fr": "Numéro de TVA", "en": "VAT number"}[invoice.language]
    assert paper.count(f"<dt>{words}</dt><dd>{shown}</dd>") == bool(shown)
    assert (f"<dt>{words}</dt>" in paper) is bool(shown)


def test_a_credit_note_owes_stamp_duty_of_its_own_and_takes_none_back():
    """Each of both files says BolloVirtuale, and the tax agency asks for both (DPR 642/72, tariff art. 13)."""
    SellerFactory()
    organisation = customer("foreign")
    invoice = issued(organisation)
    note = issue(draft_credit(invoice, {invoice.lines.get().pk: 100}, "Error", "Sara"), "Sara", DAY)
    assert (invoice.stamp, note.stamp) == (Decimal("2.00"), Decimal("2.00"))
    client, _ = member_client("owner", organisation)
    first, second, totals = rows(page(client, "register", form="plain", **YEAR), ",")
    assert (first["stamp"], second["stamp"], totals["stamp"]) == ("2.00", "2.00", "4.00")
    assert (second["total"], totals["total"]) == ("-100.00", "0.00")
    assert totals_of_invoices(invoices_of(PERIOD, organisation)).stamp == Decimal("4.00")


def test_the_lines_add_up_to_the_screen(house):
    client, organisation, _ = house
    mixed(organisation)
    *found, totals = rows(page(client, "lines", form="plain", **YEAR), ",")
    assert list(found[0]) == [column.plain for column in LINE_COLUMNS]
    assert (found[0]["date"], found[0]["quantity"], found[0]["unit_price"]) == ("2026-11-03", "100", "1.00")
    assert found[1]["net"] == "-10.00"
    assert Decimal(totals["net"]) == totals_of_invoices(invoices_of(PERIOD, organisation)).net


def test_the_payments_add_up_to_the_screen(house):
    client, organisation, _ = house
    mixed(organisation)
    found, totals = rows(page(client, "payments", form="it", **YEAR))
    assert list(found) == [column.italian for column in PAYMENT_COLUMNS]
    assert (found["Data"], found["Importo"], found["Riferimento"]) == ("20/11/2026", "109,80", "CRO 1")
    assert number(totals["Importo"]) == total_of_payments(payments_of(PERIOD, organisation))


def test_an_unknown_form_is_no_page(house):
    client, _, _ = house
    for name in ("register", "lines", "payments"):
        assert client.get(reverse(f"invoices:{name}"), {**YEAR, "form": "xlsx"}).status_code == 404


def test_a_name_that_is_a_formula_reaches_no_spreadsheet_as_one():
    SellerFactory()
    organisation = customer(name='=HYPERLINK("http://evil.example")')
    client, _ = member_client("owner", organisation)
    issued(organisation)
    assert rows(page(client, "register", form="it", **YEAR))[0]["Cliente"].startswith("'=")


def unzipped(answer):
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_archive_holds_pdf_and_xml_of_every_invoice(house):
    client, organisation, _ = house
    invoice, note = mixed(organisation)
    for one in (invoice, note):
        file_invoice(latest(one).pk)
    with unzipped(page(client, "archive", **YEAR)) as files:
        assert files.testzip() is None
        assert sorted(files.namelist()) == [
            "pdf/TD01-1-2026.pdf", "pdf/TD04-2-2026.pdf", "xml/IT06363391001_00001.xml", "xml/IT06363391001_00002.xml",
        ]  # fmt: skip
        assert files.read("xml/IT06363391001_00001.xml") == xml_of(invoice)


def test_what_is_not_in_the_archive_yet_is_named_and_breaks_nothing(house):
    client, _, invoice = house
    with unzipped(page(client, "archive", **YEAR)) as files:
        assert files.namelist() == ["xml/IT06363391001_00001.xml", "missing.txt"]
        assert files.read("missing.txt").decode() == f"pdf/TD01-{invoice.number.replace('/', '-')}.pdf\n"


def test_an_invoice_of_this_moment_is_among_the_xml_to_import(house):
    """A part that lacked it would say so nowhere, and the accountant's books would."""
    client, organisation, invoice = house
    file_invoice(latest(invoice).pk)
    note = issue(draft_credit(invoice, {invoice.lines.get().pk: 10}, "Errore", "Sara"), "Sara", DAY)
    assert [len(part) for part in archive.xml_parts(invoices_of(PERIOD, organisation))] == [2]
    with unzipped(page(client, "xml_zip", part="1", **YEAR)) as files:
        assert files.namelist() == ["IT06363391001_00001.xml", "IT06363391001_00002.xml"]
        assert files.read("IT06363391001_00002.xml") == xml_of(note)


def test_the_xml_to_import_is_split_at_a_hundred_files_and_five_megabytes(house):
    client, organisation, invoice = house
    note = issue(draft_credit(invoice, {invoice.lines.get().pk: 10}, "Errore", "Sara"), "Sara", DAY)
    for one in (invoice, note):
        file_invoice(latest(one).pk)
    found, size = invoices_of(PERIOD, organisation), len(xml_of(invoice))
    assert (archive.MOST_FILES, archive.MOST_BYTES) == (100, 5 * 1024 * 1024)
    assert [len(part) for part in archive.xml_parts(found)] == [2]
    assert [len(part) for part in archive.xml_parts(found, most_files=1)] == [1, 1]
    assert [len(part) for part in archive.xml_parts(found, most_bytes=size + 10)] == [1, 1]
    with unzipped(page(client, "xml_zip", part="1", **YEAR)) as files:
        assert files.namelist() == ["IT06363391001_00001.xml", "IT06363391001_00002.xml"]
        assert files.read("IT06363391001_00001.xml") == xml_of(invoice)


@pytest.mark.parametrize(
    "part", ["0", "2", "-1", "x", "9" * 5000, "²", "01", "0000018", "000001" + "9" * 5000]
)
def test_a_part_that_is_not_there_is_not_found(house, part):
    client, _, invoice = house
    file_invoice(latest(invoice).pk)
    assert client.get(reverse("invoices:xml_zip"), {**YEAR, "part": part}).status_code == 404


def test_the_documented_columns_are_the_real_ones():
    """docs/money.md lists every column; who changes one changes the page, and the changelog."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "money.md").read_text()
    documented = {
        tuple(cell.strip() for cell in line.strip("| ").split("|")[:2])
        for line in text.splitlines()
        if line.startswith("|")
    }
    for columns in (
        REGISTER_COLUMNS,
        STAFF_REGISTER_COLUMNS,
        LINE_COLUMNS,
        STAFF_LINE_COLUMNS,
        PAYMENT_COLUMNS,
        STAFF_PAYMENT_COLUMNS,
    ):
        for column in columns:
            assert (column.italian, column.plain) in documented, column


def test_the_accountants_own_codes_stand_in_staffs_register():
    SellerFactory()
    AccountingCode.objects.create(kind="vat", key="22.00S", code="SPLIT22")
    AccountingCode.objects.create(kind="vat", key="N2.1", code="ES7T")
    issued(customer("public_body"))
    issued(customer("foreign"))
    for dialect, delimiter, heading in ((ITALIAN, ";", "Codice IVA"), (PLAIN, ",", "vat_code")):
        text = "".join(register_export(invoices_of(PERIOD), STAFF_REGISTER_COLUMNS, dialect)).lstrip("\ufeff")
        found = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
        assert [row[heading] for row in found] == ["SPLIT22", "ES7T", ""]


@pytest.mark.parametrize("name", ["list", "register", "lines", "payments", "archive"])
def test_a_page_asks_the_database_as_often_for_many_invoices_as_for_few(name):
    SellerFactory()
    organisation = customer()
    client, _ = member_client("accountant", organisation)

    def questions(months):
        for month in months:
            at = Period.month_of(date(2026, month, 1)).start
            use(organisation, 2, at=at)
            file_invoice_of = issue(draft_of(organisation, date(2026, month, 1)), "Sara", DAY)
            record_payment(file_invoice_of, Received(Decimal(1), DAY), f"bank:{month}", "Sara")
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            answer = page(client, name, **YEAR)
            b"".join(answer.streaming_content if answer.streaming else [answer.content])
        return len(asked)

    questions([2])
    few = questions([3, 4])
    assert questions([5, 6, 7, 8, 9]) == few


def last_row(client, name, form, **period):
    answer = client.get(reverse(name), {**period, "form": form})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if form == "it" else ","))[-1]


def test_the_accountants_page_shows_the_sums_that_every_file_ends_with(house):
    client, organisation, invoice = house
    draft = draft_credit(invoice, {invoice.lines.get().pk: 10}, "Errore", "Sara")
    issue(draft, "Sara", DAY)
    record_payment(invoice, Received(Decimal("22.00"), DAY), "bank:1", "Sara")
    with open_ledger(organisation) as ledger:
        ledger.post("transfer", Decimal("50.00"), "t:1", at=IN_MONTH)
        ledger.post("fee", Decimal("18.178"), "f:1", at=IN_MONTH)
    text = page(client, "accounting", **YEAR).content.decode()
    for shown in ("€109.80", "€90.00", "€22.00", "€100.00", "€31.822", "2 documents", "100 pieces"):
        assert shown in text, shown
    sums = [
        ("invoices:register", "total", "109.80"), ("invoices:lines", "net", "90.00"),
        ("invoices:payments", "amount", "22.00"), ("usage:export", "cost", "100.00"),
        ("wallet:export", "available_change", "31.822"),
    ]  # fmt: skip
    for name, column, amount in sums:
        row = last_row(client, name, "plain", **YEAR)
        assert (row[next(iter(row))], row[column]) == ("total", amount), name
        italian = list(last_row(client, name, "it", **YEAR).values())
        assert italian[0] == "Totale"
        assert amount.replace(".", ",") in italian, name


def test_an_accountant_begins_at_their_own_page_and_others_at_their_desk(house):
    client, organisation, _ = house
    assert client.get("/").headers["Location"] == reverse("invoices:accounting")
    owner, _ = member_client("owner", organisation)
    assert owner.get("/").status_code == 200
