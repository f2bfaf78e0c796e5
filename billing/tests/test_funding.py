"""What pays for a purchase: reserved before it is sent, used when it is metered, given back when it is not bought."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.flows import purchase as fence
from billing.flows.buyers import Bought
from billing.flows.change_plan import change
from billing.flows.fund import end_funding
from billing.flows.go_on import go_on, go_on_due
from billing.flows.ledger import Credit, credit_of
from billing.flows.settle import decide_lost, send_again
from billing.flows.top_up import record_transfer
from billing.models import Movement, Plan, Price, Purchase, Reservation, Usage
from customers.models import CustomerGroup
from outbox.models import Mail
from upstream import InsufficientCredit, OutcomeUnknown, Rejected

from .factories import CostFactory, CustomerFactory, PriceFactory, plan_with
from .fake_buyer import PEAR, PLUM, FakeBuyer, bought, fruit, intend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fruit")]
State = Purchase.State
__all__ = ["fruit"]


def on_plan(amount="10.00", **fields):
    """A customer with a plan without a fee, and so much credit."""
    customer, plan = CustomerFactory(), plan_with(product=PEAR, fee=0, **fields)
    change(customer, plan, "Staff")
    if amount:
        record_transfer(customer, Decimal(amount), date(2026, 11, 2), f"TRN-{customer.pk}", "Staff")
    return customer


def funded(purchase):
    rows = Reservation.objects.filter(purchase=purchase)
    return {row.funding: row.quantity for row in rows}


def used(customer):
    rows = Usage.objects.for_organisation(customer).order_by("pk").values_list("funding", "unit_price")
    return sorted((funding, price) for funding, price in rows)


def test_free_pieces_go_first_then_those_in_the_fee_then_the_wallet():
    customer = on_plan(free=2, included=3)
    purchase = intend(customer, 7)
    assert funded(purchase) == {"free": 2, "package": 3, "wallet": 2}
    assert credit_of(customer) == Credit(Decimal("7.56"), Decimal("2.44"))
    bought(purchase)
    assert used(customer) == [("free", 0)] * 2 + [("package", 0)] * 3 + [("wallet", 1)] * 2
    assert credit_of(customer) == Credit(Decimal("7.56"), Decimal(0))


def test_what_is_used_up_is_not_given_twice():
    customer = on_plan(free=2, included=3)
    bought(intend(customer, 4))
    assert funded(intend(customer, 4)) == {"package": 1, "wallet": 3}


def test_pieces_of_one_product_are_none_of_another():
    assert funded(intend(on_plan(free=2), 1, product=PLUM)) == {"wallet": 1}


def test_without_credit_it_waits_and_goes_on_after_a_top_up():
    customer = on_plan("1.00", free=1)
    purchase = intend(customer, 3)
    assert purchase.state == State.AWAITING_FUNDS
    assert not Reservation.objects.exists()
    assert fence.claim(purchase.pk, timezone.now()) is None
    go_on_due()
    purchase.refresh_from_db()
    assert purchase.state == State.AWAITING_FUNDS
    record_transfer(customer, Decimal("1.44"), date(2026, 11, 3), "TRN-more", "Staff")
    assert go_on(customer.pk) == 1
    purchase.refresh_from_db()
    assert (purchase.state, funded(purchase)) == (State.INTENDED, {"free": 1, "wallet": 2})
    assert credit_of(customer) == Credit(Decimal(0), Decimal("2.44"))
    assert FakeBuyer.shown == [State.AWAITING_FUNDS, State.INTENDED]


def test_it_waits_at_the_price_that_was_shown():
    customer = on_plan("")
    purchase = intend(customer, 1)
    PriceFactory(product=PEAR, amount=Decimal("9.00"), valid_from=timezone.now())
    record_transfer(customer, Decimal("1.22"), date(2026, 11, 3), "TRN-more", "Staff")
    go_on(customer.pk)
    purchase.refresh_from_db()
    bought(purchase)
    assert used(customer) == [("wallet", 1)]
    assert credit_of(customer).total == 0


def test_without_a_plan_too_what_was_shown_is_what_is_billed():
    customer = CustomerFactory()
    purchase = intend(customer, 1)
    PriceFactory(product=PEAR, amount=Decimal("9.00"), valid_from=timezone.now())
    bought(purchase)
    assert used(customer) == [("postpaid", 1)]


def test_who_leaves_a_group_meanwhile_is_billed_what_was_shown():
    group = CustomerGroup.objects.create(name="Associates")
    customer = CustomerFactory(group=group)
    PriceFactory(product="fruit:fig", group=group, amount=Decimal("0.12345678"))
    CostFactory(product="fruit:fig", amount=Decimal("0.10"))
    purchase = intend(customer, 1, product="fruit:fig")
    customer.group = None
    customer.save()
    # Nobody else is sold any: without the price that was shown what is bought could not even be recorded.
    bought(Purchase.objects.get(pk=purchase.pk))
    assert used(customer) == [("postpaid", Decimal("0.12345678"))]


def test_what_fits_goes_on_before_what_does_not():
    customer = on_plan("1.00")
    large, small = intend(customer, 50), intend(customer, 1)
    assert {large.state, small.state} == {State.AWAITING_FUNDS}
    record_transfer(customer, Decimal("1.00"), date(2026, 11, 3), "TRN-more", "Staff")
    assert go_on(customer.pk) == 1
    assert set(Purchase.objects.filter(state=State.INTENDED)) == {small}


def test_who_looks_after_the_money_hears_once_a_day_that_something_waits():
    from customers.tests.factories import MembershipFactory

    customer = on_plan("")
    MembershipFactory(organisation=customer)
    intend(customer, 1)
    intend(customer, 1)
    assert Mail.objects.filter(kind="waits_for_credit").count() == 1


@pytest.mark.parametrize("end", ["refused", "withdrawn", "lost"])
def test_what_is_not_bought_is_given_back(end):
    customer = on_plan(free=1)
    purchase = intend(customer, 3)
    if end == "withdrawn":
        fence.withdraw(purchase)
    else:
        purchase = fence.claim(purchase.pk, timezone.now())
        if end == "refused":
            fence.record_failure(purchase, Rejected("no", status=422, proves_not_bought=True))
        else:
            Purchase.objects.filter(pk=purchase.pk).update(state=State.UNDECIDED)
            assert decide_lost(purchase, "Staff", again=False)
    assert credit_of(customer) == Credit(Decimal("10.00"), Decimal(0))
    assert funded(intend(customer, 1)) == {"free": 1}


@pytest.mark.parametrize(
    "error", [InsufficientCredit("none", status=402, proves_not_bought=True), OutcomeUnknown("timeout")]
)
def test_while_it_is_not_clear_or_waits_at_the_provider_it_stays_reserved(error):
    customer = on_plan()
    purchase = fence.claim(intend(customer, 1).pk, timezone.now())
    fence.record_failure(purchase, error)
    assert credit_of(customer).held == Decimal("1.22")
    if purchase.state == State.UNKNOWN:
        send_again(purchase, {})
        assert credit_of(customer).held == Decimal("1.22")


def test_a_lost_one_pays_for_its_replacement():
    customer = on_plan("1.22")
    purchase = fence.claim(intend(customer, 1).pk, timezone.now())
    Purchase.objects.filter(pk=purchase.pk).update(state=State.UNDECIDED)
    assert decide_lost(purchase, "Staff", again=True)
    again = Purchase.objects.exclude(pk=purchase.pk).get()
    assert again.state == State.INTENDED
    bought(again)
    assert used(customer) == [("wallet", 1)]


def test_a_bought_one_that_nobody_is_metered_for_is_given_back():
    customer = on_plan()
    purchase = intend(customer, 2)
    FakeBuyer.metered = 0
    bought(purchase)
    assert credit_of(customer) == Credit(Decimal("10.00"), Decimal(0))


def test_a_part_that_is_metered_is_used_and_the_rest_given_back():
    customer = on_plan()
    purchase = intend(customer, 3)
    FakeBuyer.metered = 1
    bought(purchase)
    assert credit_of(customer) == Credit(Decimal("8.78"), Decimal(0))


def test_an_end_that_is_told_twice_ends_once():
    customer = on_plan()
    purchase = intend(customer, 1)
    bought(purchase)
    fence.record_bought(purchase, Bought(purchase.provider_reference, None))
    end_funding(purchase)
    assert Movement.objects.filter(kind=Movement.Kind.USE).count() == 1


def test_more_than_was_reserved_is_invoiced_rather_than_lost():
    customer = on_plan(free=1)
    purchase = intend(customer, 1)
    FakeBuyer.metered = 2
    bought(purchase)
    assert used(customer) == [("free", 0), ("postpaid", 1)]


def test_the_invoice_pays_where_the_plan_says_so():
    customer = on_plan("", free=1, beyond=Plan.Beyond.POSTPAID)
    bought(intend(customer, 3))
    assert used(customer) == [("free", 0), ("postpaid", 1), ("postpaid", 1)]


def test_the_wallet_pays_while_it_lasts_and_then_the_invoice_does():
    customer = on_plan("3.00", beyond=Plan.Beyond.WALLET_FIRST)
    assert funded(intend(customer, 5)) == {"wallet": 2, "postpaid": 3}
    assert funded(intend(customer, 5)) == {"postpaid": 5}


def test_without_a_plan_all_is_invoiced_as_before_and_credit_stays():
    customer = CustomerFactory()
    record_transfer(customer, Decimal("5.00"), date(2026, 11, 2), "TRN-1", "Staff")
    purchase = intend(customer, 2)
    bought(purchase)
    assert not Reservation.objects.exists()
    assert used(customer) == [("postpaid", 1), ("postpaid", 1)]
    assert credit_of(customer).available == Decimal("5.00")


def test_a_price_of_many_decimals_is_held_and_used_exactly():
    customer = on_plan()
    Price(
        side="sell", product=PEAR, organisation=customer, amount=Decimal("0.0065"), source="contract"
    ).save()
    for _ in range(3):
        bought(intend(customer, 1))
    assert credit_of(customer).available == Decimal("10") - 3 * Decimal("0.00793")


def test_the_pieces_in_a_fee_that_is_not_paid_wait_with_it():
    customer = CustomerFactory()
    record_transfer(customer, Decimal("20.00"), date(2026, 1, 2), "TRN-1", "Staff")
    import time_machine

    with time_machine.travel("2026-01-10T12:00:00+00:00", tick=False):
        PriceFactory(product=PEAR, amount=Decimal(1), valid_from=timezone.now())
        change(customer, plan_with(free=1, included=5, product=PEAR), "Staff")
    with time_machine.travel("2026-02-10T12:00:00+00:00", tick=False):
        first = intend(customer, 2)
        assert funded(first) == {"free": 1, "wallet": 1}
        record_transfer(customer, Decimal("20.00"), date(2026, 2, 10), "TRN-2", "Staff")
        assert funded(intend(customer, 2)) == {"package": 2}


def test_hundreds_that_wait_for_the_same_are_one_question(django_assert_max_num_queries):
    customer = on_plan("")
    for _ in range(40):
        intend(customer, 1)
    with django_assert_max_num_queries(40):
        assert go_on(customer.pk) == 0
    record_transfer(customer, Decimal("2.44"), date(2026, 11, 3), "TRN-more", "Staff")
    assert go_on(customer.pk) == 2
