"""How an order goes on: by its script on the sandbox's clock, by its papers, or because the control desk says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from .. import clock, knobs
from ..order_models import Family, Order
from .locks import lock_for
from .order_announce import announce_order
from .order_charge import book_order, refund_order
from .order_fulfil import fulfil
from .order_mail import write_codes, write_instructions

FULFILLED = "evasa"
# Words of an end that nobody has seen yet [assumed: contract, section 4.5].
LOST = {"annullata", "rifiutata"}
_MOST_STEPS = 100


@contextmanager
def changing(order_id: str) -> Iterator[Order]:
    """The order under its lock, in a transaction, saved and announced at the end."""
    with lock_for(order_id):
        with transaction.atomic():
            order = Order.objects.get(pk=order_id)
            yield order
            order.updated_at = clock.now()
            order.save()
        announce_order(order)


def begin(order: Order, at: datetime) -> None:
    """Enter the first state of the script, and every one that follows at once; the caller saves."""
    order.step = 0
    enter(order, order.script[0]["state"] if order.script else "in_lavorazione", at)
    plan(order, at)
    go_on(order)


def go_on(order: Order) -> bool:
    """Take every step that is due; the caller saves. Whether there was one."""
    now = clock.now()
    for taken in range(_MOST_STEPS):
        if order.due_at is None or order.due_at > now:
            return taken > 0
        take_step(order, order.due_at)
    return True


def take_step(order: Order, at: datetime) -> None:
    """Take the next step of the script, if there is one; the caller saves."""
    if order.step + 1 >= len(order.script):
        order.due_at, order.waits_for_papers = None, False
        return
    order.step += 1
    enter(order, order.script[order.step]["state"], at)
    plan(order, at)


def enter(order: Order, word: str, at: datetime) -> None:
    """Come into a state, with all that comes with it."""
    is_asked_to_be_identified = (order.is_personal and word == "in_riconoscimento" != order.state) or (
        order.family == Family.VIDEO and not order.state
    )
    order.state = word
    if word == FULFILLED and order.fulfilled_at is None:
        if order.is_personal and order.registered_at is None:
            order.registered_at = at
        fulfil(order, at)
        if order.charged_at is None:
            book_order(order, order.amount)
        write_codes(order)
    elif word in LOST:
        refund_order(order)
    elif is_asked_to_be_identified:
        write_instructions(order)


def plan(order: Order, at: datetime) -> None:
    """When the next step is due; None while it waits for papers, or when there is none."""
    order.due_at, order.waits_for_papers = None, False
    if order.step + 1 >= len(order.script):
        return
    following = order.script[order.step + 1]
    if following.get("wait") == "papers" and not (order.has_papers or order.has_video_recognition):
        order.waits_for_papers = True
        return
    after = following.get("after", 0)
    if following.get("wait") == "papers" and order.has_papers:
        # The papers have been waited for; the delay is that of identification by video.
        order.registered_at = order.registered_at or at
        after = 0
    order.due_at = at + timedelta(seconds=after * knobs.current().order_pace)


def papers_came(order: Order, at: datetime) -> None:
    """Form or ID document have come: with both, the order goes on; the caller saves."""
    if order.has_papers:
        order.registered_at = order.registered_at or at
        if order.waits_for_papers:
            plan(order, at)
            go_on(order)


def move_to(order: Order, word: str, at: datetime) -> None:
    """Put an order into any state now; it goes on from there if its script knows the word further on."""
    ahead = range(order.step, len(order.script))
    # The last of the steps with this word: one that waits for papers is left by them.
    known = max((step for step in ahead if order.script[step]["state"] == word), default=None)
    if known is None:
        enter(order, word, at)
        order.due_at, order.waits_for_papers = None, False
        return
    if any(one.get("wait") == "papers" for one in order.script[order.step + 1 : known + 1]):
        order.registered_at = order.registered_at or at
    order.step = known
    enter(order, word, at)
    plan(order, at)


def move_due(limit: int = 200) -> int:
    """Let every due order go on, and lapse those that waited too long; how many there were."""
    now = clock.now()
    due = list(Order.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:limit])
    for order_id in due:
        go_on_if_due(order_id)
    return len(due) + _lapse(now)


def go_on_if_due(order_id: str) -> None:
    """Let one order take the steps that are due, once."""
    now = clock.now()
    with lock_for(order_id), transaction.atomic():
        order = Order.objects.filter(pk=order_id, due_at__lte=now).first()
        if order is None or not go_on(order):
            return
        order.updated_at = now
        order.save()
    announce_order(order)


def _lapse(now: datetime) -> int:
    days, word = knobs.current().identification_days, knobs.current().lapsed_state
    if not days:
        return 0
    late = Order.objects.filter(waits_for_papers=True, created_at__lte=now - timedelta(days=days))
    ids = list(late.values_list("pk", flat=True)[:200])
    for order_id in ids:
        with changing(order_id) as order:
            move_to(order, word, now)
    return len(ids)
