"""Buying an order of every family, and what is metered for it."""

from decimal import Decimal

import pytest

from billing.models import Purchase, Usage
from signatures.certificates.models import Order

from . import steps

pytestmark = pytest.mark.django_db(transaction=True)
State = Order.State


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("FIRREM", State.DOCUMENTS_NEEDED),
        ("KEYCNS_VIDEO", State.IDENTIFICATION_PENDING),
        ("LETTORE", State.SUBMITTED),
        ("RINFIRREM", State.ISSUED),
        ("FIREST", State.ISSUED),
    ],
)
def test_an_order_is_bought_once_metered_once_and_stands_where_the_provider_says(sandbox, code, state):
    order = steps.ordered(code)

    assert order.state == state, steps.kinds(order)
    assert order.provider_reference
    usage = Usage.objects.get()
    assert (usage.product, usage.subject_id, usage.unit_price) == (order.key, order.pk, Decimal("39.00"))
    steps.beat()
    assert Usage.objects.count() == 1
    assert Purchase.objects.get().state == Purchase.State.BOUGHT
