"""What an order costs, and taking it from the wallet. There are no subscriptions for devices."""

from __future__ import annotations

from decimal import Decimal

from .. import clock, knobs, services
from ..api.answers import Refusal, number
from ..order_models import Order, Product
from .book import book_call, move, wallet
from .catalogue import listed
from .charge import Spent

VIDEO_RECOGNITION = "VIDEORIC"


def cost_of(order: Order, product: Product) -> Decimal:
    """The price with what the options add (by the knobs: nobody publishes it)."""
    knob = knobs.current()
    shipping = {"prioritaria": knob.price_priority, "veloce": knob.price_express}
    amount = product.price * order.quantity
    amount += Decimal(knob.price_assistance) if order.has_assistance else 0
    amount += Decimal(knob.price_urgency) if order.is_urgent else 0
    amount += Decimal(shipping.get(order.shipping, "0"))
    if order.has_video_recognition and knob.video_recognition_charged:
        amount += video_recognition_price()
    return amount


def video_recognition_price() -> Decimal:
    """What the add-on costs now; nothing while it is not sold."""
    product = listed(VIDEO_RECOGNITION)
    return product.price if product else Decimal(0)


def check_credit(amount: Decimal) -> None:
    """Raises Refusal 402 when the wallet does not cover this much."""
    credit = wallet().credit
    if amount > credit:
        raise Refusal(402, f"Insufficient Credit in Wallet: {number(amount)} > {number(credit)}", 207)


def book_order(order: Order, amount: Decimal) -> Spent:
    """Take this much for an order; inside a transaction of the caller, who saves the order."""
    book_call(order.scope, order.id, amount, 0, None, 0)
    order.charged_at = clock.now()
    return Spent(amount, amount > 0, False)


def refund_order(order: Order) -> None:
    """Give back what an order cost, where the knob says so; inside a transaction of the caller."""
    if knobs.current().refund_on_failure and order.charged_at is not None and order.amount:
        move(order.amount, f"Refund - {services.domain_of(order.scope)}", order.id)
        order.charged_at = None
