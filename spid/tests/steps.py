"""What happens to an activation, step by step, as tests make it happen."""

import itertools
import re
from decimal import Decimal
from typing import Any

from django.core import mail
from django.utils import timezone

from billing.flows import settle as settling
from billing.models import Purchase, Usage
from customers.tests.factories import MembershipFactory
from spid import tasks
from spid.flows import order as ordering
from spid.flows import prepare
from spid.models import Activation, Order, Voucher

from .factories import person

PRICE = Decimal("19.90")
ADDRESS = re.compile(r"/my-spid/([\w-]{20,})/")
_numbers = itertools.count(1000)


def draft(count: int = 1, member: Any = None) -> Order:
    """A draft for so many people, of an organisation's owner."""
    member = member or MembershipFactory()
    return prepare.create_draft(
        member.organisation, member.user, [person(next(_numbers)) for _ in range(count)]
    )


def ordered(count: int = 1, member: Any = None) -> list[Activation]:
    """The same, ordered."""
    order = draft(count, member)
    ordering.place_order(order, order.created_by, "192.0.2.7", PRICE)
    return list(order.activations.order_by("position"))


def all_due() -> None:
    """Time passes: whatever waits for its next look is due."""
    Purchase.objects.update(next_attempt_at=timezone.now())


def beat() -> None:
    """The clockwork comes round once, a good while later."""
    all_due()
    settling.settle_due()
    all_due()
    tasks.send_line()


def token_of(email: str) -> str:
    """The secret part of the address in the newest mail to this person."""
    newest = [message for message in mail.outbox if message.to == [email]][-1]
    found = ADDRESS.search(str(newest.body))
    assert found, f"no address in the mail to {email}"
    return found.group(1)


def kinds(activation: Activation) -> list[str]:
    return list(activation.events.order_by("number").values_list("kind", flat=True))


def was(activation: Activation) -> list[str]:
    """Every state that the present purchase went through."""
    purchase = Purchase.objects.get(activation=activation)
    return list(purchase.steps.values_list("state", flat=True))


def books_agree(sandbox: Any) -> None:
    """What was sold is what we intended to buy, no link of it is lost, and each activation is metered once."""
    state = sandbox.spid()
    bought = Purchase.objects.filter(line="spid", state=Purchase.State.BOUGHT)
    assert state["sold"] == Voucher.objects.count() == bought.count() == Usage.objects.count()
    assert Decimal(state["charged_amount"]) == sum(
        Usage.objects.values_list("unit_cost", flat=True), Decimal(0)
    )
    assert set(Usage.objects.values_list("provider_reference", flat=True)) == set(
        Voucher.objects.values_list("reference", flat=True)
    )
