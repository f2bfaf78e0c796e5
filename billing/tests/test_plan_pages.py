"""The pages of plans: what is offered, what a change costs before it is confirmed, and how staff do it."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.flows.change_plan import change
from billing.flows.purchase import intend
from billing.models import Charge, Plan, PlanAllowance, PlanStart
from customers.tests.factories import OrganisationFactory, member_client, staff_client

from .factories import open_price_book, plan_with

pytestmark = pytest.mark.django_db
POSTPAID = Plan.Beyond.POSTPAID


def confirm(client, address, page_context, **changed):
    shown = page_context["preview"]
    values = {"first_day": shown.first_day.isoformat(), "net": str(shown.net), "when": ""}
    return client.post(address, {**values, **changed})


def test_an_owner_chooses_a_plan_after_seeing_what_it_costs():
    client, membership = member_client("owner")
    plan = plan_with(free=5, included=100, name="Studio Cento", beyond=POSTPAID)
    assert "Studio Cento" in client.get(reverse("plan:plan")).content.decode()
    address = reverse("plan:change", args=[plan.pk])
    page = client.get(address)
    text = page.content.decode()
    assert "Confirm for €17.08" in text
    assert "100 in the fee" in text
    assert confirm(client, address, page.context).status_code == 302
    assert Charge.objects.get().unit_price == Decimal("14.00")
    assert "This is your plan." in client.get(reverse("plan:plan")).content.decode()
    assert PlanStart.objects.get().organisation == membership.organisation


def test_an_amount_that_was_not_shown_changes_nothing():
    client, _ = member_client("owner")
    address = reverse("plan:change", args=[plan_with(included=100, beyond=POSTPAID).pk])
    page = client.get(address)
    for net in ("13.99", "", "NaN", "x"):
        assert confirm(client, address, page.context, net=net).status_code == 422
    assert not PlanStart.objects.exists()


def test_what_the_wallet_lacks_is_said_and_nothing_can_be_confirmed():
    client, _ = member_client("owner")
    text = client.get(reverse("plan:change", args=[plan_with(included=100).pk])).content.decode()
    assert "€17.08 are missing" in text
    assert "Confirm" not in text


def test_a_change_that_is_none_says_so():
    client, _ = member_client("owner")
    assert "cannot be made now" in client.get(reverse("plan:end")).content.decode()


def test_an_accountant_looks_and_changes_nothing():
    client, _ = member_client("accountant")
    plan = plan_with(included=100, beyond=POSTPAID)
    page = client.get(reverse("plan:plan")).content.decode()
    assert plan.name in page
    assert reverse("plan:change", args=[plan.pk]) not in page


def test_staff_add_a_plan_with_its_pieces():
    data = {"code": "studio", "name": "Studio", "fee": "14.00", "months": "1", "beyond": "wallet", "is_offered": "on",
            "valid_from_0": "2026-01-01", "valid_from_1": "00:00", "source": "Offer 7", "allowances-TOTAL_FORMS": "2",
            "allowances-INITIAL_FORMS": "0", "allowances-0-product": "simple_signature", "allowances-0-free": "5",
            "allowances-0-included": "100", "allowances-1-product": "", "allowances-1-free": "0",
            "allowances-1-included": "0"}  # fmt: skip
    answer = staff_client().post(reverse("admin:billing_plan_add"), data)
    assert answer.status_code == 302, answer.context["errors"]
    allowance = PlanAllowance.objects.get()
    assert (allowance.plan.code, allowance.free, allowance.included) == ("studio", 5, 100)


def test_staff_put_a_customer_on_a_plan():
    customer, plan = OrganisationFactory(), plan_with(included=100, beyond=POSTPAID)
    staff = staff_client()
    answer = staff.post(
        reverse("admin:billing_planstart_add"), {"organisation": customer.pk, "plan": plan.pk}
    )
    assert answer.status_code == 302
    start = PlanStart.objects.get()
    assert (start.plan, start.organisation) == (plan, customer)
    again = staff.post(reverse("admin:billing_planstart_add"), {"organisation": customer.pk, "plan": plan.pk})
    assert "This is not possible" in again.content.decode()
    assert PlanStart.objects.count() == 1


def test_staff_hear_what_the_wallet_lacks():
    customer = OrganisationFactory()
    answer = staff_client().post(
        reverse("admin:billing_planstart_add"),
        {"organisation": customer.pk, "plan": plan_with(included=9).pk},
    )
    assert "lacks 17.08 EUR" in answer.content.decode()


@pytest.mark.parametrize("name", ["plan", "planstart", "charge"])
def test_staff_look_and_edit_nothing(name):
    client, _ = member_client("owner")
    plan = plan_with(included=100, beyond=POSTPAID)
    address = reverse("plan:change", args=[plan.pk])
    confirm(client, address, client.get(address).context)
    staff = staff_client()
    assert staff.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
    row = {"plan": Plan, "planstart": PlanStart, "charge": Charge}[name].objects.first()
    page = staff.get(reverse(f"admin:billing_{name}_change", args=[row.pk]))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()


def test_who_pays_in_advance_does_not_give_themselves_an_invoice():
    client, membership = member_client("owner")
    change(membership.organisation, plan_with(fee=0), "Staff")
    offer = plan_with(included=100, beyond=POSTPAID)
    for address in (reverse("plan:change", args=[offer.pk]), reverse("plan:end")):
        answer = client.post(address, {"first_day": "2026-01-01", "net": "0"})
        assert answer.status_code == 422
        assert "This is for us to agree to" in answer.content.decode()
    assert PlanStart.objects.count() == 1


def test_the_page_says_how_much_of_the_period_is_used():
    client, membership = member_client("owner")
    change(membership.organisation, plan_with(free=5, fee=0), "Staff")
    open_price_book()
    intend(
        organisation=membership.organisation, fact_key="test:1", product="simple_signature", generation="x",
        quantity=2, tariff="single", request_digest="0" * 64, now=timezone.now(),
    )  # fmt: skip
    assert "2 of 5 used or reserved" in client.get(reverse("plan:plan")).content.decode()


def test_who_ends_a_plan_hears_that_it_ends():
    client, membership = member_client("owner")
    change(membership.organisation, plan_with(fee=0, beyond=POSTPAID), "Staff")
    page = client.get(reverse("plan:end"))
    answer = confirm(client, reverse("plan:end"), page.context)
    assert "your plan ends with its period" in client.get(answer.url).content.decode()
