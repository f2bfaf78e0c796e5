"""Issuing: a number is spent exactly when an invoice is, and what was issued never changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command

from billing import fattura
from billing.fattura.schema import schema_errors
from billing.flows.close_month import close_month
from billing.flows.compose_invoice import compose
from billing.flows.fault_texts import places, sentence_of, sentences
from billing.flows.file_invoice import xml_of
from billing.flows.issue_invoice import NotReady, approve, discard, issue, issue_approved
from billing.flows.recount import gaps, unequal_invoices
from billing.flows.resend_invoice import issued_document
from billing.models import (
    Filing,
    Invoice,
    InvoiceDraft,
    InvoiceKind,
    InvoiceLine,
    NumberSeries,
    Payment,
    Transmission,
)
from customers.tests.factories import MembershipFactory
from facts.append_only import FactIsFinal
from outbox.flows.write import PURPOSE
from outbox.models import Mail
from vault import open_sealed

from .fattura_samples import SCHEMAS, needs_schema
from .invoice_factories import (
    CUSTOMERS,
    IN_MONTH,
    MONTH,
    SellerFactory,
    correct,
    customer,
    draft_of,
    prepaid_draft,
    use,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 3)


@pytest.fixture(autouse=True)
def seller():
    return SellerFactory()


def drafted(kind="business", quantity=137, price="0.14", **changes):
    organisation = customer(kind, **changes)
    use(organisation, quantity, price)
    return draft_of(organisation)


def test_an_issued_invoice_has_a_number_lines_sums_and_a_day_to_pay_by():
    invoice = issue(drafted(), "Sara", DAY)
    assert (invoice.number, invoice.issued_on, invoice.due_on) == ("1/2026", DAY, date(2026, 12, 3))
    assert (invoice.net, invoice.tax, invoice.total, invoice.due) == tuple(
        map(Decimal, ("19.18", "4.22", "23.40", "23.40"))
    )
    line = invoice.lines.get()
    assert (line.quantity, line.unit_price, line.net) == (137, Decimal("0.14"), Decimal("19.18"))
    assert line.description == "Firma elettronica semplice, per firmatario - ottobre 2026"
    assert (line.first_day, line.last_day) == (date(2026, 10, 1), date(2026, 10, 31))


def test_issuing_twice_gives_the_same_invoice_and_one_number():
    draft = drafted()
    assert issue(draft, "Sara", DAY) == issue(draft, "Sara", DAY)
    assert Invoice.objects.count() == 1
    assert NumberSeries.objects.get(register="invoices").last == 1


def test_numbers_follow_each_other_within_their_year_and_series():
    numbers = [issue(drafted(), "Sara", DAY).number for _ in range(3)]
    with time_machine.travel(datetime(2027, 1, 10, 9, tzinfo=UTC), tick=False):
        numbers.append(issue(drafted(), "Sara").number)
    assert numbers == ["1/2026", "2/2026", "3/2026", "1/2027"]
    assert gaps() == []


def test_the_sellers_series_is_part_of_the_number():
    SellerFactory(series="E", credit_series="NC", valid_from=date(2026, 11, 1))
    assert issue(drafted(), "Sara", DAY).number == "1/E/2026"


def test_numbers_used_elsewhere_before_are_gone_on_from():
    NumberSeries.objects.create(register="invoices", series="", year=2026, last=142)
    assert issue(drafted(), "Sara", DAY).number == "143/2026"
    assert gaps() == []


def test_what_is_missing_is_told_and_no_number_is_spent():
    draft = drafted(postal_code="5013")
    with pytest.raises(NotReady) as refused:
        issue(draft, "Sara", DAY)
    assert [sentence_of(fault) for fault in refused.value.faults] == [
        "Customer, postal code: cannot stand in an e-invoice: “5013”. (00200)"
    ]
    draft.refresh_from_db()
    assert draft.state == InvoiceDraft.State.OPEN
    assert not NumberSeries.objects.exists()
    assert not Invoice.objects.exists()
    draft.organisation.postal_code = "50131"
    draft.organisation.save()
    assert issue(draft, "Sara", DAY).number == "1/2026"


def test_without_the_sellers_data_nothing_is_issued():
    draft = drafted()
    with pytest.raises(NotReady) as refused:
        issue(draft, "Sara", date(2025, 12, 31))
    assert [fault.what for fault in refused.value.faults] == ["seller_missing"]


def test_an_invoice_is_not_dated_before_the_last_one_of_its_series():
    issue(drafted(), "Sara", DAY)
    late = drafted()
    with pytest.raises(NotReady) as refused:
        issue(late, "Sara", DAY - timedelta(days=1))
    assert [(fault.what, fault.value) for fault in refused.value.faults] == [
        ("before_last_number", "2026-11-03")
    ]
    assert issue(late, "Sara", DAY).number == "2/2026"


@pytest.mark.parametrize(
    ("day", "what"), [(date(2026, 10, 30), "before_month_end"), (date(2999, 1, 1), "00403")]
)
def test_an_invoice_is_dated_after_its_month_and_not_in_the_future(day, what):
    with pytest.raises(NotReady) as refused:
        issue(drafted(), "Sara", day)
    assert what in [fault.what for fault in refused.value.faults]


def test_an_invoice_is_a_fact():
    invoice = issue(drafted(), "Sara", DAY)
    with pytest.raises(FactIsFinal):
        invoice.save()
    with pytest.raises(FactIsFinal):
        Invoice.objects.update(total=0)
    with pytest.raises(FactIsFinal):
        InvoiceLine.objects.get().delete()


def test_what_the_customer_is_called_later_changes_nothing_that_was_issued():
    draft = drafted()
    invoice = issue(draft, "Sara", DAY)
    name = draft.organisation.name
    draft.organisation.name = "Another Name Srl"
    draft.organisation.save()
    assert invoice.transmissions.get().buyer["name"] == name
    assert name.encode() in xml_of(invoice)


@needs_schema
@pytest.mark.parametrize("kind", [kind for kind in CUSTOMERS if kind != "eu_consumer"])
def test_every_kind_of_customers_invoice_is_valid_against_the_schema(kind, settings):
    settings.FATTURAPA_SCHEMA = str(SCHEMAS)
    invoice = issue(drafted(kind, 77, "1.70"), "Sara", DAY)
    assert schema_errors(xml_of(invoice), str(SCHEMAS)) == []


def test_where_a_schema_is_at_hand_it_has_the_last_word(settings, tmp_path):
    """A schema that knows another document: what passes our checks is refused by it, and no number is spent."""
    (tmp_path / "Schema_VFPR12_v1.2.3.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Altro"/></xs:schema>'
    )
    settings.FATTURAPA_SCHEMA = str(tmp_path)
    with pytest.raises(NotReady) as refused:
        issue(drafted(), "Sara", DAY)
    assert {fault.what for fault in refused.value.faults} == {"schema"}
    assert not Invoice.objects.exists()
    assert not NumberSeries.objects.filter(register="invoices").exists()


def test_every_file_has_a_name_of_its_own():
    names = [issue(drafted(), "Sara", DAY).transmissions.get().file_name for _ in range(3)]
    assert names == [f"IT06363391001_0000{number}.xml" for number in (1, 2, 3)]


def test_names_of_files_go_on_from_those_used_elsewhere():
    NumberSeries.objects.create(register="files", last=36**2 * 5 - 1)
    assert issue(drafted(), "Sara", DAY).transmissions.get().progressive == "00500"


def test_when_the_names_of_files_are_used_up_nothing_is_issued():
    NumberSeries.objects.create(register="files", last=36**5 - 1)
    with pytest.raises(NotReady):
        issue(drafted(), "Sara", DAY)
    assert not NumberSeries.objects.filter(register="invoices").exists()


def test_the_same_invoice_comes_out_when_its_month_is_counted_again_from_the_facts_alone():
    organisation = customer()
    for quantity, price in ((137, "0.14"), (77, "0.70"), (1000, "0.0065"), (3, "0.335")):
        use(organisation, quantity, price)
    invoice = issue(draft_of(organisation), "Sara", DAY)
    issued = replace(issued_document(invoice), number="0", progressive="0", settlements=())

    composition = compose(invoice.draft, DAY)
    assert replace(composition.document, settlements=()) == issued


def test_what_is_issued_adds_up():
    issue(drafted(), "Sara", DAY)
    issue(drafted("foreign", 100, "1.00"), "Sara", DAY)
    issue(drafted("public_body", 3, "0.335"), "Sara", DAY)
    assert unequal_invoices() == []


def test_a_deferred_invoice_names_the_statement_that_it_rests_on():
    draft = drafted()
    InvoiceDraft.objects.filter(pk=draft.pk).update(kind=InvoiceKind.DEFERRED)
    invoice = issue(draft, "Sara", DAY)
    xml = xml_of(invoice).decode()
    assert "<TipoDocumento>TD24</TipoDocumento>" in xml
    assert f"<NumeroDDT>{invoice.statement.number}</NumeroDDT>" in xml
    assert "<DataDDT>2026-10-31</DataDDT>" in xml


@pytest.mark.parametrize(
    ("kind", "on", "today", "told"),
    [
        (InvoiceKind.DEFERRED, 15, 15, []),
        (InvoiceKind.DEFERRED, 16, 16, ["deferred_late"]),
        # Whatever its date is: it cannot be sent before today.
        (InvoiceKind.DEFERRED, 14, 16, ["deferred_late"]),
        (InvoiceKind.INVOICE, 3, 15, []),
        (InvoiceKind.INVOICE, 3, 16, ["sent_late"]),
        (InvoiceKind.INVOICE, 25, 25, []),
    ],
)
def test_what_cannot_be_sent_in_time_any_more_says_so_beforehand(kind, on, today, told):
    draft = drafted()
    draft.kind = kind
    with time_machine.travel(datetime(2026, 11, today, 9, tzinfo=UTC), tick=False):
        warnings = compose(draft, date(2026, 11, on)).warnings
    assert [fault.what for fault in warnings] == told
    assert all("2026-11-15" in sentence_of(fault) for fault in warnings)


def test_what_a_wallet_has_paid_is_a_payment_and_only_the_rest_is_asked_for():
    organisation = customer()
    invoice = issue(prepaid_draft(organisation, 137, "0.14", "20.00"), "Sara", DAY)
    assert [(one.amount, one.method) for one in Payment.objects.all()] == [(Decimal("20.00"), "MP22")]
    xml = xml_of(invoice).decode()
    assert "<ImportoPagamento>20.00</ImportoPagamento>" in xml
    assert "<ImportoPagamento>3.40</ImportoPagamento>" in xml
    assert Invoice.objects.with_settled().get().outstanding == Decimal("3.40")


def settled(invoice: Invoice) -> tuple[Decimal, list[tuple[Decimal, str]]]:
    """What is open, and what was paid from the wallet."""
    paid = list(invoice.payments.order_by("amount").values_list("amount", "method"))
    return Invoice.objects.with_settled().get(pk=invoice.pk).outstanding, paid


def test_what_the_wallet_has_paid_beyond_the_invoice_is_to_be_refunded():
    organisation = customer()
    use(organisation, 10, "1.00", funding="wallet")
    correct(use(organisation, 4, "1.00", at=datetime(2026, 9, 10, tzinfo=UTC)), IN_MONTH)
    invoice = issue(draft_of(organisation), "Sara", DAY)
    assert invoice.due == Decimal("7.32")
    assert settled(invoice) == (Decimal("-4.88"), [(Decimal("12.20"), "MP22")])
    assert "<ImportoPagamento>7.32</ImportoPagamento>" in xml_of(invoice).decode()


def test_what_the_wallet_got_back_is_not_given_a_second_time():
    organisation = customer()
    use(organisation, 10, "1.00")
    earlier = use(organisation, 4, "1.00", at=datetime(2026, 9, 10, tzinfo=UTC), funding="wallet")
    correct(earlier, IN_MONTH)
    draft = draft_of(organisation)
    assert (draft.kind, draft.statement.prepaid) == ("TD01", Decimal("-4.88"))
    invoice = issue(draft, "Sara", DAY)
    assert settled(invoice) == (Decimal("12.20"), [(Decimal("-4.88"), "MP22")])
    assert "<ImportoPagamento>12.20</ImportoPagamento>" in xml_of(invoice).decode()


def test_a_credit_note_for_what_the_wallet_had_paid_leaves_nothing_open():
    organisation = customer()
    september = datetime(2026, 9, 10, tzinfo=UTC)
    rows = use(organisation, 4, "1.00", at=september, funding="wallet")
    first = issue(draft_of(organisation, date(2026, 9, 1)), "Sara", DAY)
    correct(rows[:3], IN_MONTH)
    note = issue(draft_of(organisation), "Sara", DAY)
    assert (note.kind, note.due) == ("TD04", Decimal("3.66"))
    assert settled(first) == (Decimal("0.00"), [(Decimal("-3.66"), "MP22"), (Decimal("4.88"), "MP22")])


def test_corrections_within_a_month_that_stays_positive_are_lines_with_a_negative_price():
    organisation = customer()
    use(organisation, 10, "0.95")
    earlier = use(organisation, 2, "0.70", at=datetime(2026, 9, 10, tzinfo=UTC))
    correct(earlier, IN_MONTH)
    invoice = issue(draft_of(organisation), "Sara", DAY)
    assert [(line.quantity, line.unit_price, line.net) for line in invoice.lines.order_by("unit_price")] == [
        (2, Decimal("-0.70"), Decimal("-1.40")),
        (10, Decimal("0.95"), Decimal("9.50")),
    ]
    assert invoice.net == Decimal("8.10")


def test_whoever_pays_gets_a_mail_in_their_language():
    draft = drafted()
    for role, language in (("owner", "fr"), ("accountant", "en"), ("sender", "it")):
        MembershipFactory(organisation=draft.organisation, role=role, user__language=language)
    invoice = issue(draft, "Sara", DAY)
    subjects = {mail.language: mail.subject for mail in Mail.objects.filter(kind="invoice_issued")}
    assert set(subjects) == {"fr", "en"}
    assert subjects["en"] == "Your invoice 1/2026: €23.40"
    assert invoice.language == "fr"


@pytest.mark.parametrize(
    ("prepaid", "told"),
    [
        ("0.00", "€23.40, to be paid by 3 December 2026"),
        ("20.00", "€23.40, of which €3.40 is still to be paid by 3 December 2026"),
        ("23.40", "€23.40, all of it paid from the wallet"),
    ],
)
def test_the_mail_asks_for_what_the_wallet_has_not_paid(prepaid, told):
    draft = prepaid_draft(customer(), 137, "0.14", prepaid)
    MembershipFactory(organisation=draft.organisation, user__language="en")
    issue(draft, "Sara", DAY)
    letter = Mail.objects.get(kind="invoice_issued")
    for sealed in (letter.sealed_text, letter.sealed_html):
        text = " ".join(open_sealed(sealed, PURPOSE).decode().split())
        assert told in text
        assert ("to be paid by" in text) is (prepaid != "23.40")


def test_approved_drafts_are_issued_in_order_and_what_cannot_be_comes_back_with_its_problems():
    good, bad, other = drafted(), drafted(city=""), drafted()
    assert approve([good, bad, other], "Sara") == 3
    assert issue_approved() == 2
    bad.refresh_from_db()
    assert (bad.state, bad.problems) == ("open", [["00200", "buyer.city", "missing", ""]])
    assert gaps() == []
    assert issue_approved() == 0


def test_a_discarded_draft_is_never_issued():
    draft = drafted()
    assert discard(draft, "Sara", "billed by hand")
    assert not discard(draft, "Sara", "again")
    with pytest.raises(NotReady) as refused:
        issue(draft, "Sara", DAY)
    assert [fault.what for fault in refused.value.faults] == ["draft_discarded"]


def test_the_command_issues_a_whole_month_and_says_what_it_could_not(capsys):
    use(customer(), 2)
    use(customer(name="Incomplete Srl", city=""), 2)
    with pytest.raises(CommandError, match="Not everything"):
        call_command("close_month", "2026-10", "--issue")
    said = capsys.readouterr()
    assert "1 issued, 1 refused" in said.out
    assert "Incomplete Srl: Customer, city: is missing." in said.err


def test_the_command_tells_how_many_of_a_month_were_issued_late(capsys):
    for day, told in ((15, "2 issued, 0 refused\n"), (16, "2 issued, 0 refused; late: 1\n")):
        with time_machine.travel(datetime(2026, 11, day, 9, tzinfo=UTC), tick=False):
            use(customer(), 2)
            prepaid_draft(customer(), 2, "1.00", "1.00")
            call_command("close_month", "2026-10", "--issue")
        assert told in capsys.readouterr().out


def test_everything_that_can_be_wrong_has_a_sentence():
    """Every key that the checks and flows use is told in words, and every place is named."""
    import re
    from pathlib import Path

    folder = Path(fattura.__file__).parents[1]
    sources = [folder / "fattura" / "checks.py", *(folder / "flows").glob("*.py")]
    text = "\n".join(path.read_text() for path in sources)
    whats = set(re.findall(r'Fault\([^,()]+,[^,()]+, "(\w+)"', text)) | set(
        re.findall(r'_coded\(\s*"(\w+)"', text)
    )
    assert len(whats) > 20
    assert whats <= set(sentences()), whats - set(sentences())
    assert {"seller", "buyer", "line", "summary", "iban", "vat_code"} <= set(places())


def test_a_months_invoices_are_filed_from_the_very_bytes_that_were_checked():
    invoice = issue(drafted(), "Sara", DAY)
    assert Filing.objects.get().xml.encode() == xml_of(invoice)
    assert Transmission.objects.get().attempt == 1


def test_a_closed_month_of_many_customers_is_issued_without_a_gap():
    for _ in range(12):
        use(customer(), 2)
    close_month(MONTH)
    for draft in InvoiceDraft.objects.order_by("?"):
        issue(draft, "Sara", DAY)
    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == list(range(1, 13))
