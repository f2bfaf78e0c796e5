"""What happens to an order, step by step, as tests make it happen."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from billing.models import Purchase, Usage
from signatures.certificates import tasks
from signatures.certificates.flows import order as ordering
from signatures.certificates.flows.price import price_of
from signatures.certificates.models import Order
from signatures.envelopes import tasks as shared
from signatures.envelopes.tests.factories import MemberFactory
from upstream import family_of

from .factories import OrderFactory, OrderFileFactory, details, sold

SHIPPING = {"email": "magazzino@bottega.example", "mobile": "+393339876543"}


def draft(code: str = "FIRREM", **fields: Any) -> Order:
    """A draft that may be ordered, of its organisation's owner; products of the shop have a price."""
    sold()
    member = fields.pop("member", None) or MemberFactory()
    # What a family asks beyond Mario's own data.
    said = fields.pop("details", None) or details_of(code)
    order = OrderFactory(
        organisation=member.organisation, created_by=member.user, code=code, details=said, **fields
    )
    if order.product_family.needs_document_at_order:
        for kind in ("id_front", "id_back", "id_joined"):
            OrderFileFactory(order=order, kind=kind)
    return order


def details_of(code: str) -> dict[str, Any]:
    """What the form of a product would keep."""
    match family_of(code):
        case "shipping":
            return {"options": {**details()["options"], **SHIPPING}}
        case "video" | "foreign":
            return {"person": details()["person"], "options": {}}
        case "renewal":
            expires_on = (timezone.localdate() + timedelta(days=40)).isoformat()
            return {
                "renewal": {"certificate": "elsewhere", "expires_on": expires_on, "was_renewed": ""},
                "person": details()["person"],
                "options": {},
            }
        case "recognition":
            return {"recognition": {"order_id": ""}}
    return details()


def ordered(code: str = "FIRREM", **fields: Any) -> Order:
    """The same, ordered."""
    order = draft(code, **fields)
    ordering.place(order, order.created_by, "192.0.2.7", price_of(order).net)
    order.refresh_from_db()
    return order


def all_due() -> None:
    """Time passes: whatever waits for its next look is due."""
    now = timezone.now()
    for name in ("next_check_at", "form_due_at", "papers_due_at"):
        Order.objects.exclude(**{name: None}).update(**{name: now})
    Purchase.objects.update(next_attempt_at=now)


def beat() -> None:
    """The clockwork comes round once, a good while later."""
    for task in (shared.settle_due, shared.send_due, tasks.follow_due):
        all_due()
        task()


def kinds(order: Order) -> list[str]:
    """What happened, in order."""
    return list(order.events.order_by("number").values_list("kind", flat=True))


def books_agree(sandbox: Any) -> None:
    """What was bought at the provider is what we intended to buy, and each is metered once, at what it cost."""
    played = sandbox.orders()
    bought = Purchase.objects.filter(state=Purchase.State.BOUGHT)
    assert played["orders"] == bought.exclude(product="order:VIDEORIC").count()
    assert Decimal(played["charged_amount"]) == sum(
        Usage.objects.values_list("unit_cost", flat=True), Decimal(0)
    )
