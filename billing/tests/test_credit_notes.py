"""Credit notes: they name what they credit, and any number of them never takes back a cent too much."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.fattura.schema import schema_errors
from billing.flows.credit_invoice import NothingToCredit, draft_credit
from billing.flows.credit_lines import available
from billing.flows.file_invoice import xml_of
from billing.flows.issue_invoice import NotReady, issue
from billing.flows.record_payment import Received, record_payment
from billing.flows.recount import gaps, unequal_invoices
from billing.models import Invoice, InvoiceCredit, InvoiceDraft
from customers.models import VatProof

from .fattura_samples import SCHEMAS, needs_schema
from .invoice_factories import IN_MONTH, SellerFactory, correct, customer, draft_of, use

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 3)
SEPTEMBER = datetime(2026, 9, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _seller():
    SellerFactory(credit_series="NC")


def invoiced(*cart, kind="business", month=date(2026, 10, 1), at=IN_MONTH, organisation=None):
    organisation = organisation or customer(kind)
    for quantity, price in cart:
        use(organisation, quantity, price, at)
    return issue(draft_of(organisation, month), "Sara", DAY)


def credited(invoice, *quantities):
    pieces = dict(zip([line.pk for line in invoice.lines.all()], quantities, strict=False))
    return issue(draft_credit(invoice, pieces, "Errore di fatturazione", "Sara"), "Sara", DAY)


def settled(invoice):
    return Invoice.objects.with_settled().get(pk=invoice.pk)


def test_a_credit_note_takes_everything_back():
    invoice = invoiced((137, "0.14"), (3, "0.335"))
    note = credited(invoice, 137, 3)
    assert note.number == "1/NC/2026"
    assert (note.net, note.tax, note.total) == (invoice.net, invoice.tax, invoice.total)
    assert settled(invoice).outstanding == 0
    assert settled(note).outstanding == 0
    xml = xml_of(note).decode()
    assert "<TipoDocumento>TD04</TipoDocumento>" in xml
    assert f"<IdDocumento>{invoice.number}</IdDocumento>" in xml
    assert "<Causale>Errore di fatturazione</Causale>" in xml
    assert "DatiPagamento" not in xml


def test_a_part_is_credited_and_the_rest_stays_owed():
    invoice = invoiced((137, "0.14"))
    note = credited(invoice, 37)
    assert (note.net, note.tax) == (Decimal("5.18"), Decimal("1.14"))
    assert settled(invoice).outstanding == invoice.due - note.due
    assert available(invoice) == {invoice.lines.get().pk: 100}


def test_more_than_is_left_is_refused_and_no_number_is_spent():
    invoice = invoiced((10, "0.14"))
    first = draft_credit(invoice, {invoice.lines.get().pk: 8}, "x", "Sara")
    second = draft_credit(invoice, {invoice.lines.get().pk: 8}, "x", "Sara")
    issue(first, "Sara", DAY)
    with pytest.raises(NotReady) as refused:
        issue(second, "Sara", DAY)
    assert [(fault.what, fault.value) for fault in refused.value.faults] == [("too_much_credited", "2")]
    assert gaps() == []


def test_what_is_credited_wholly_is_not_credited_again():
    invoice = invoiced((10, "0.14"))
    credited(invoice, 10)
    with pytest.raises(NothingToCredit):
        draft_credit(invoice, {invoice.lines.get().pk: 1}, "x", "Sara")


def test_a_credit_note_is_not_credited():
    with pytest.raises(NothingToCredit):
        draft_credit(credited(invoiced((10, "0.14")), 1), {1: 1}, "x", "Sara")


def test_a_credit_note_needs_a_reason():
    invoice = invoiced((10, "0.14"))
    with pytest.raises(NotReady) as refused:
        issue(draft_credit(invoice, {invoice.lines.get().pk: 1}, " ", "Sara"), "Sara", DAY)
    assert [(fault.where, fault.what) for fault in refused.value.faults] == [("reason", "missing")]


def test_a_credit_note_is_not_dated_before_its_invoice():
    invoice = invoiced((10, "0.14"))
    with pytest.raises(NotReady) as refused:
        issue(draft_credit(invoice, {invoice.lines.get().pk: 1}, "x", "Sara"), "Sara", date(2026, 11, 2))
    assert [fault.code for fault in refused.value.faults] == ["00418"]


def test_credits_follow_the_rates_of_their_invoice_and_not_todays():
    invoice = invoiced((100, "1.00"), kind="public_body")
    note = credited(invoice, 50)
    assert (note.total, note.due, note.is_split) == (Decimal("61.00"), Decimal("50.00"), True)
    assert settled(invoice).outstanding == Decimal("50.00")


def test_a_company_that_vies_does_not_know_any_more_is_credited_all_the_same():
    """Its invoice had the proof; that the number has ended since is no reason to keep the money."""
    invoice = invoiced((100, "1.00"), kind="eu_business")
    house = invoice.organisation
    VatProof(organisation=house, vat_number=house.vat_number, answer="invalid").save()
    assert credited(invoice, 100).total == Decimal("100.00")


def test_what_was_paid_and_then_credited_is_to_be_refunded():
    invoice = invoiced((100, "1.00"))
    record_payment(invoice, Received(invoice.due, DAY), "bank:1", "Sara")
    credited(invoice, 100)
    refund = settled(invoice)
    assert (refund.outstanding, refund.payment_state(DAY)) == (-invoice.due, "refund")


def test_a_month_of_corrections_credits_the_invoice_of_the_month_that_they_correct():
    organisation = customer()
    rows = use(organisation, 10, "0.95", SEPTEMBER)
    september = issue(draft_of(organisation, date(2026, 9, 1)), "Sara", DAY)
    correct(rows[:4], IN_MONTH)
    draft = draft_of(organisation)
    assert draft.kind == "TD04"
    note = issue(draft, "Sara", DAY)
    assert (note.net, note.tax) == (Decimal("3.80"), Decimal("0.84"))
    assert InvoiceCredit.objects.get().invoice == september
    assert settled(september).outstanding == september.due - note.due
    assert "Consuntivo" in note.reason


def test_corrections_of_several_months_credit_each_up_to_what_it_is_worth():
    organisation = customer()
    august = use(organisation, 10, "1.00", datetime(2026, 8, 10, tzinfo=UTC))
    september = use(organisation, 2, "1.00", SEPTEMBER)
    first = issue(draft_of(organisation, date(2026, 8, 1)), "Sara", DAY)
    second = issue(draft_of(organisation, date(2026, 9, 1)), "Sara", DAY)
    correct([*august[:5], *september], IN_MONTH)
    note = issue(draft_of(organisation), "Sara", DAY)
    assert note.due == Decimal("8.54")
    assert settled(second).outstanding == 0
    assert settled(first).outstanding == first.due + second.due - note.due
    xml = xml_of(note).decode()
    assert xml.count("<DatiFattureCollegate>") == 2


def test_corrections_of_a_month_that_ended_in_a_credit_note_credit_the_invoice_behind_it():
    organisation = customer()
    august = use(organisation, 5, "1.00", datetime(2026, 8, 10, tzinfo=UTC))
    first = issue(draft_of(organisation, date(2026, 8, 1)), "Sara", DAY)
    september = use(organisation, 1, "1.00", SEPTEMBER)
    correct(august[:3], SEPTEMBER)
    assert issue(draft_of(organisation, date(2026, 9, 1)), "Sara", DAY).kind == "TD04"
    correct(september, IN_MONTH)
    note = issue(draft_of(organisation), "Sara", DAY)
    assert list(InvoiceCredit.objects.filter(credit_note=note).values_list("invoice", flat=True)) == [
        first.pk
    ]
    assert settled(first).outstanding == Decimal("2.44")


def test_corrections_of_a_month_that_is_not_issued_wait_for_it():
    organisation = customer()
    rows = use(organisation, 10, "0.95", SEPTEMBER)
    earlier = draft_of(organisation, date(2026, 9, 1))
    correct(rows[:4], IN_MONTH)
    draft = draft_of(organisation)
    with pytest.raises(NotReady) as refused:
        issue(draft, "Sara", DAY)
    assert ("credited_not_issued", "2026-09") in [(fault.what, fault.value) for fault in refused.value.faults]
    issue(earlier, "Sara", DAY)
    assert issue(draft, "Sara", DAY).kind == "TD04"


@needs_schema
@pytest.mark.parametrize("kind", ["business", "public_body", "consumer", "eu_business", "foreign"])
def test_every_kind_of_customers_credit_note_is_valid_against_the_schema(kind):
    note = credited(invoiced((100, "1.00"), (7, "0.335"), kind=kind), 3, 99)
    assert schema_errors(xml_of(note), str(SCHEMAS)) == []


PRICES = st.sampled_from(["0.335", "0.0065", "0.14", "9.90", "0.013", "0.00333333"])
CARTS = st.lists(st.tuples(st.integers(1, 40), PRICES), min_size=1, max_size=3, unique_by=lambda one: one[1])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CARTS, st.lists(st.lists(st.integers(0, 15), min_size=3, max_size=3), min_size=1, max_size=4))
def test_credits_in_any_steps_add_up_to_the_invoice_and_not_a_cent_more(cart, steps):
    with transaction.atomic():
        organisation = customer()
        for quantity, price in cart:
            use(organisation, quantity, price)
        draft = draft_of_if_any(organisation)
        if draft:
            invoice = issue(draft, "Sara", DAY)
            lines = list(invoice.lines.all())
            notes = []
            for wanted in [*steps, [100, 100, 100]]:
                left = available(invoice)
                pieces = {
                    line.pk: min(left[line.pk], want) for line, want in zip(lines, wanted, strict=False)
                }
                try:
                    notes.append(issue(draft_credit(invoice, pieces, "x", "Sara"), "Sara", DAY))
                except (NothingToCredit, NotReady):
                    continue
            rest = sum(available(invoice).values())
            back = sum(note.total for note in notes)
            assert back <= invoice.total
            if not rest:
                assert (back, sum(note.tax for note in notes)) == (invoice.total, invoice.tax)
                assert settled(invoice).outstanding == 0
            assert unequal_invoices() == []
        transaction.set_rollback(True)


def draft_of_if_any(organisation):
    """A cart that is worth nothing (3 × 0.0013) is closed without a draft."""
    try:
        return draft_of(organisation)
    except InvoiceDraft.DoesNotExist:
        return None
