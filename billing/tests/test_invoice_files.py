"""An invoice's files: the XML as it was checked, a PDF/A-3 that carries it, both in the archive for ten years."""

import hashlib
import io
import re
import shutil
import subprocess
from datetime import date, timedelta

import pikepdf
import pytest
from django.conf import settings as project
from django.core.files.storage import storages
from django.utils import timezone

from billing.flows.file_invoice import file_due, file_invoice, pdf_of, xml_of
from billing.flows.issue_invoice import issue
from billing.flows.render_invoice import light_tokens, page_of
from billing.models import Filing, InvoiceFile
from customers.tests.factories import MembershipFactory
from documents.flows.erase import erase, is_in_use
from documents.models import Retained, StoredFile

from .invoice_factories import SellerFactory, customer, draft_of, prepaid_draft, use
from .pango import needs_pango

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 3)


@pytest.fixture(autouse=True)
def _seller():
    SellerFactory()


def issued(kind="business", language="it", quantity=137, price="0.14"):
    organisation = customer(kind)
    MembershipFactory(organisation=organisation, user__language=language)
    use(organisation, quantity, price)
    return issue(draft_of(organisation), "Sara", DAY)


@pytest.fixture
def filed():
    invoice = issued()
    xml = Filing.objects.get().xml.encode()
    assert file_invoice(invoice.transmissions.get().pk)
    return invoice, xml


def test_both_files_are_in_the_archive_with_their_digests(filed):
    invoice, xml = filed
    assert not Filing.objects.exists()
    assert xml_of(invoice) == xml
    files = {file.kind: file for file in InvoiceFile.objects.select_related("stored")}
    assert files["xml"].sha256 == hashlib.sha256(xml).hexdigest()
    assert files["pdf"].sha256 == hashlib.sha256(pdf_of(invoice)).hexdigest()


def test_the_files_are_kept_as_long_as_the_books(filed):
    earliest = timezone.now() + timedelta(days=project.RETENTION_YEARS * 365)
    for stored in StoredFile.objects.all():
        assert stored.retain_until > earliest
        assert is_in_use(stored)
        with pytest.raises(Retained):
            erase(stored, "test")


def test_filing_again_does_nothing(filed):
    invoice, _ = filed
    assert not file_invoice(invoice.transmissions.get().pk)
    assert file_due() == 0
    assert InvoiceFile.objects.count() == 2


@needs_pango
def test_the_pdf_is_a_pdf_a_3_that_carries_the_very_xml(filed):
    """What can be read of PDF/A-3 by a library that did not make it: intent, marks, attachment and its relationship."""
    invoice, xml = filed
    with pikepdf.open(io.BytesIO(pdf_of(invoice))) as pdf:
        assert pdf.check_pdf_syntax() == []
        intent = pdf.Root.OutputIntents[0]
        assert intent.S == pikepdf.Name.GTS_PDFA1
        assert bytes(intent.DestOutputProfile.read_bytes())[36:40] == b"acsp"  # an ICC profile
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "U")
        assert "/ID" in pdf.trailer
        assert "/Encrypt" not in pdf.trailer
        assert pdf.Root.MarkInfo.Marked
        (attached,) = pdf.Root.AF
        assert attached.AFRelationship == pikepdf.Name.Source
        assert str(attached.UF) == invoice.transmissions.get().file_name
        assert attached.EF.F.read_bytes() == xml
        assert pdf.attachments[str(attached.UF)].get_file().read_bytes() == xml
        _only_embedded_fonts(pdf)
        for page in pdf.pages:
            assert "/JS" not in page
            assert "/AA" not in page


@needs_pango
@pytest.mark.skipif(not shutil.which("pdfinfo"), reason="no pdfinfo (poppler) on this machine")
def test_another_reader_finds_the_attachment_and_the_tags(filed, tmp_path):
    """By poppler, which has no part in making it."""
    invoice, xml = filed
    path = tmp_path / "invoice.pdf"
    path.write_bytes(pdf_of(invoice))

    def said(*command):
        return subprocess.run([*command, str(path)], capture_output=True, text=True, check=True).stdout

    info = {
        key.strip(): value.strip()
        for key, _, value in (row.partition(":") for row in said("pdfinfo").splitlines())
    }
    assert (info["Tagged"], info["PDF version"], info["JavaScript"], info["Encrypted"]) == (
        "yes",
        "1.7",
        "no",
        "no",
    )
    assert info["Title"] == f"Fattura {invoice.number} · Sigillo Firme Srl"
    assert re.search(r"pdfaid:part(=.|>)3", said("pdfinfo", "-meta"))
    subprocess.run(["pdfdetach", "-save", "1", "-o", str(tmp_path / "out.xml"), str(path)], check=True)
    assert (tmp_path / "out.xml").read_bytes() == xml
    fonts = [row.split() for row in said("pdffonts").splitlines()[2:]]
    assert fonts
    assert all(row[-5] == "yes" for row in fonts), fonts  # embedded


