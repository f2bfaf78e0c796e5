"""Staff's pages: seller's data, closing, drafts with their preview, and what becomes of an invoice."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse

from billing.flows.issue_invoice import issue
from billing.flows.record_outcome import record_outcome
from billing.models import Invoice, InvoiceDraft, Payment, Seller, Statement
from billing.models.transmission import latest
from customers.models import User
from customers.tests.factories import staff_client

from .invoice_factories import SellerFactory, customer, draft_of, prepaid_draft, use

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 3)


@pytest.fixture
def staff():
    return staff_client(name="Sara")


def address(name, *args):
    return reverse(f"admin:billing_{name}", args=args)


def drafted(kind="business", **changes):
    organisation = customer(kind, **changes)
    use(organisation, 100, "1.00")
    return draft_of(organisation)


def invoiced(**changes):
    SellerFactory()
    return issue(drafted(**changes), "Sara", DAY)


SELLER = {
    "name": "Sigillo Firme Srl", "vat_number": "IT 06363391001", "tax_code": "06363391001", "regime": "RF01",
    "address": "Via della Scala 31", "postal_code": "50123", "city": "Firenze", "province": "fi", "rea_office": "fi",
    "rea_number": "612345", "iban": "IT60 X054 2811 1010 0000 0123 456", "payment_days": "30",
    "valid_from": "2026-01-01", "source": "Register",
}  # fmt: skip


def test_the_sellers_data_are_kept_in_their_normal_form(staff):
    assert staff.post(address("seller_add"), SELLER).status_code == 302
    seller = Seller.objects.get()
    assert (seller.vat_number, seller.province, seller.iban) == (
        "06363391001",
        "FI",
        "IT60X0542811101000000123456",
    )


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("vat_number", "06363391002", "The last digit does not fit"),
        ("iban", "IT60X0542811101000000123457", "This is no IBAN"),
        ("name", "Sigillo 株式会社", "cannot hold “株式会社”"),
        ("postal_code", "5012", "A CAP has five digits."),
        ("rea_number", "", "Office and number belong together."),
        ("series", "A/1", "Up to six capital letters"),
        ("regime", "RF03", "RF and two digits"),
    ],
)
def test_a_wrong_value_is_told_beside_its_field(staff, field, value, told):
    answer = staff.post(address("seller_add"), SELLER | {field: value})
    assert answer.status_code == 200
    assert told in " ".join(answer.context["adminform"].form.errors[field])
    assert not Seller.objects.exists()


def test_a_letter_is_advised_since_spreadsheets_take_bare_numbers_for_dates(staff):
    page = staff.get(address("seller_add")).content.decode()
    assert "A letter is advisable" in page
    assert "takes 1/2026 in the CSV files for a date" in page


def test_a_new_row_begins_with_what_holds_today(staff):
    SellerFactory(phone="0557654321")
    assert "0557654321" in staff.get(address("seller_add")).content.decode()
    assert staff.post(address("seller_change", Seller.objects.get().pk), SELLER).status_code == 403


def test_a_month_is_closed_by_a_button_and_twice_is_once(staff):
    use(customer(), 3)
    for expected in (
        "1 statement was closed; drafts of invoices: 1.",
        "0 statements were closed; drafts of invoices: 0.",
    ):
        answer = staff.post(address("statement_close"), {"month": "2026-10"}, follow=True)
        assert expected in answer.content.decode()
    assert Statement.objects.count() == 1


@pytest.mark.parametrize(
    ("month", "told"), [("2099-01", "This month is not over"), ("x", "Enter a valid date.")]
)
def test_a_month_that_cannot_be_closed_is_told_beside_the_field(staff, month, told):
    assert told in staff.post(address("statement_close"), {"month": month}).content.decode()


def test_a_drafts_page_is_its_preview_and_issues_it(staff):
    SellerFactory()
    draft = drafted()
    text = staff.get(address("invoicedraft_change", draft.pk)).content.decode()
    for shown in ("€122.00", "Firma elettronica semplice", draft.organisation.name, "Issue it"):
        assert shown in text
    answer = staff.post(
        address("invoicedraft_change", draft.pk), {"issue": "1", "on": "2026-11-03"}, follow=True
    )
    assert "Issued as 1/2026." in answer.content.decode()
    assert "Sara" in Invoice.objects.get().issued_by
    assert "1/2026" in staff.get(address("invoicedraft_change", draft.pk)).content.decode()


@pytest.mark.parametrize(("day", "is_told"), [(15, False), (16, True)])
def test_issuing_many_tells_how_many_of_them_are_late(day, is_told):
    SellerFactory()
    late, usual = prepaid_draft(customer(), 10, "1.00", "5.00"), drafted()
    with time_machine.travel(datetime(2026, 11, day, 9, tzinfo=UTC), tick=False):
        answer = staff_client().post(
            address("invoicedraft_changelist"),
            {"action": "approve", "_selected_action": [late.pk, usual.pk]},
            follow=True,
        )
    page = answer.content.decode()
    assert "2 drafts will be issued in a moment" in page
    assert ("1 of them is late" in page) is is_told


def test_what_is_missing_is_listed_and_nothing_is_numbered(staff):
    draft = drafted(city="", postal_code="x")
    text = staff.get(address("invoicedraft_change", draft.pk)).content.decode()
    assert "have not been entered for this day" in text
    SellerFactory()
    answer = staff.post(address("invoicedraft_change", draft.pk), {"issue": "1", "on": "2026-11-03"})
    text = answer.content.decode()
    assert "Customer, city: is missing." in text
    assert "Customer, postal code: cannot stand in an e-invoice" in text
    assert text.count("Customer, city: is missing.") == 1
    assert not Invoice.objects.exists()


def test_a_day_that_has_not_come_is_told_beside_the_field(staff):
    SellerFactory()
    answer = staff.post(address("invoicedraft_change", drafted().pk), {"issue": "1", "on": "2999-01-01"})
    assert "This day has not come yet." in answer.content.decode()


def test_a_draft_is_previewed_for_another_day(staff):
    SellerFactory()
    text = staff.post(
        address("invoicedraft_change", drafted().pk), {"preview": "1", "on": "2026-11-05"}
    ).content.decode()
    assert "5\N{NO-BREAK SPACE}November 2026" in text
    assert not Invoice.objects.exists()


def test_a_draft_is_discarded_with_a_reason(staff):
    SellerFactory()
    draft = drafted()
    staff.post(address("invoicedraft_change", draft.pk), {"discard": "1", "reason": ""})
    assert InvoiceDraft.objects.get().state == "open"
    staff.post(address("invoicedraft_change", draft.pk), {"discard": "1", "reason": "Billed by hand"})
    draft.refresh_from_db()
    assert (draft.state, draft.reason) == ("discarded", "Billed by hand")
    assert "Billed by hand" in staff.get(address("invoicedraft_change", draft.pk)).content.decode()


def test_chosen_drafts_are_handed_to_the_worker(staff):
    drafts = [drafted(), drafted()]
    staff.post(
        address("invoicedraft_changelist"),
        {"action": "approve", "_selected_action": [one.pk for one in drafts]},
    )
    assert {one.state for one in InvoiceDraft.objects.all()} == {"approved"}


@pytest.mark.parametrize("pk", ["nonsense", "7d4e9d3c-7a55-4b1b-8a3a-0c5d1f6b2e10"])
def test_a_draft_that_is_not_there_is_not_found(staff, pk):
    assert staff.get(address("invoicedraft_change", pk)).status_code == 404


def test_the_form_of_a_payment_begins_with_what_is_open_to_the_cent(staff):
    page = staff.get(address("invoice_pay", invoiced().pk)).content.decode()
    assert 'value="122.00"' in page
    assert page.count('name="token"') == 1
    assert "Token" not in page


def test_a_payment_is_recorded_once_however_often_the_form_is_sent(staff):
    invoice = invoiced()
    data = {
        "amount": "22.00",
        "paid_on": "2026-11-10",
        "method": "MP05",
        "reference": "CRO 1",
        "token": str(uuid4()),
    }
    for told in ("The payment is recorded.", "This payment was recorded before."):
        answer = staff.post(address("invoice_pay", invoice.pk), data, follow=True)
        assert told in answer.content.decode()
    assert [(one.amount, one.reference) for one in Payment.objects.all()] == [(Decimal("22.00"), "CRO 1")]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("amount", "0", "Nothing was paid"),
        ("amount", "1.005", "no more than 2 decimal places"),
        ("amount", "9" * 500, "no more than 12 digits"),
        ("paid_on", "2999-01-01", "This day has not come yet."),
        ("reference", "x\x00", "Null characters are not allowed."),
    ],
)
def test_a_payment_that_cannot_be_is_told_and_keeps_what_was_typed(staff, field, value, told):
    invoice = invoiced()
    data = {
        "amount": "22.00",
        "paid_on": "2026-11-10",
        "method": "MP05",
        "reference": "CRO 1",
        "token": str(uuid4()),
    }
    answer = staff.post(address("invoice_pay", invoice.pk), data | {field: value})
    assert told in answer.content.decode()
    assert not Payment.objects.exists()


def test_an_outcome_is_recorded_and_shown(staff):
    invoice = invoiced()
    data = {"kind": "RC", "received_on": "2026-11-04", "sdi_id": "12345"}
    assert (
        "The outcome is recorded."
        in staff.post(address("invoice_outcome", invoice.pk), data, follow=True).content.decode()
    )
    assert (
        "This outcome is recorded already."
        in staff.post(address("invoice_outcome", invoice.pk), data).content.decode()
    )
    assert "RC: delivered" in staff.get(address("invoice_change", invoice.pk)).content.decode()


def test_a_credit_note_is_drawn_up_and_lies_with_the_drafts(staff):
    invoice = invoiced()
    line = invoice.lines.get()
    answer = staff.post(
        address("invoice_credit", invoice.pk), {"reason": "Errore", f"line_{line.pk}": "10"}, follow=True
    )
    assert "€12.20" in answer.content.decode()
    draft = InvoiceDraft.objects.get(credits=invoice)
    staff.post(address("invoicedraft_change", draft.pk), {"issue": "1", "on": f"{date.today():%Y-%m-%d}"})
    assert Invoice.objects.filter(kind="TD04").count() == 1


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ("0", "Nothing is credited"),
        ("101", "less than or equal to 100"),
        ("-1", "greater than or equal to 0"),
    ],
)
def test_a_credit_that_cannot_be_is_told(staff, pieces, told):
    invoice = invoiced()
    line = invoice.lines.get()
    answer = staff.post(
        address("invoice_credit", invoice.pk), {"reason": "Errore", f"line_{line.pk}": pieces}
    )
    assert told in answer.content.decode()
    assert InvoiceDraft.objects.filter(credits=invoice).count() == 0


def test_a_rejected_invoice_gets_a_new_file(staff):
    invoice = invoiced()
    answer = staff.post(address("invoice_resend", invoice.pk), {"reason": "x"})
    assert "the last file was not rejected" in answer.content.decode()
    record_outcome(latest(invoice), "NS", DAY, "Sara")
    answer = staff.post(address("invoice_resend", invoice.pk), {"reason": "x"}, follow=True)
    assert "The new file is IT06363391001_00002.xml." in answer.content.decode()


def test_the_xml_is_downloaded_and_the_page_says_who_sends_it(staff):
    invoice = invoiced()
    assert staff.get(address("invoice_xml", invoice.pk)).content.startswith(b"<?xml")
    assert (
        "no channel to the exchange system"
        in staff.get(address("invoice_change", invoice.pk)).content.decode()
    )
    assert staff.get(address("invoice_pdf", invoice.pk)).status_code == 302


def test_the_export_page_shows_all_organisations_and_downloads(staff):
    SellerFactory()
    for _ in range(2):
        issue(drafted(), "Sara", DAY)
    query = {"first": "2026-11-01", "last": "2026-11-30"}
    text = staff.get(address("invoice_export"), query).content.decode()
    assert "€244.00" in text
    for what in ("register", "lines", "payments"):
        answer = staff.get(address("invoice_export"), {**query, "what": what, "form": "plain"})
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert b"total" in b"".join(answer.streaming_content)
    assert (
        staff.get(address("invoice_export"), {**query, "what": "archive"})["Content-Type"]
        == "application/zip"
    )
    for part in ("9", "0000018"):
        assert staff.get(address("invoice_export"), {**query, "what": "xml", "part": part}).status_code == 200


@pytest.mark.parametrize(
    "model",
    [
        "seller", "taxrule", "stampduty", "numberseries", "accountingcode", "statement", "invoicedraft", "invoice",
        "payment",
    ],
)  # fmt: skip
def test_every_list_opens(staff, model):
    invoiced()
    assert staff.get(address(f"{model}_changelist")).status_code == 200


def test_a_list_of_facts_is_headed_by_what_it_lists(staff):
    assert staff.get(address("invoice_changelist")).context["title"] == "Invoices"


def test_a_member_of_staff_who_may_only_look_decides_nothing():
    client = staff_client(is_superuser=False)
    person = User.objects.get(email="staff@example.it")
    person.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    invoice, draft = invoiced(), drafted()
    assert client.get(address("invoicedraft_change", draft.pk)).status_code == 200
    assert (
        client.post(address("invoicedraft_change", draft.pk), {"issue": "1", "on": "2026-11-03"}).status_code
        == 403
    )
    assert client.post(address("statement_close"), {"month": "2026-10"}).status_code == 403
    for name in ("pay", "outcome", "credit", "resend"):
        assert client.get(address(f"invoice_{name}", invoice.pk)).status_code == 403
    assert client.get(address("invoice_change", invoice.pk)).status_code == 200


@pytest.mark.parametrize("month", ["0001-01", "9999-12"])
def test_a_month_at_the_end_of_the_calendar_is_refused(staff, month):
    answer = staff.post(reverse("admin:billing_statement_close"), {"month": month})
    assert "month" in answer.context["form"].errors
