"""Order: make the draft binding, with its purchase intended, in one transaction.

Where the ID document travels with the order (Aruba), staff look at it first: then the purchase is intended by
``hand_over``, once they have approved it, at the price that was agreed here.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from billing.flows import purchase as fence
from billing.models import Tariff
from customers.models import User
from upstream import Generation

from ..models import Order
from .check import Problem, problems_of
from .price import OrderPrice, agreed_prices, options_of, price_of
from .renew import reserve
from .request import request_digest
from .state import Actor, NotPossible, locked, move, tell

# Orders live on the provider's old host, whichever generation signs envelopes.
GENERATION = Generation.FIRMADIGITALE


class NotReady(Exception):
    """Something is missing before it can be ordered; ``problems`` says what and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.text for problem in problems))
        self.problems = problems


class PriceChanged(Exception):
    """The price is not the one that the customer was shown; ``price`` is the one in force."""

    def __init__(self, price: OrderPrice) -> None:
        super().__init__(f"now {price.net}")
        self.price = price


def place(order: Order, user: User, ip: str, expected_net: Decimal, consents: Sequence[str] = ()) -> None:
    """Order a draft: from here on it is bought, once, and followed to its end.

    ``consents`` are the sentences that the customer has agreed to, as they read them. Raises ``NotReady``,
    ``PriceChanged``, ``PriceMissing``, and ``NotPossible`` when it was ordered already.
    """
    now = timezone.now()
    with locked(order.pk) as draft:
        if not draft.is_draft:
            raise NotPossible
        # Of the draft as it is now: another page, or another member, may have saved a step since it was shown.
        price = _checked(draft, now, expected_net)
        who = {"actor": Actor.CUSTOMER, "actor_name": str(user), "ip": ip}
        draft.ordered_at, draft.agreed = now, {line.key: line.sale.pk for line in price.lines}
        draft.save(update_fields=["ordered_at", "agreed"])
        tell(draft, "created", **who, code=draft.code, prepared_at=str(draft.created_at))
        tell(draft, "ordered", **who, **_agreed(draft, price), consents=list(consents))
        if draft.product_family.needs_document_at_order:
            move(draft, Order.State.IN_REVIEW)
            tell(draft, "in_review")
        else:
            hand_over(draft, now)
    order.refresh_from_db()


def _checked(draft: Order, now: datetime, expected_net: Decimal) -> OrderPrice:
    if problems := problems_of(draft):
        raise NotReady(problems)
    price = price_of(draft, now)
    if price.net != expected_net:
        raise PriceChanged(price)
    return price


def hand_over(order: Order, now: datetime) -> None:
    """Intend the purchase of a locked order, in the caller's transaction, and wake the worker that buys it.

    Raises ``PriceMissing``, and ``NotPossible`` when its state does not allow it.
    """
    from ..tasks import buy

    options = [option.key for option in options_of(order)]
    purchase = fence.intend(
        organisation=order.organisation,
        fact_key=f"order:{order.pk}",
        product=order.key,
        generation=GENERATION,
        quantity=order.quantity,
        # Subscriptions exist for signatures only.
        tariff=Tariff.SINGLE,
        request_digest=request_digest(order),
        now=now,
        along=options,
        # What the customer said yes to, however long staff have looked at the papers since.
        agreed=agreed_prices(order, [order.key, *options], order.ordered_at or now),
    )
    if not move(order, Order.State.BUYING, purchase=purchase):
        raise NotPossible
    reserve(order)
    fence.show_waiting(purchase)
    buy.delay_on_commit(str(purchase.pk))


def send_again(order: Order, user: User, ip: str) -> None:
    """The customer has corrected what staff returned before anything was bought: staff look again.

    Raises ``NotReady`` and ``NotPossible``.
    """
    with locked(order.pk) as returned:
        if returned.state != Order.State.RETURNED or not returned.is_editable:
            raise NotPossible
        if problems := problems_of(returned):
            raise NotReady(problems)
        move(returned, Order.State.IN_REVIEW)
        tell(returned, "corrected", actor=Actor.CUSTOMER, actor_name=str(user), ip=ip)
    order.refresh_from_db()


def _agreed(order: Order, price: OrderPrice) -> dict[str, Any]:
    lines = [[line.key, line.quantity, str(line.unit_price)] for line in price.lines]
    return {
        "holder": order.holder_name,
        "lines": lines,
        "net": str(price.net),
        "vat_rate": str(price.vat_rate),
        "gross": str(price.gross),
        "request": request_digest(order),
    }