def _only_embedded_fonts(pdf):
    fonts = [
        one
        for one in pdf.objects
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == pikepdf.Name.FontDescriptor
    ]
    assert fonts
    for font in fonts:
        assert {"/FontFile2", "/FontFile3"} & set(font.keys()), font
        assert "Source-Sans" in str(font.FontName) or "Bodoni" in str(font.FontName), font.FontName


@needs_pango
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext (poppler) on this machine")
@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [
        (
            "business",
            "it",
            ["Fattura", "1/2026", "3 novembre 2026", "19,18", "23,40", "Da pagare", "IT60 X054"],
        ),
        ("business", "fr", ["Facture", "3 novembre 2026", "À payer"]),
        ("foreign", "en", ["Invoice", "3 November 2026", "Switzerland", "Operazione non soggetta"]),
        ("public_body", "it", ["CIG ZB12345678", "scissione dei pagamenti", "UFY9MH"]),
    ],
)
def test_the_pdf_reads_in_the_customers_language(kind, language, words, tmp_path):
    invoice = issued(kind, language)
    file_invoice(invoice.transmissions.get().pk)
    path = tmp_path / "invoice.pdf"
    path.write_bytes(pdf_of(invoice))
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    flat = " ".join(text.split()).replace("\u00a0", " ").replace("\u202f", " ")
    for word in words:
        assert word in flat, (word, flat)


def test_names_are_text_on_the_page_and_nothing_else():
    organisation = customer(name='<img src="file:///etc/passwd">')
    use(organisation, 10)
    page = page_of(issue(draft_of(organisation), "Sara", DAY).transmissions.get())
    assert "<img src=&quot;file" not in page
    assert "&lt;img src=&quot;file:///etc/passwd&quot;&gt;" in page
    assert page.count("<img") == 1


def test_the_paper_has_the_sites_tokens_in_their_light_form():
    tokens = light_tokens()
    assert (tokens["--ink"], tokens["--primary"]) == ("#17211d", "#14513e")
    assert not any("light-dark" in value for value in tokens.values())


def test_what_the_archive_does_not_take_is_tried_again(monkeypatch):
    """A storage that is down: the invoice stays issued, its XML stays readable, and later it is filed."""
    invoice = issued()
    pk = invoice.transmissions.get().pk
    working = storages["archive"]

    class Down:
        def save(self, name, content, max_length=None):
            raise OSError("the archive is down")

    monkeypatch.setitem(storages._storages, "archive", Down())
    assert not file_invoice(pk)
    filing = Filing.objects.get()
    assert "the archive is down" in filing.last_problem
    assert filing.next_attempt_at > timezone.now()
    assert xml_of(invoice).startswith(b"<?xml")
    assert pdf_of(invoice) is None

    monkeypatch.setitem(storages._storages, "archive", working)
    Filing.objects.update(next_attempt_at=timezone.now())
    assert file_due() == 1
    assert pdf_of(invoice).startswith(b"%PDF-")


def test_a_worker_that_is_killed_between_the_files_leaves_the_rest_to_the_next():
    invoice = issued()
    transmission = invoice.transmissions.get()
    from billing.flows.file_invoice import XML, _keep

    _keep(transmission, "xml", Filing.objects.get().xml.encode(), XML)
    assert file_invoice(transmission.pk)
    assert sorted(InvoiceFile.objects.values_list("kind", flat=True)) == ["pdf", "xml"]


def test_two_workers_do_not_file_the_same_invoice():
    pk = issued().transmissions.get().pk
    Filing.objects.update(next_attempt_at=timezone.now() + timedelta(minutes=5))  # leased by the other
    assert not file_invoice(pk)
    assert Filing.objects.exists()


def test_a_paper_asks_for_no_more_than_the_wallet_has_left_open():
    """What the wallet has paid of 122.00, and what the paper says under the sums."""
    for prepaid, words, asks in (
        ("50.00", ["−€50.00", "To pay", "€72.00"], True),
        ("122.00", ["−€122.00", "To pay", "€0.00"], False),
        ("150.00", ["−€150.00", "To be refunded", "€28.00"], False),
    ):
        organisation = customer()
        MembershipFactory(organisation=organisation, user__language="en")
        page = page_of(
            issue(prepaid_draft(organisation, 100, "1.00", prepaid), "Sara", DAY).transmissions.get()
        )
        for word in words:
            assert word in page, (prepaid, word)
        assert ("How to pay" in page) is asks
