"""An envelope of a customer who pays in advance: it waits without credit, and goes on by itself after a top-up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.flows import purchase as fence
from billing.flows.change_plan import change
from billing.flows.go_on import go_on_due
from billing.flows.ledger import Credit, credit_of
from billing.flows.top_up import record_transfer
from billing.models import Purchase, Usage
from billing.tests.factories import plan_with
from customers.tests.factories import member_client
from outbox.models import Mail
from signatures.envelopes import tasks
from signatures.envelopes.flows import send
from signatures.envelopes.flows.cancel import cancel
from signatures.envelopes.models import Envelope

from . import steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price")]


def ordered_in_advance(free: int = 1) -> Envelope:
    envelope = steps.draft()
    change(envelope.organisation, plan_with(free=free, fee=0), "Staff")
    send.order(envelope, envelope.created_by, "192.0.2.7", steps.PRICE)
    envelope.refresh_from_db()
    return envelope


def top_up(envelope: Envelope, amount: str) -> None:
    record_transfer(envelope.organisation, Decimal(amount), date(2026, 11, 2), f"TRN {amount}", "Staff")


def test_it_waits_and_goes_on_by_itself_after_a_top_up(sandbox):
    envelope = ordered_in_advance()
    assert envelope.state == Envelope.State.AWAITING_CREDIT
    assert steps.kinds(envelope)[-1] == "awaiting_funds"
    tasks.send_due()
    assert sandbox.state()["procedures"] == 0

    # The message to the worker lets it go on at once; the beat sends it.
    top_up(envelope, "5.00")
    tasks.send_due()

    envelope.refresh_from_db()
    assert envelope.state in Envelope.FOLLOWED
    assert sorted(Usage.objects.values_list("funding", "unit_price")) == [
        ("free", 0),
        ("wallet", Decimal("0.95")),
    ]
    assert credit_of(envelope.organisation).total == Decimal("5.00") - Decimal("1.159")
    steps.books_agree(sandbox)


def test_its_page_says_what_is_lacking():
    client, membership = member_client("owner")
    envelope = ordered_in_advance()
    Envelope.objects.update(organisation=membership.organisation)
    page = client.get(reverse("envelopes:detail", args=[envelope.pk])).content.decode()
    assert "Your wallet lacks credit" in page
    assert "It goes on by itself after a top-up. Nothing was bought yet." in page
    assert "Your wallet lacks credit" in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize(("role", "is_led"), [("owner", True), ("sender", False)])
def test_its_page_leads_to_the_wallet_whoever_may_top_it_up(role, is_led):
    client, membership = member_client(role)
    envelope = ordered_in_advance()
    Envelope.objects.update(organisation=membership.organisation)
    page = client.get(reverse("envelopes:detail", args=[envelope.pk])).content.decode()
    assert (f'href="{reverse("wallet:wallet")}">See the wallet' in page) == is_led


def test_what_waits_can_be_cancelled_and_is_then_never_bought(sandbox):
    envelope = ordered_in_advance()
    cancel(envelope, envelope.created_by, "192.0.2.7")
    top_up(envelope, "5.00")
    tasks.send_due()
    assert Purchase.objects.get().state == Purchase.State.WITHDRAWN
    assert credit_of(envelope.organisation).available == Decimal("5.00")
    assert sandbox.state()["procedures"] == 0


def day_to_sign_by_is_over(envelope: Envelope) -> None:
    Envelope.objects.filter(pk=envelope.pk).update(expires_on=timezone.localdate() - timedelta(days=1))


def test_what_waits_until_its_day_to_sign_by_is_over_is_not_bought_after_a_top_up(sandbox, no_queue):
    envelope = ordered_in_advance()
    day_to_sign_by_is_over(envelope)
    top_up(envelope, "5.00")
    assert go_on_due() == 1
    tasks.send_due()

    envelope.refresh_from_db()
    assert envelope.state == Envelope.State.EXPIRED
    assert steps.kinds(envelope)[-1] == "expired"
    assert Purchase.objects.get().state == Purchase.State.REFUSED
    assert sandbox.state()["procedures"] == 0
    assert credit_of(envelope.organisation) == Credit(Decimal("5.00"), Decimal(0))
    assert Mail.objects.filter(kind="sender_expired").count() == 1


def test_what_waits_ends_by_itself_when_its_day_to_sign_by_is_over(sandbox, no_queue):
    envelope = ordered_in_advance()
    day_to_sign_by_is_over(envelope)
    tasks.remind_and_expire()
    tasks.remind_and_expire()

    envelope.refresh_from_db()
    assert envelope.state == Envelope.State.EXPIRED
    assert Purchase.objects.get().state == Purchase.State.WITHDRAWN
    top_up(envelope, "5.00")
    assert go_on_due() == 0
    assert Mail.objects.filter(kind="sender_expired").count() == 1


def test_the_day_to_sign_by_ends_nothing_whose_purchase_is_on_its_way(no_queue):
    envelope = steps.draft()
    send.order(envelope, envelope.created_by, "192.0.2.7", steps.PRICE)
    day_to_sign_by_is_over(envelope)
    fence.claim(Purchase.objects.get().pk, timezone.now())
    tasks.remind_and_expire()

    envelope.refresh_from_db()
    assert envelope.state == Envelope.State.BUYING
    assert Purchase.objects.get().state == Purchase.State.SENDING


def test_what_was_held_is_given_back_when_it_is_cancelled(sandbox, no_queue):
    envelope = steps.draft()
    change(envelope.organisation, plan_with(fee=0), "Staff")
    top_up(envelope, "5.00")
    send.order(envelope, envelope.created_by, "192.0.2.7", steps.PRICE)
    assert credit_of(envelope.organisation).held == Decimal("2.318")
    envelope.refresh_from_db()
    cancel(envelope, envelope.created_by, "192.0.2.7")
    assert credit_of(envelope.organisation).available == Decimal("5.00")


def test_the_review_says_who_pays_for_what_before_anything_is_ordered():
    client, membership = member_client("owner")
    envelope = steps.draft()
    Envelope.objects.update(organisation=membership.organisation, created_by=membership.user)
    address = reverse("envelopes:review", args=[envelope.pk])
    page = client.get(address).content.decode()
    assert "By your plan" not in page
    assert "Send and buy for €2.32" in page
    change(membership.organisation, plan_with(free=1, fee=0, name="Ricarica"), "Staff")
    page = client.get(address).content.decode()
    assert "By your plan, Ricarica" in page
    assert "€1.159" in page
    assert "are missing" in page
    assert "Send and buy for €1.16" in page
    assert f'href="{reverse("wallet:wallet")}">See the wallet' in page
