"""Take an order: charge it, keep its papers, and let it begin; and add video recognition to one."""

from __future__ import annotations

import secrets

from django.db import transaction

from .. import clock, knobs
from ..order_models import Family, Order, Product
from .charge import Spent
from .order_announce import announce_order
from .order_charge import book_order, check_credit, cost_of, video_recognition_price
from .order_mail import write_instructions
from .order_papers import keep_paper
from .order_steps import FULFILLED, LOST, begin, changing, go_on, plan


class NotFitting(Exception):
    """Video recognition cannot be added to this order; `is_late` when it could have been before."""

    def __init__(self, *, is_late: bool) -> None:
        super().__init__("late" if is_late else "not an Aruba order")
        self.is_late = is_late


def buy(order: Order, product: Product, papers: dict[str, bytes], names: dict[str, str]) -> Spent | None:
    """Make the order that was asked for, already checked. Raises Refusal 402; then nothing has happened."""
    now = clock.now()
    order.code, order.product_name, order.maker = product.code, product.name, product.maker
    order.family, order.script = product.family, product.script
    order.number = _number(product)
    order.created_at = order.updated_at = now
    order.amount = cost_of(order, product)
    spent = None
    with transaction.atomic():
        if knobs.current().charge_on == "create":
            check_credit(order.amount)
            spent = book_order(order, order.amount)
        for name, content in papers.items():
            keep_paper(order, name, content, names[name])
        begin(order, now)
        order.save(force_insert=True)
    if order.fulfilled_at is not None:
        announce_order(order)
    return spent


def _number(product: Product) -> str:
    """Five characters for people. Those of video orders are all digits, and come as numbers in the examples."""
    if product.family == Family.VIDEO:
        return str(10_000 + secrets.randbelow(90_000))
    return f"{secrets.choice('abcdef')}{secrets.token_hex(2)}"


def add_video_recognition(order_id: str) -> tuple[Order, Spent | None]:
    """Sell video recognition for an Aruba order. Raises NotFitting, or Refusal 402; then nothing has happened."""
    price, spent = video_recognition_price(), None
    with changing(order_id) as order:
        if order.family != Family.ARUBA:
            raise NotFitting(is_late=False)
        if order.has_video_recognition or order.registered_at or order.state in {FULFILLED, *LOST}:
            raise NotFitting(is_late=True)
        if order.charged_at is not None:
            check_credit(price)
            spent = book_order(order, price)
        order.amount += price
        order.has_video_recognition = True
        write_instructions(order)
        plan(order, clock.now())
        go_on(order)
    return order, spent


def is_sold(product: Product | None) -> bool:
    """Whether a product is ordered by its code alone (SPID and video recognition are not)."""
    return product is not None and product.family not in (Family.RECOGNITION, Family.SPID)
