"""The nightly proof finds what does not hold, and rings."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from billing.flows import roll_up
from billing.flows.close_month import close_month
from billing.flows.issue_invoice import issue
from billing.flows.recount import differences, gaps, prove, unequal_invoices
from billing.models import Invoice, InvoiceDraft, Statement, StatementLine
from outbox.models import Mail

from .invoice_factories import IN_MONTH, MONTH, SellerFactory, customer, use

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 3)


@pytest.fixture(autouse=True)
def _alerts(settings):
    settings.STAFF_ALERTS = ["staff@example.it"]
    SellerFactory()


def tamper(sql, *values):
    """Change a fact behind the portal's back, as only somebody with the database's password can."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def closed(count=2):
    for _ in range(count):
        use(customer(), 7, "0.14")
    close_month(MONTH)


def test_a_sound_month_proves_without_a_word():
    closed()
    for draft in InvoiceDraft.objects.all():
        issue(draft, "Sara", DAY)
    assert prove() == 0
    assert not Mail.objects.filter(kind="alarm").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE billing_statementline SET quantity = 8",
        "UPDATE billing_statementline SET net = 0.99",
        "UPDATE billing_statement SET net = 0.99",
        "DELETE FROM billing_statementline",
        "UPDATE billing_usage SET unit_price = 0.15",
        "UPDATE billing_statement SET prepaid = 0.98",
    ],
)
def test_a_changed_statement_or_fact_is_found(sql):
    closed(1)
    tamper(sql)
    assert [one.statement for one in differences(MONTH)] == [Statement.objects.get()]
    assert prove() == 1
    assert prove() == 1
    assert Mail.objects.filter(kind="alarm").count() == 1


def test_a_fact_that_is_metered_into_a_closed_month_is_found():
    organisation = customer()
    use(organisation, 7, "0.14")
    close_month(MONTH)
    use(organisation, 1, "0.14", IN_MONTH + timedelta(days=1))
    (found,) = differences(MONTH)
    assert list(found.stated.values()) == [(7, Decimal("0.98"))]
    assert list(found.counted.values()) == [(8, Decimal("1.12"))]


def test_facts_of_a_closed_month_without_any_statement_are_found():
    use(customer(), 7, "0.14")
    close_month(MONTH)
    forgotten = customer()
    use(forgotten, 7, "0.14")
    (found,) = differences(MONTH)
    assert (found.organisation_id, found.statement) == (forgotten.pk, None)
    assert prove() == 1
    assert Mail.objects.filter(kind="alarm").count() == 1


def test_a_month_that_nobody_has_closed_is_found():
    fact = use(customer(), 1, "0.14")[0]
    roll_up.rebuild(fact.organisation_id)
    assert prove() == 1
    close_month(MONTH)
    assert prove() == 0


def test_who_comes_onto_the_split_payment_list_afterwards_rings_no_alarm():
    organisation = customer()
    use(organisation, 7, "1.00", funding="wallet")
    close_month(MONTH)
    assert Statement.objects.get().prepaid == Decimal("8.54")
    organisation.is_on_split_list = True
    organisation.save()
    assert list(differences(MONTH)) == []


def test_a_gap_in_the_numbers_is_found():
    closed(3)
    for draft in InvoiceDraft.objects.all():
        issue(draft, "Sara", DAY)
    tamper("UPDATE billing_invoice SET sequence = 9 WHERE sequence = 2")
    assert gaps() == ["– 2026"]
    assert prove() == 1


def test_an_invoice_that_does_not_add_up_is_found():
    closed(1)
    invoice = issue(InvoiceDraft.objects.get(), "Sara", DAY)
    tamper("UPDATE billing_invoiceline SET net = 1.00")
    assert unequal_invoices() == [invoice.number]


def test_statements_of_other_months_are_left_alone():
    closed(1)
    assert list(differences(date(2026, 9, 1))) == []
    assert StatementLine.objects.count() == 1
    assert Invoice.objects.count() == 0
