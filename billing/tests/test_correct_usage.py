"""A metered piece is taken back once, and whoever paid for it gets it back to the last decimal."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone, translation

from billing.flows.change_plan import change
from billing.flows.correct_usage import AlreadyCorrected, NotCorrectable, correct, effect_of
from billing.flows.ledger import Credit, credit_of
from billing.flows.prove_ledger import broken_ledgers
from billing.flows.roll_up import differences
from billing.flows.split import taken
from billing.flows.top_up import record_transfer
from billing.models import Funding, Movement, Plan, Price, Purchase, Usage
from billing.periods import Period
from billing.wallet_report import movements_of, wallet_totals
from customers.tests.factories import member_client, staff_client

from .factories import CustomerFactory, plan_with
from .fake_buyer import PEAR, FakeBuyer, bought, fruit, intend
from .invoice_factories import IN_MONTH, use

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fruit")]
__all__ = ["fruit"]


def on_plan(amount="10.00", **fields):
    customer = CustomerFactory()
    change(customer, plan_with(product=PEAR, **{"fee": 0, **fields}), "Staff")
    if amount:
        record_transfer(customer, Decimal(amount), date(2026, 11, 2), f"TRN-{customer.pk}", "Staff")
    return customer


def used(customer, quantity):
    bought(intend(customer, quantity))
    return list(Usage.objects.for_organisation(customer).filter(corrects=None))


def holds(customer):
    """Whether the ledger and usage by the day still add up."""
    return list(broken_ledgers(customer)) == [] == list(differences(customer))


def test_a_correction_is_a_new_fact_with_minus_one_that_names_the_row():
    (row,) = used(CustomerFactory(), 1)
    correction, effect = correct(row.pk, "Ordered twice by mistake")

    assert (correction.quantity, correction.corrects, correction.reason) == (
        -1,
        row,
        "Ordered twice by mistake",
    )
    assert (correction.amount, correction.funding) == (Decimal("-1.00"), Funding.POSTPAID)
    assert (effect.net, effect.is_of_this_month, effect.to_wallet, effect.period) == (1, True, 0, None)
    assert not Movement.objects.exists()
    assert holds(row.organisation)


def test_a_row_is_corrected_once_and_a_correction_never():
    (row,) = used(on_plan(), 1)
    correction, _effect = correct(row.pk, "Once")
    for pk, refusal in ((row.pk, AlreadyCorrected), (correction.pk, NotCorrectable)):
        with pytest.raises(refusal):
            correct(pk, "Twice")
    assert credit_of(row.organisation) == Credit(Decimal("10.00"), Decimal(0))
    assert Usage.objects.count() == 2


def test_what_the_wallet_paid_goes_back_to_the_last_decimal():
    Price(side="sell", product=PEAR, amount=Decimal("0.33333333"), source="Odd").save()
    customer = on_plan()
    rows = used(customer, 3)
    assert credit_of(customer).available == Decimal("10") - Decimal("1.21999999")

    back = [correct(row.pk, "Not wanted")[1].to_wallet for row in rows]
    assert back == [Decimal("0.40666666"), Decimal("0.40666666"), Decimal("0.40666667")]
    assert credit_of(customer) == Credit(Decimal("10.00"), Decimal(0))
    assert wallet_totals(movements_of(Period.this_month(), customer)).used == 0
    assert holds(customer)


def test_what_was_taken_goes_back_though_the_customer_pays_no_vat_to_us_any_more():
    customer = on_plan()
    (row,) = used(customer, 1)
    customer.is_on_split_list = True
    customer.save()
    assert correct(row.pk, "Not wanted")[1].to_wallet == Decimal("1.22")


def test_of_what_was_held_and_not_used_nothing_goes_back_twice():
    customer = on_plan()
    FakeBuyer.metered = 2
    for row in used(customer, 3):
        correct(row.pk, "Not wanted")
    assert credit_of(customer) == Credit(Decimal("10.00"), Decimal(0))


def test_a_zero_price_moves_no_money():
    Price(side="sell", product=PEAR, amount=Decimal(0), source="A gift").save()
    (row,) = used(on_plan(""), 1)
    assert row.funding == Funding.WALLET
    assert correct(row.pk, "Not wanted")[1].to_wallet == 0
    assert not Movement.objects.exists()


@pytest.mark.parametrize(("fields", "funding"), [({"free": 1}, "free"), ({"included": 1}, "package")])
def test_a_piece_of_the_running_period_can_be_used_again(fields, funding):
    customer = on_plan("", beyond=Plan.Beyond.POSTPAID, **fields)
    (row,) = used(customer, 1)
    effect = correct(row.pk, "Not wanted")[1]
    assert effect.period.first == row.reservation.period_first
    assert (effect.net, taken(customer, effect.period.first, PEAR, funding)) == (0, 0)
    bought(intend(customer, 2))
    assert sorted(Usage.objects.filter(corrects=None).values_list("funding", flat=True)) == [
        funding, funding, "postpaid",
    ]  # fmt: skip


def test_a_piece_of_a_period_that_is_over_does_not_come_back():
    (row,) = used(on_plan("", free=1), 1)
    assert effect_of(row, timezone.now() + timedelta(days=40)).period is None


def test_what_waited_for_credit_goes_on_after_a_correction(django_capture_on_commit_callbacks):
    customer = on_plan("1.22")
    (row,) = used(customer, 1)
    waiting = intend(customer, 1)
    with django_capture_on_commit_callbacks(execute=True):
        correct(row.pk, "Not wanted")
    waiting.refresh_from_db()
    assert waiting.state == Purchase.State.INTENDED


def address(row):
    return reverse("admin:billing_usage_correct", args=[row.pk])


def test_staff_are_told_what_will_happen_and_the_customer_reads_why():
    client, membership = member_client("owner")
    customer = membership.organisation
    change(customer, plan_with(product=PEAR, fee=0), "Staff")
    record_transfer(customer, Decimal("5.00"), date(2026, 11, 2), "TRN", "Staff")
    (row,) = used(customer, 1)
    staff = staff_client()
    assert address(row) in staff.get(reverse("admin:billing_usage_change", args=[row.pk])).content.decode()

    page = staff.get(address(row)).content.decode()
    assert "€1.22, with VAT as it was taken, goes back into the customer's wallet at once" in page
    assert "Both lines are of this month" in page
    assert staff.post(address(row), {"reason": " "}).status_code == 200
    assert Usage.objects.count() == 1

    assert staff.post(address(row), {"reason": "Ordered twice"}).status_code == 302
    assert credit_of(customer).available == Decimal("5.00")
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.get_change_message()) == (str(row.pk), "Added correction “Ordered twice”.")
    assert "Ordered twice" in client.get(reverse("usage:month")).content.decode()


def test_a_second_correction_is_refused_with_the_first_ones_day_and_reason():
    (row,) = used(CustomerFactory(), 1)
    correction, _effect = correct(row.pk, "Ordered twice")
    staff = staff_client()
    for answer in (staff.get(address(row)), staff.post(address(row), {"reason": "Again"})):
        page = answer.content.decode()
        assert "was corrected on" in page
        assert "Ordered twice" in page
        assert '<form method="post">' not in page
    assert "is a correction itself" in staff.get(address(correction)).content.decode()
    assert Usage.objects.count() == 2


def test_an_earlier_months_line_is_named_with_the_month_that_counts_it():
    (row,) = use(CustomerFactory(), 1, "0.0065", IN_MONTH)
    page = staff_client().get(address(row)).content.decode()
    with translation.override("en"):
        assert "has one piece less, €0.0065 without VAT" in page


def test_only_staff_who_manage_money_correct():
    (row,) = used(CustomerFactory(), 1)
    reader = staff_client(is_superuser=False)
    from customers.models import User

    person = User.objects.get(pk=reader.session["_auth_user_id"])
    person.user_permissions.add(Permission.objects.get(codename="view_usage"))
    page = reader.get(reverse("admin:billing_usage_change", args=[row.pk])).content.decode()
    assert address(row) not in page
    assert reader.post(address(row), {"reason": "Why not"}).status_code == 403
    assert Usage.objects.count() == 1
    person.user_permissions.add(Permission.objects.get(codename="add_usage"))
    assert reader.post(address(row), {"reason": "Ordered twice"}).status_code == 302
