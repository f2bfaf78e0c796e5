"""What is open on an invoice is a sum; reminders go out once each; outcomes of SdI are facts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from billing.flows.credit_invoice import draft_credit
from billing.flows.file_invoice import xml_of
from billing.flows.issue_invoice import NotReady, issue
from billing.flows.record_outcome import is_rejected, record_outcome
from billing.flows.record_payment import Received, record_payment
from billing.flows.remind_debtors import remind_due
from billing.flows.resend_invoice import resend
from billing.models import Charge, Invoice, Payment, Reminder, SdiOutcome
from billing.models.transmission import latest
from customers.tests.factories import MembershipFactory
from facts.append_only import FactIsFinal
from outbox.models import Mail

from .invoice_factories import IN_MONTH, SellerFactory, customer, draft_of, use

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 3)
DUE = date(2026, 12, 3)


@pytest.fixture
def invoice():
    SellerFactory()
    organisation = customer()
    MembershipFactory(organisation=organisation, user__language="it")
    use(organisation, 100, "1.00")
    return issue(draft_of(organisation), "Sara", DAY)


def pay(invoice, amount, key):
    return record_payment(invoice, Received(Decimal(amount), DAY), key, "Sara")


def state(invoice, today=DAY):
    found = Invoice.objects.with_settled().get(pk=invoice.pk)
    return found.payment_state(today), found.outstanding


def test_what_is_open_is_the_sum_of_what_was_paid(invoice):
    assert state(invoice) == ("open", Decimal("122.00"))
    pay(invoice, "22.00", "bank:1")
    assert state(invoice) == ("partly", Decimal("100.00"))
    assert state(invoice, DUE + timedelta(days=1)) == ("overdue", Decimal("100.00"))
    pay(invoice, "100.00", "bank:2")
    assert state(invoice, DUE + timedelta(days=1)) == ("paid", Decimal("0.00"))
    pay(invoice, "5.00", "bank:3")
    assert state(invoice) == ("refund", Decimal("-5.00"))
    pay(invoice, "-5.00", "bank:4")
    assert state(invoice) == ("paid", Decimal("0.00"))


def test_on_the_due_day_itself_nothing_is_overdue(invoice):
    assert state(invoice, DUE)[0] == "open"
    assert state(invoice, DUE + timedelta(days=1))[0] == "overdue"


def test_the_same_fact_is_recorded_once(invoice):
    assert pay(invoice, "22.00", "bank:1")[1]
    assert not pay(invoice, "22.00", "bank:1")[1]
    assert Payment.objects.count() == 1


def test_a_payment_is_a_fact(invoice):
    payment, _ = pay(invoice, "22.00", "bank:1")
    with pytest.raises(FactIsFinal):
        payment.save()


def remind_on(day):
    with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), tick=False):
        return remind_due()


def test_reminders_go_out_on_their_days_and_once_each(invoice):
    assert remind_on(DUE - timedelta(days=4)) == 0
    assert remind_on(DUE - timedelta(days=3)) == 1
    assert remind_on(DUE - timedelta(days=2)) == 0
    assert remind_on(DUE + timedelta(days=7)) == 1
    assert remind_on(DUE + timedelta(days=7)) == 0
    assert remind_on(DUE + timedelta(days=21)) == 1
    assert remind_on(DUE + timedelta(days=400)) == 0
    assert [mail.kind for mail in Mail.objects.filter(kind__startswith="invoice_").order_by("pk")] == [
        "invoice_issued", "invoice_due_soon", "invoice_reminder", "invoice_reminder",
    ]  # fmt: skip


def test_of_days_that_passed_in_silence_only_the_latest_is_written(invoice):
    assert remind_on(DUE + timedelta(days=30)) == 1
    assert [reminder.days for reminder in Reminder.objects.all()] == [21]
    assert remind_on(DUE + timedelta(days=31)) == 0


def test_nobody_is_reminded_of_what_is_paid_or_credited(invoice):
    pay(invoice, "100.00", "bank:1")
    line = invoice.lines.get()
    issue(draft_credit(invoice, {line.pk: 19}, "x", "Sara"), "Sara", DAY)
    assert state(invoice)[0] == "refund"
    assert remind_on(DUE + timedelta(days=30)) == 0


def test_a_reminder_says_what_is_open_in_the_readers_language(invoice):
    pay(invoice, "22.00", "bank:1")
    remind_on(DUE + timedelta(days=7))
    mail = Mail.objects.get(kind="invoice_reminder")
    assert "100,00" in mail.subject
    assert mail.language == "it"


def test_an_outcome_is_recorded_once_and_stands(invoice):
    file = latest(invoice)
    assert record_outcome(file, "RC", DAY, "Sara", "1234567890")
    assert not record_outcome(file, "RC", DAY, "Sara", "1234567890")
    with pytest.raises(FactIsFinal):
        SdiOutcome.objects.get().save()


def test_whoever_could_not_be_reached_is_told_where_the_invoice_waits(invoice):
    record_outcome(latest(invoice), "MC", DAY, "Sara")
    mail = Mail.objects.get(kind="invoice_waiting")
    assert mail.language == "it"
    assert invoice.number in mail.subject


def test_a_rejected_invoice_is_sent_again_with_its_number_and_date_and_the_data_of_now(invoice):
    first = latest(invoice)
    with pytest.raises(NotReady):
        resend(invoice, "not rejected", "Sara")
    record_outcome(first, "NS", DAY, "Sara", note="00305: partita IVA non valida")
    assert is_rejected(first)
    invoice.organisation.vat_number = "07432261001"
    invoice.organisation.save()

    second = resend(invoice, "corrected the VAT number", "Sara")

    assert (second.attempt, second.file_name) == (2, "IT06363391001_00002.xml")
    xml = xml_of(invoice).decode()
    assert "<IdCodice>07432261001</IdCodice>" in xml
    assert f"<Numero>{invoice.number}</Numero>" in xml
    assert "<Data>2026-11-03</Data>" in xml
    assert Invoice.objects.count() == 1
    with pytest.raises(NotReady):
        resend(invoice, "again", "Sara")


def test_what_is_still_missing_keeps_a_rejected_invoice_from_being_sent_again(invoice):
    record_outcome(latest(invoice), "NS", DAY, "Sara")
    invoice.organisation.city = ""
    invoice.organisation.save()
    with pytest.raises(NotReady) as refused:
        resend(invoice, "x", "Sara")
    assert [fault.where for fault in refused.value.faults] == ["buyer.city"]
    assert invoice.transmissions.count() == 1


def test_an_invoice_that_is_sent_again_asks_for_the_same_money(invoice):
    before = xml_of(invoice).decode()
    record_outcome(latest(invoice), "NS", timezone.localdate(), "Sara")
    resend(invoice, "x", "Sara")
    after = xml_of(invoice).decode()
    assert after.replace(">00002<", ">00001<") == before


def test_the_fee_of_a_plan_does_not_keep_a_rejected_invoice_from_being_sent_again():
    """A plan's name is no code of an article, and the file sent again says what the first one said."""
    SellerFactory(is_stamp_charged=True)
    organisation = customer("foreign")
    Charge(
        organisation=organisation, key="fee:1", kind=Charge.Kind.FEE, product="Piano Società",
        description="Piano Società, 01/10/2026-31/10/2026", occurred_at=IN_MONTH, unit_price=Decimal("90.00"),
        vat_rate=Decimal("22.00"),
    ).save()  # fmt: skip
    invoice = issue(draft_of(organisation), "Sara", DAY)
    before = xml_of(invoice).decode()
    record_outcome(latest(invoice), "NS", DAY, "Sara")
    resend(invoice, "x", "Sara")
    assert xml_of(invoice).decode().replace(">00002<", ">00001<") == before


def test_what_a_public_body_refuses_is_sent_again_with_the_codes_of_now():
    """Most are refused for a missing CIG; the exchange system takes the same number and date after a refusal, too."""
    SellerFactory()
    organisation = customer("public_body", cig="")
    use(organisation, 100, "1.00")
    invoice = issue(draft_of(organisation), "Sara", DAY)
    record_outcome(latest(invoice), "NE-EC02", DAY, "Sara", note="manca il CIG")
    organisation.cig = "ZB12345678"
    organisation.save()
    resend(invoice, "with its CIG", "Sara")
    assert "<CodiceCIG>ZB12345678</CodiceCIG>" in xml_of(invoice).decode()
    with pytest.raises(NotReady):
        resend(invoice, "again", "Sara")


@pytest.mark.parametrize("outcome", ["NS", "NE-EC02"])
def test_nobody_is_reminded_of_an_invoice_that_counts_as_not_issued(invoice, outcome):
    record_outcome(latest(invoice), outcome, DAY, "Sara")
    assert remind_on(DUE + timedelta(days=7)) == 0
    resend(invoice, "corrected", "Sara")
    assert remind_on(DUE + timedelta(days=8)) == 1
