"""What several do to one customer's money in the same moment, on a database that lets them."""

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from billing.flows import purchase as fence
from billing.flows.buyers import Bought
from billing.flows.change_plan import change
from billing.flows.charge_fees import charge_due
from billing.flows.correct_usage import AlreadyCorrected, correct
from billing.flows.go_on import go_on
from billing.flows.ledger import credit_of
from billing.flows.prove_ledger import broken_ledgers
from billing.flows.roll_up import differences
from billing.flows.top_up import record_transfer
from billing.models import Charge, Plan, Purchase, Reservation, Usage

from .factories import CustomerFactory, plan_with
from .fake_buyer import PEAR, fruit, intend

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fruit"),
    pytest.mark.postgres,
]
State = Purchase.State
__all__ = ["fruit"]
AT_ONCE = 8


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Start all of these together; gives what each returned or raised, in order."""
    together, outcomes = threading.Barrier(len(calls)), [None] * len(calls)

    def go(number: int, call: Callable[[], Any]) -> None:
        together.wait(timeout=20)
        try:
            outcomes[number] = call()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "they wait for each other"
    return outcomes


def customer_with(amount: str, **fields: Any) -> Any:
    customer = CustomerFactory()
    change(customer, plan_with(product=PEAR, fee=0, **fields), "Staff")
    record_transfer(customer, Decimal(amount), date(2026, 1, 1), f"TRN-{customer.pk}", "Staff")
    return customer


def order(customer: Any, number: int) -> Purchase:
    return fence.intend(
        organisation=customer, fact_key=f"fruit:{number}", product=PEAR, generation="fruit", quantity=1,
        tariff="single", request_digest="0" * 64, now=timezone.now(),
    )  # fmt: skip


def test_who_orders_at_once_shares_what_there_is_and_nothing_is_given_twice():
    customer = customer_with("2.44", free=3)
    made = at_once(*[lambda n=n: order(customer, n) for n in range(AT_ONCE)])
    states = sorted(one.state for one in made)
    assert states == [State.AWAITING_FUNDS] * 3 + [State.INTENDED] * 5
    funding = sorted(Reservation.objects.values_list("funding", flat=True))
    assert funding == ["free"] * 3 + ["wallet"] * 2
    assert credit_of(customer).available == 0
    assert list(broken_ledgers()) == []


def test_bought_withdrawn_and_topped_up_at_once_the_books_hold():
    customer = customer_with("20.00", free=2)
    waiting = [intend(customer, 1) for _ in range(AT_ONCE)]
    claimed = [fence.claim(one.pk, timezone.now()) for one in waiting[:5]]
    calls = [lambda one=one: fence.record_bought(one, Bought(f"b-{one.pk}", None)) for one in claimed]
    calls += [lambda one=one: fence.withdraw(one) for one in waiting[5:]]
    calls.append(lambda: record_transfer(customer, Decimal("5.00"), date(2026, 1, 2), "TRN-more", "Staff"))
    failed = [one for one in at_once(*calls) if isinstance(one, Exception)]
    assert failed == []
    assert list(broken_ledgers()) == []
    assert list(differences(customer)) == []
    assert Usage.objects.count() == 5
    assert credit_of(customer).held == 0
    paid = Usage.objects.filter(funding="wallet").count()
    assert credit_of(customer).available == Decimal("25.00") - paid * Decimal("1.22")


def test_what_waits_goes_on_once_whoever_lets_it():
    customer = customer_with("0.01")
    waiting = [intend(customer, 1) for _ in range(3)]
    record_transfer(customer, Decimal("2.45"), date(2026, 1, 2), "TRN-more", "Staff")
    # The top-up's own message lets some go on already.
    at_once(*[lambda: go_on(customer.pk) for _ in range(4)])
    states = sorted(Purchase.objects.get(pk=one.pk).state for one in waiting)
    assert states == [State.AWAITING_FUNDS, State.INTENDED, State.INTENDED]
    assert Reservation.objects.count() == 2


def test_a_row_is_corrected_once_whoever_does_it():
    customer = customer_with("10.00")
    claimed = fence.claim(intend(customer, 1).pk, timezone.now())
    fence.record_bought(claimed, Bought("basket", None))
    row = Usage.objects.get()
    outcomes = at_once(*[lambda: correct(row.pk, "Not wanted") for _ in range(AT_ONCE)])
    refused = [one for one in outcomes if isinstance(one, AlreadyCorrected)]
    assert len(refused) == AT_ONCE - 1
    assert Usage.objects.count() == 2
    assert credit_of(customer).available == Decimal("10.00")
    assert list(broken_ledgers()) == [] == list(differences(customer))


def test_a_fee_is_charged_once_and_a_transfer_recorded_once():
    customer = CustomerFactory()
    change(customer, plan_with(included=5, beyond=Plan.Beyond.POSTPAID), "Staff")
    Charge.objects.model._base_manager.all()._raw_delete("default")
    at_once(*[charge_due for _ in range(4)])
    assert Charge.objects.count() == 1
    made = at_once(
        *[
            lambda: record_transfer(customer, Decimal("5.00"), date(2026, 1, 2), "TRN-x", "Staff")
            for _ in range(4)
        ]
    )
    assert sum(isinstance(one, IntegrityError) for one in made) == 3
    assert credit_of(customer).available == Decimal("5.00")
