"""An order of a customer who pays in advance: queued without credit, and bought at the agreed price after a top-up."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.flows.change_plan import change
from billing.flows.ledger import credit_of
from billing.flows.top_up import record_transfer
from billing.models import Price, Usage
from billing.tests.factories import plan_with
from customers.models import CustomerGroup, Organisation
from signatures.certificates.flows import order as ordering
from signatures.certificates.flows.price import price_of
from signatures.certificates.models import Order
from signatures.envelopes import tasks as shared
from signatures.envelopes.tests.factories import MemberFactory

from . import steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_queue")]


def test_it_waits_and_is_bought_at_the_agreed_price_after_a_top_up(sandbox):
    member = MemberFactory()
    change(member.organisation, plan_with(fee=0), "Staff")
    order = steps.ordered("FIRREM", member=member)
    assert order.state == Order.State.QUEUED
    agreed = Price.objects.sale(order.key, order.organisation, order.ordered_at).amount
    Price(side="sell", product=order.key, amount=agreed + 10, source="Dearer now").save()

    record_transfer(order.organisation, Decimal("500.00"), date(2026, 11, 2), "TRN 1", "Staff")
    from billing.flows.go_on import go_on_due

    assert go_on_due() == 1
    shared.send_due()

    order.refresh_from_db()
    assert order.provider_reference
    assert set(Usage.objects.values_list("funding", flat=True)) == {"wallet"}
    net = sum(Usage.objects.values_list("unit_price", flat=True))
    assert Usage.objects.get(product=order.key).unit_price == agreed
    assert credit_of(order.organisation).total == Decimal("500.00") - net * Decimal("1.22")
    assert credit_of(order.organisation).held == 0


def test_who_leaves_a_group_while_staff_look_at_the_papers_pays_what_was_agreed(sandbox):
    draft = steps.draft("OTPMOB")
    group = CustomerGroup.objects.create(name="Associates")
    Organisation.objects.filter(pk=draft.organisation_id).update(group=group)
    listed = Price.objects.sale(draft.key, draft.organisation, timezone.now()).amount
    Price(side="sell", product=draft.key, group=group, amount=listed - 1, source="Associates").save()
    draft = Order.objects.get(pk=draft.pk)
    ordering.place(draft, draft.created_by, "192.0.2.7", price_of(draft).net)
    Organisation.objects.filter(pk=draft.organisation_id).update(group=None)

    order = Order.objects.get(pk=draft.pk)
    assert price_of(order, order.ordered_at).lines[0].unit_price == listed - 1
    steps.approved(order)
    steps.beat()
    assert Usage.objects.get(product=order.key).unit_price == listed - 1
