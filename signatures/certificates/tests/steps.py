"""What happens to an order, step by step, as tests make it happen."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from billing.models import Purchase, Usage
from customers.models import Membership
from signatures.certificates import tasks
from signatures.certificates.flows import order as ordering
from signatures.certificates.flows import review
from signatures.certificates.flows.price import price_of
from signatures.certificates.models import Order
from signatures.envelopes import tasks as shared
from signatures.envelopes.tests.factories import MemberFactory, UserFactory
from upstream import family_of

from .factories import OrderFactory, OrderFileFactory, details, sold

SHIPPING = {"email": "magazzino@bottega.example", "mobile": "+393339876543"}


# What the sandbox charges, by the provider's own list.
COSTS = {
    "FIRREM": "25.70", "KEY": "40.00", "KEYCNS": "40.70", "OTPMOB": "21.70", "VIDEORIC": "15.00", "LETTORE": "13.00",
    "RINFIR": "9.00", "RINCNS": "9.00", "RINFIRREM": "19.70", "FIREST": "49.70", "KEYCNS_VIDEO": "77.90",
    "FIRREM_VIDEO": "63.70", "SMARTCARDCNS": "25.70",
}  # fmt: skip


def holder() -> Client:
    """A holder without an account, who reads English: their pages speak the order's language at first."""
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def for_sale() -> None:
    """The shop as it would be after a reading of the catalogue."""
    for code, cost in COSTS.items():
        sold(code, cost=Decimal(cost))


def draft(code: str = "FIRREM", **fields: Any) -> Order:
    """A draft that may be ordered, of its organisation's owner; products of the shop have a price."""
    for_sale()
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
            expires_on = in_days(40).isoformat()
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


def in_days(days: int) -> date:
    """A day so far from today."""
    return timezone.localdate() + timedelta(days=days)


def member_of(thing: Any) -> Any:
    """The owner of the organisation that something belongs to."""
    found = Membership.objects.filter(organisation=thing.organisation).first()
    return found or MemberFactory(organisation=thing.organisation)


def staff() -> Any:
    """Somebody who may review."""
    return UserFactory(is_staff=True)


def approved(order: Order) -> None:
    """Staff have looked at the papers as they are now, and found them good."""
    review.approve(order, staff(), "192.0.2.9", review.digests_of(order))
    order.refresh_from_db()


def aruba_bought(sandbox: Any, **fields: Any) -> Order:
    """An Aruba order that is at the provider and waits for its signed form."""
    order = ordered("OTPMOB", **fields)
    approved(order)
    beat()
    order.refresh_from_db()
    assert order.provider_reference, kinds(order)
    return order


def all_due() -> None:
    """Time passes: whatever waits for its next look is due."""
    now = timezone.now()
    for name in ("next_check_at", "form_due_at", "papers_due_at"):
        Order.objects.exclude(**{name: None}).update(**{name: now})
    Purchase.objects.update(next_attempt_at=now)


def beat() -> None:
    """The clockwork comes round once, a good while later."""
    clockwork = (
        shared.settle_due,
        shared.send_due,
        tasks.submit_papers_due,
        tasks.follow_due,
        tasks.fetch_forms_due,
    )
    for task in clockwork:
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
