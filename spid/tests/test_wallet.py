"""Activations of a customer who pays in advance: who has credit is bought, the others wait without holding up the line."""

from datetime import date
from decimal import Decimal

import pytest

from billing.flows.change_plan import change
from billing.flows.ledger import credit_of
from billing.flows.settle import decide_lost
from billing.flows.top_up import record_transfer
from billing.models import Purchase, Usage
from billing.tests.factories import plan_with
from customers.tests.factories import MembershipFactory
from spid import tasks
from spid.models import Activation

from . import steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price")]
State = Activation.State


@pytest.fixture
def member():
    """An owner who pays in advance and has credit for one activation (19.90 and VAT)."""
    member = MembershipFactory()
    change(member.organisation, plan_with(fee=0), "Staff")
    top_up(member, "30.00")
    return member


def top_up(member, amount):
    record_transfer(member.organisation, Decimal(amount), date(2026, 11, 2), f"TRN {amount}", "Staff")


def states(people):
    return [Activation.objects.get(pk=one.pk).state for one in people]


def test_who_finds_no_credit_waits_and_holds_nobody_up(sandbox, member):
    people = steps.ordered(2, member)
    assert states(people) == [State.HANDED_OVER, State.AWAITING_CREDIT]
    assert steps.kinds(people[1])[-1] == "awaiting_funds"
    others = steps.ordered(1)
    assert states(others) == [State.HANDED_OVER]

    top_up(member, "20.00")
    tasks.send_line()

    assert states(people) == [State.HANDED_OVER, State.HANDED_OVER]
    used = Usage.objects.for_organisation(member.organisation)
    assert list(used.values_list("funding", "unit_price")) == [("wallet", Decimal("19.90"))] * 2
    assert credit_of(member.organisation).total == Decimal("50.00") - 2 * Decimal("24.278")
    steps.books_agree(sandbox)


def test_a_lost_voucher_pays_for_the_one_that_works(sandbox, member, no_queue):
    (anna,) = steps.ordered(1, member)
    Purchase.objects.update(state=Purchase.State.UNDECIDED)
    assert decide_lost(Purchase.objects.get(), "Staff", again=True)
    steps.beat()
    assert states([anna]) == [State.HANDED_OVER]
    assert Usage.objects.get().funding == "wallet"
    assert credit_of(member.organisation).total == Decimal("30.00") - Decimal("24.278")
