"""An order of a customer who pays in advance: queued without credit, and bought at the agreed price after a top-up."""

from datetime import date
from decimal import Decimal

import pytest

from billing.flows.change_plan import change
from billing.flows.ledger import credit_of
from billing.flows.top_up import record_transfer
from billing.models import Price, Usage
from billing.tests.factories import plan_with
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
