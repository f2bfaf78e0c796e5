"""Customers' credit: moved and never edited, never below zero, and provably the sum of its movements."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from billing.flows.ledger import Credit, NoCredit, credit_of, open_ledger
from billing.flows.prove_ledger import broken_ledgers, tell_of_broken
from billing.flows.top_up import record_transfer
from billing.models import BankTransfer, Movement
from customers.tests.factories import MembershipFactory
from facts.append_only import FactIsFinal
from outbox.models import Mail

from .factories import CustomerFactory

pytestmark = pytest.mark.django_db
Kind = Movement.Kind


def topped_up(organisation, amount="50.00", reference="TRN-1"):
    return record_transfer(organisation, Decimal(amount), date(2026, 11, 2), reference, "Staff")


def post(organisation, kind, amount, key):
    with open_ledger(organisation) as ledger:
        return ledger.post(kind, Decimal(amount), key)


def test_a_transfer_becomes_credit():
    customer = CustomerFactory()
    topped_up(customer)
    assert credit_of(customer) == Credit(Decimal("50.00"), Decimal(0))
    assert credit_of(CustomerFactory()) == Credit(Decimal(0), Decimal(0))


def test_the_same_transfer_is_recorded_once():
    customer = CustomerFactory()
    topped_up(customer)
    with pytest.raises(IntegrityError), transaction.atomic():
        topped_up(customer)
    assert credit_of(customer).available == Decimal("50.00")


def test_what_is_held_is_not_free_and_comes_back_or_is_used():
    customer = CustomerFactory()
    topped_up(customer)
    post(customer, Kind.HOLD, "1.159", "hold:1")
    assert credit_of(customer) == Credit(Decimal("48.841"), Decimal("1.159"))
    post(customer, Kind.RELEASE, "0.159", "release:1")
    post(customer, Kind.USE, "1", "use:1")
    assert credit_of(customer) == Credit(Decimal("49"), Decimal(0))


def test_nothing_is_taken_that_is_not_there():
    customer = CustomerFactory()
    topped_up(customer, "10.00")
    with pytest.raises(NoCredit) as refused:
        post(customer, Kind.HOLD, "10.01", "hold:1")
    assert refused.value.missing == Decimal("0.01")
    assert Movement.objects.count() == 1


def test_the_database_itself_refuses_a_balance_below_zero():
    movement = Movement(
        organisation=CustomerFactory(), number=1, key="x", kind=Kind.FEE, from_account="wallet", to_account="used",
        amount=Decimal(1), wallet_after=Decimal(-1), held_after=Decimal(0),
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        movement.save()


def test_movements_are_never_changed():
    topped_up(CustomerFactory())
    with pytest.raises(FactIsFinal):
        Movement.objects.get().save()
    with pytest.raises(FactIsFinal):
        Movement.objects.all().delete()


def test_a_transfer_that_went_back_takes_no_more_than_there_is():
    customer = CustomerFactory()
    topped_up(customer, "10.00")
    back = {"direction": BankTransfer.Direction.OUT}
    with pytest.raises(NoCredit):
        record_transfer(customer, Decimal("10.01"), date(2026, 11, 3), "TRN-2", "Staff", **back)
    assert BankTransfer.objects.count() == 1
    record_transfer(customer, Decimal("10.00"), date(2026, 11, 3), "TRN-3", "Staff", **back)
    assert credit_of(customer).total == 0


def test_a_sound_ledger_holds():
    for customer in (CustomerFactory(), CustomerFactory()):
        topped_up(customer, reference=f"TRN-{customer.pk}")
        post(customer, Kind.HOLD, "0.0079300", f"hold:{customer.pk}")
    assert list(broken_ledgers()) == []


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("UPDATE billing_movement SET amount = 49 WHERE number = 1", 1),
        ("UPDATE billing_movement SET wallet_after = 40 WHERE number = 2", 2),
        ("UPDATE billing_movement SET from_account = 'card' WHERE number = 1", 1),
        ("DELETE FROM billing_movement WHERE number = 2", 2),
    ],
)
def test_the_nightly_proof_finds_what_was_edited_behind_our_back(change, number, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    customer = CustomerFactory()
    topped_up(customer)
    post(customer, Kind.HOLD, "2", "hold:1")
    post(customer, Kind.USE, "2", "use:1")
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert [(broken.organisation_id, broken.number) for broken in broken_ledgers()] == [(customer.pk, number)]
    assert tell_of_broken() == 1
    assert Mail.objects.filter(kind="alarm").count() == 1


def test_who_looks_after_the_money_hears_once_each_time_that_it_runs_low(settings):
    settings.LOW_CREDIT = Decimal("20.00")
    owner = MembershipFactory()
    customer = owner.organisation
    accountant = MembershipFactory(organisation=customer, role="accountant")
    MembershipFactory(organisation=customer, role="sender")
    topped_up(customer, "30.00")
    post(customer, Kind.HOLD, "11.00", "hold:1")
    post(customer, Kind.HOLD, "1.00", "hold:2")
    told = Mail.objects.filter(kind="low_credit")
    assert set(told.values_list("recipient", flat=True)) == {owner.user.email, accountant.user.email}
    assert told.count() == 2
    topped_up(customer, "30.00", "TRN-2")
    post(customer, Kind.HOLD, "29.00", "hold:3")
    assert told.count() == 4
