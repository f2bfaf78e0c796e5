"""Plans: begun, enlarged, changed at the renewal and ended; each amount shown to the cent before it is charged."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.flows import change_plan
from billing.flows.allowance import Allowance, allowance_of, is_open, stay_on, stays_of
from billing.flows.change_plan import Changed, NotPossible, change, is_larger, preview
from billing.flows.charge_fees import charge_due
from billing.flows.ledger import NoCredit, credit_of
from billing.flows.top_up import record_transfer
from billing.models import Charge, Movement, Plan, PlanStart, Product
from billing.money import to_cents
from customers.models import Organisation

from .factories import CustomerFactory, plan_with

pytestmark = pytest.mark.django_db
POSTPAID, WALLET = Plan.Beyond.POSTPAID, Plan.Beyond.WALLET
SIGNER = Product.SIMPLE_SIGNATURE


def at(text: str):
    """Noon in Rome of a day."""
    return time_machine.travel(datetime.fromisoformat(f"{text}T11:00:00").replace(tzinfo=UTC), tick=False)


def charges(customer):
    return [(one.kind, one.unit_price) for one in Charge.objects.for_organisation(customer)]


def topped_up(customer, amount="100.00"):
    count = Movement.objects.count()
    record_transfer(customer, Decimal(amount), date(2026, 1, 1), f"TRN-{customer.pk}-{count}", "Staff")


def test_a_plan_begins_today_and_its_fee_is_charged_once():
    customer, plan = CustomerFactory(), plan_with(included=100, beyond=POSTPAID)
    with at("2026-01-31"):
        shown = preview(customer, plan, timezone.now())
        assert (shown.net, shown.vat, shown.gross) == (Decimal("14.00"), Decimal("3.08"), Decimal("17.08"))
        assert (shown.period.first, shown.period.last) == (date(2026, 1, 31), date(2026, 2, 27))
        change(customer, plan, "Anna", shown=(shown.first_day, shown.net))
        charge_due()
    assert charges(customer) == [("fee", Decimal("14.00"))]


def test_it_renews_on_the_31st_or_the_last_of_the_month_and_each_fee_is_charged_once():
    customer, plan = CustomerFactory(), plan_with(included=100, beyond=POSTPAID)
    with at("2026-01-31"):
        change(customer, plan, "Anna")
    for day in ("2026-02-27", "2026-02-28", "2026-03-30", "2026-03-31", "2026-04-30"):
        with at(day):
            charge_due()
            charge_due()
    keys = list(Charge.objects.values_list("key", flat=True))
    assert [key.rpartition(":")[2] for key in keys] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
    ]


def test_after_a_standstill_every_period_that_began_is_on_the_invoice():
    customer, plan = CustomerFactory(), plan_with(included=100, beyond=POSTPAID)
    with at("2026-01-15"):
        change(customer, plan, "Anna")
    with at("2026-04-20"):
        charge_due()
    assert len(charges(customer)) == 4


def test_a_fee_from_the_wallet_is_taken_at_once_or_the_plan_does_not_begin():
    customer, plan = CustomerFactory(), plan_with(included=100, beyond=WALLET)
    assert preview(customer, plan, timezone.now()).missing == Decimal("17.08")
    with pytest.raises(NoCredit):
        change(customer, plan, "Anna")
    assert not PlanStart.objects.exists()
    topped_up(customer, "20.00")
    change(customer, plan, "Anna")
    assert credit_of(customer).available == Decimal("2.92")


def test_a_period_whose_fee_finds_no_credit_stays_closed_until_it_does_and_leaves_no_debt():
    customer, plan = CustomerFactory(), plan_with(included=100, beyond=WALLET)
    with at("2026-01-10"):
        topped_up(customer, "20.00")
        change(customer, plan, "Anna")
    with at("2026-02-10"):
        charge_due()
        stays = stays_of(customer)
        assert not is_open(stays, stays[0].period_on(timezone.localdate()))
    with at("2026-03-15"):
        topped_up(customer, "50.00")
        charge_due()
        assert is_open(stays, stays[0].period_on(timezone.localdate()))
    assert credit_of(customer).available == Decimal("2.92") + Decimal("50.00") - Decimal("17.08")


def test_a_larger_plan_costs_the_difference_for_the_days_that_are_left():
    customer = CustomerFactory()
    small, large = (
        plan_with(included=100, beyond=POSTPAID),
        plan_with(included=400, fee="50.00", beyond=POSTPAID),
    )
    with at("2026-04-01"):
        change(customer, small, "Anna")
    with at("2026-04-11"):
        shown = preview(customer, large, timezone.now(), at_once=True)
        assert (shown.days_left, shown.days, shown.net) == (20, 30, Decimal("24.00"))
        assert shown.pieces == {SIGNER: Allowance(0, 300)}
        change(customer, large, "Anna", at_once=True, shown=(shown.first_day, shown.net))
        stays = stays_of(customer)
        assert allowance_of(stays, stays[-1].period_on(timezone.localdate()), SIGNER) == Allowance(0, 300)
    with at("2026-05-01"):
        charge_due()
    assert charges(customer) == [("fee", Decimal(14)), ("change", Decimal(24)), ("fee", Decimal(50))]


def test_what_was_shown_is_what_is_charged_or_nothing_is():
    customer = CustomerFactory()
    small, large = (
        plan_with(included=100, beyond=POSTPAID),
        plan_with(included=400, fee="50.00", beyond=POSTPAID),
    )
    with at("2026-04-01"):
        change(customer, small, "Anna")
    with at("2026-04-10"):
        shown = preview(customer, large, timezone.now(), at_once=True)
    with at("2026-04-11"), pytest.raises(Changed) as refused:
        change(customer, large, "Anna", at_once=True, shown=(shown.first_day, shown.net))
    assert refused.value.preview.net == Decimal("24.00")
    assert PlanStart.objects.count() == 1


def test_a_free_plan_that_is_enlarged_on_its_first_day_pays_the_new_fee_once():
    customer = CustomerFactory()
    free, large = (
        plan_with(free=5, fee="0", beyond=POSTPAID),
        plan_with(free=5, included=100, beyond=POSTPAID),
    )
    with at("2026-04-01"):
        change(customer, free, "Anna")
        change(customer, large, "Anna", at_once=True)
        charge_due()
    assert charges(customer) == [("fee", Decimal(14))]


def test_a_smaller_plan_waits_for_the_renewal():
    customer = CustomerFactory()
    large, small = (
        plan_with(included=400, fee="50.00", beyond=POSTPAID),
        plan_with(included=100, beyond=POSTPAID),
    )
    with at("2026-04-01"):
        change(customer, large, "Anna")
    with at("2026-04-11"):
        with pytest.raises(NotPossible):
            preview(customer, small, timezone.now(), at_once=True)
        shown = change(customer, small, "Anna")
        assert (shown.first_day, shown.net) == (date(2026, 5, 1), 0)
        assert stay_on(stays_of(customer), timezone.localdate()).plan == large
    with at("2026-05-01"):
        charge_due()
        assert stay_on(stays_of(customer), timezone.localdate()).plan == small
    assert charges(customer) == [("fee", Decimal(50)), ("fee", Decimal(14))]


def test_a_dearer_plan_that_gives_less_of_something_waits_too():
    small, other = plan_with(included=100), plan_with(included=100, product="spid", fee="50.00")
    assert not is_larger(other, small)
    assert not is_larger(plan_with(included=200, fee="50.00", months=12), small)
    assert is_larger(plan_with(included=100), small)


def test_a_plan_ends_with_its_period_unless_it_is_kept():
    customer, plan = CustomerFactory(), plan_with(included=100, beyond=POSTPAID)
    with at("2026-01-31"):
        change(customer, plan, "Anna")
        assert change(customer, None, "Anna").first_day == date(2026, 2, 28)
        change(customer, plan, "Anna")
        assert stay_on(stays_of(customer), date(2026, 3, 1)).plan == plan
        change(customer, None, "Anna")
    with at("2026-03-05"):
        charge_due()
        assert stay_on(stays_of(customer), timezone.localdate()) is None
    assert len(charges(customer)) == 1


def test_a_plan_that_is_kept_renews_on_the_day_that_it_always_did():
    customer, plan = CustomerFactory(), plan_with(included=100, beyond=POSTPAID)
    with at("2026-01-31"):
        change(customer, plan, "Anna")
        change(customer, None, "Anna")
        change(customer, plan, "Anna")
    assert stay_on(stays_of(customer), date(2026, 3, 31)).period_on(date(2026, 3, 31)).first == date(
        2026, 3, 31
    )


def test_who_is_on_a_plan_that_is_no_longer_offered_stays_on_it():
    customer, plan = CustomerFactory(), plan_with(included=100, beyond=POSTPAID)
    change(customer, plan, "Anna")
    Plan(code=plan.code, name=plan.name, fee=Decimal(20), is_offered=False, source="tests").save()
    assert Plan.objects.offered_to(CustomerFactory(), timezone.now()) == []
    with pytest.raises(NotPossible):
        preview(CustomerFactory(), plan, timezone.now())
    assert stay_on(stays_of(customer), timezone.localdate()).plan == plan


def test_one_customers_own_plan_is_offered_to_nobody_else():
    mine, other = CustomerFactory(), CustomerFactory()
    plan = plan_with(included=100, organisation=mine)
    assert Plan.objects.offered_to(mine, timezone.now()) == [plan]
    assert Plan.objects.offered_to(other, timezone.now()) == []


def test_who_pays_no_vat_to_us_needs_no_credit_for_it():
    customer = CustomerFactory(kind=Organisation.Kind.EU_BUSINESS, country="FR")
    shown = preview(customer, plan_with(included=100, beyond=WALLET), timezone.now())
    assert (shown.vat, shown.missing) == (0, Decimal("14.00"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    fees=st.lists(st.decimals("0", "200", places=2), min_size=1, max_size=4),
    included=st.lists(st.integers(0, 1000), min_size=4, max_size=4),
    steps=st.lists(st.integers(0, 10), min_size=3, max_size=3),
)
def test_enlarged_however_often_a_period_gives_and_costs_each_plans_share_of_its_days(
    start, fees, included, steps
):
    customer = CustomerFactory()
    plans = [
        plan_with(included=pieces, fee=fee, beyond=POSTPAID)
        for fee, pieces in zip(sorted(fees), sorted(included), strict=False)
    ]
    day, held = start, []
    for plan, step in zip(plans, [0, *steps], strict=False):
        day += timedelta(days=step)
        # At most 28 days are sure to lie in one period.
        if (day - start).days > 27:
            break
        with at(day.isoformat()):
            shown = preview(customer, plan, timezone.now(), at_once=bool(held))
            done = change(customer, plan, "Anna", at_once=bool(held), shown=(shown.first_day, shown.net))
        assert (done.net, done.gross) == (shown.net, shown.net + to_cents(shown.net * 22 / 100))
        held.append((day, plan))
    stays = stays_of(customer)
    period = stays[-1].period_on(day)
    days = (period.last - period.first).days + 1
    ends = [one[0] for one in held[1:]] + [period.last + timedelta(days=1)]
    spans = [(plan, (end - begun).days) for (begun, plan), end in zip(held, ends, strict=True)]
    pieces = sum(plan.pieces()[SIGNER].included * span for plan, span in spans if plan.pieces())
    assert allowance_of(stays, period, SIGNER).included == pieces // days
    exact = sum(Decimal(plan.fee) * span for plan, span in spans) / days
    paid = sum((amount for _, amount in charges(customer)), Decimal(0))
    # Each change is rounded to the cent once.
    assert abs(paid - exact) <= Decimal("0.005") * len(held)


def test_the_module_knows_no_refund():
    """A change in the middle of a period never pays anything back: it is refused instead."""
    customer = CustomerFactory()
    large, small = (
        plan_with(included=400, fee="50.00", beyond=POSTPAID),
        plan_with(included=100, beyond=POSTPAID),
    )
    change(customer, large, "Anna")
    with pytest.raises(NotPossible):
        change_plan.change(customer, small, "Anna", at_once=True)
    assert min(amount for _, amount in charges(customer)) > 0
