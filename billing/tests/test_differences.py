"""Differences: what is found in which books, with which causes; and what staff do about them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.flows.reconcile.calls import SCOPES
from billing.flows.reconcile.load import CostBook, deal_of, unjudged_purchases
from billing.flows.reconcile.run import compare_books
from billing.models import (
    Cause,
    DailyCount,
    Difference,
    Explanation,
    Purchase,
    PurchaseStep,
    RequestCount,
)

from .factories import CostFactory
from .lines import NOON, OLD, bought, line, only, read

pytestmark = pytest.mark.django_db
Kind, State = Difference.Kind, Difference.State


def test_a_purchase_and_its_line_explain_each_other():
    purchase, row = bought(), line("-1.40")
    read()
    compare_books()
    found = Explanation.objects.get()
    assert (found.purchase, found.line, found.choices) == (purchase, row, 1)
    assert not Difference.objects.exists()


def test_all_that_a_comparison_needs_of_a_purchase_is_read_at_once(django_assert_num_queries):
    bought()
    purchase, costs = unjudged_purchases(NOON + timedelta(days=1), None, None).get(), CostBook()
    with django_assert_num_queries(0):
        assert deal_of(purchase, costs).costs == (Decimal("1.40"),)


def test_a_second_charge_is_listed_with_the_purchase_that_it_may_be():
    purchase = bought()
    line("-1.40")
    line("-1.40", reference="txn_again")
    read()
    compare_books()
    found = only()
    assert (found.kind, found.amount, found.causes[0]) == (Kind.EXTRA, Decimal("1.40"), Cause.CHARGED_TWICE)
    assert found.candidates == [{"purchase": str(purchase.pk), "fact": purchase.fact_key}]
    assert Explanation.objects.count() == 1


def test_a_purchase_without_a_line_is_listed_and_its_late_line_closes_it():
    purchase = bought()
    read(24)
    compare_books()
    found = only()
    assert (found.kind, found.purchase, found.amount) == (Kind.MISSING, purchase, Decimal("-1.40"))
    late = line("-1.40", minutes=26 * 60)
    read(48)
    compare_books()
    found.refresh_from_db()
    assert (found.kind, found.line, found.state, found.amount) == (Kind.LATE, late, State.CLOSED, 0)
    assert found.reason == "Its line came late."
    assert Explanation.objects.get().purchase == purchase
    assert [step.what for step in found.steps.all()] == ["found", "changed", "closed"]


def test_another_amount_is_listed_with_both():
    purchase, row = bought(), line("-1.26")
    read()
    compare_books()
    found = only()
    assert (found.kind, found.purchase, found.line) == (Kind.OTHER_AMOUNT, purchase, row)
    assert (found.expected, found.actual, found.amount) == (
        Decimal("1.40"),
        Decimal("1.26"),
        Decimal("-0.14"),
    )
    assert found.causes == [Cause.PRICE_CHANGED]
    assert not found.is_ambiguous


def test_what_could_be_either_is_not_put_together():
    bought()
    bought(1, fact_key="test:other", quantity=5, expected_cost=Decimal("3.50"))
    line("-0.33")
    read()
    compare_books()
    assert sorted(Difference.objects.values_list("kind", flat=True)) == ["extra", "missing", "missing"]
    extra = Difference.objects.get(kind=Kind.EXTRA)
    assert extra.is_ambiguous
    assert len(extra.candidates) == 2


def test_one_line_for_two_like_purchases_names_no_culprit():
    bought()
    bought(1)
    line("-1.40")
    read()
    compare_books()
    assert only().is_ambiguous
    assert Explanation.objects.get().choices == 2


@pytest.mark.parametrize(
    ("state", "before", "cause"),
    [
        ("refused", 0, Cause.REFUSED_CHARGED),
        ("withdrawn", 0, Cause.STAFF_DECIDED),
        ("bought", -60, Cause.EARLIER_ATTEMPT),
    ],
)
def test_the_history_of_purchases_hints_at_a_charge(state, before, cause):
    bought(-120)
    line("-1.40", -120)
    attempted = bought(state=state, provider_reference="x" if state == "bought" else "")
    if state == "bought":
        line("-1.40")
    PurchaseStep(purchase=attempted, state=Purchase.State.SENDING, at=NOON + timedelta(minutes=before)).save()
    line("-1.40", before, reference="txn_odd")
    read()
    compare_books()
    found = Difference.objects.get(line__reference="txn_odd")
    assert cause in found.causes
    assert {"purchase": str(attempted.pk), "fact": attempted.fact_key} in found.candidates


def test_another_service_and_the_fee_of_a_subscription_are_recognised():
    bought()
    line("-1.40")
    line("-5", 10, host="sms.openapi.com")
    line("-14", -1, host="")
    reading = read(24)
    RequestCount(
        reading=reading, reference="new", scope=SCOPES["esignature"], available=100, total=100,
        price=Decimal("0.14"), starts_at=NOON, expires_at=NOON + timedelta(days=30),
    ).save()  # fmt: skip
    compare_books()
    assert Cause.OTHER_SERVICE in Difference.objects.get(amount=5).causes
    assert Cause.SUBSCRIPTION_FEE in Difference.objects.get(amount=14).causes


def test_a_line_that_only_an_unclear_purchase_explains_waits_for_its_decision():
    purchase = bought(state="undecided", provider_reference="", settled_at=None)
    line("-1.40")
    read(24)
    compare_books()
    assert not Difference.objects.exists()
    Purchase.objects.filter(pk=purchase.pk).update(
        state="bought", provider_reference="r", settled_at=NOON + timedelta(hours=30)
    )
    read(48)
    compare_books()
    assert Explanation.objects.get().purchase == purchase
    assert not Difference.objects.exists()


def test_when_it_was_not_bought_after_all_the_line_is_listed():
    bought(-60)
    line("-1.40", -60)
    purchase = bought(state="undecided", provider_reference="", settled_at=None)
    line("-1.40", reference="txn_odd")
    read(24)
    compare_books()
    Purchase.objects.filter(pk=purchase.pk).update(state="withdrawn")
    read(48)
    compare_books()
    assert only().line.reference == "txn_odd"


def test_a_lost_purchase_was_paid_for():
    bought(state="lost")
    line("-1.40")
    read()
    compare_books()
    assert Explanation.objects.count() == 1


def test_money_that_comes_back_for_a_charge_too_many_closes_both():
    bought()
    line("-1.40")
    line("-1.40", reference="txn_again")
    line("1.40", 60)
    line("500", 90, host="")
    read()
    compare_books()
    assert sorted(Difference.objects.values_list("kind", "state")) == [
        ("extra", "closed"),
        ("refund", "closed"),
    ]


def test_money_that_comes_back_for_a_good_purchase_is_listed():
    purchase = bought()
    line("-1.40")
    line("1.40", 60)
    read()
    compare_books()
    found = only()
    assert (found.kind, found.amount, found.state) == (Kind.REFUND, Decimal("-1.40"), State.OPEN)
    assert found.candidates[0]["purchase"] == str(purchase.pk)


# Subscriptions


def with_subscription(left, *, quantity=2):
    """A purchase between two readings, the second of which has so many requests left out of 100."""
    bought(-600)
    line("-1.40", -600)
    read(-1, esignature=100)
    purchase = bought(quantity=quantity)
    read(24, esignature=left)
    compare_books()
    read(48, esignature=left)
    compare_books()
    return purchase


def test_requests_of_a_subscription_explain_a_purchase():
    purchase = with_subscription(98)
    found = Explanation.objects.get(purchase=purchase)
    assert (found.line, found.requests) == (None, 2)
    assert not Difference.objects.exists()


def test_requests_too_many_are_listed_with_their_worth():
    with_subscription(97)
    found = only()
    assert (found.kind, found.amount, found.actual) == (Kind.REQUESTS_MORE, Decimal("0.14"), 1)


def test_the_only_purchase_that_took_no_requests_is_missing():
    purchase = with_subscription(100)
    assert (only().kind, only().purchase) == (Kind.MISSING, purchase)


def test_a_charge_while_requests_are_left_is_no_payment():
    bought(-600)
    line("-1.40", -600)
    read(-1, esignature=100)
    bought()
    line("-1.40", reference="txn_odd")
    read(24, esignature=98)
    compare_books()
    read(48, esignature=98)
    compare_books()
    assert only().line.reference == "txn_odd"


@pytest.mark.parametrize("has_lines", [False, True])
def test_requests_may_show_as_lines_too_where_the_setting_says_so(settings, has_lines):
    settings.PROVIDER_REQUESTS_HAVE_LINES = has_lines
    bought(-600)
    line("-1.40", -600)
    read(-1, esignature=100)
    bought()
    line("-0.28")
    read(24, esignature=98)
    compare_books()
    read(48, esignature=98)
    compare_books()
    assert Difference.objects.count() == (0 if has_lines else 1)


# Daily counts


def count(wallet, amount, day=date(2026, 3, 10), call="esignature", subscription=0, seen=24):
    row = DailyCount(
        day=day, scope=SCOPES.get(call, call), seen_at=NOON + timedelta(hours=seen), total=9, wallet=wallet,
        subscription=subscription, errors=0, amount=Decimal(amount),
    )  # fmt: skip
    row.save()
    return row


def a_day_of_two():
    """Two purchases on the tenth, each with its line; one the day before, so that the day is compared."""
    bought(-1440 * 2)
    line("-1.40", -1440 * 2)
    for minutes in (0, 60):
        bought(minutes)
        line("-1.40", minutes)


def test_a_count_that_agrees_is_no_difference():
    a_day_of_two()
    count(2, "2.80")
    read(24)
    compare_books()
    assert not Difference.objects.exists()


@pytest.mark.parametrize(
    ("wallet", "amount", "more"), [(3, "4.20", "1.40"), (1, "1.40", "-1.40"), (2, "2.67", "-0.13")]
)
def test_a_count_that_differs_is_listed_until_the_provider_corrects_it(wallet, amount, more):
    a_day_of_two()
    count(wallet, amount)
    read(24)
    compare_books()
    assert (only().kind, only().amount, only().state) == (Kind.COUNT, Decimal(more), State.OPEN)
    count(2, "2.80", seen=40)
    read(48)
    compare_books()
    assert only().state == State.CLOSED


def test_calls_that_the_portal_never_makes_are_listed():
    a_day_of_two()
    count(2, "2.80")
    count(1, "0.50", call="POST:sms.openapi.com/send")
    read(24)
    compare_books()
    assert Cause.OTHER_SERVICE in only().causes


def test_a_purchase_at_midnight_belongs_to_either_day():
    bought(-1440 * 2)
    line("-1.40", -1440 * 2)
    bought(12 * 60)
    line("-1.40", 12 * 60)
    count(0, "0")
    count(1, "1.40", day=date(2026, 3, 11))
    read(48)
    compare_books()
    assert not Difference.objects.exists()


# Orders


def test_an_order_is_found_at_the_price_of_its_intent_or_of_its_call():
    CostFactory(product="order:KEY", amount=Decimal("40.00"), valid_from=NOON - timedelta(days=30))
    CostFactory(product="order:KEY", amount=Decimal("41.00"), valid_from=NOON - timedelta(days=1))
    fields = {"product": "order:KEY", "generation": "firmadigitale", "quantity": 1}
    bought(**fields, created_at=NOON - timedelta(days=3), expected_cost=Decimal("45.00"))
    bought(200, **fields, created_at=NOON - timedelta(days=3), expected_cost=Decimal("45.00"))
    line("-45", host=OLD)
    line("-46", 200, host=OLD)
    read()
    compare_books()
    assert not Difference.objects.exists()
