"""An order has changed: put its callback in line, if it wants one (contract, section 4.6)."""

from __future__ import annotations

from .. import clock, knobs, order_shapes, runtime, services
from ..models import Delivery
from ..order_models import Order


def announce_order(order: Order) -> None:
    """One delivery with the order as it stands now."""
    callback, knob = order.callback or {}, knobs.current()
    is_wanted = knob.order_callback_trigger == "change" or (
        knob.order_callback_trigger == "end" and order.fulfilled_at is not None
    )
    if not callback.get("url") or not is_wanted:
        return
    Delivery.objects.create(
        procedure_id=order.id,
        scope=order.scope,
        domain=services.domain_of(order.scope),
        url=callback["url"],
        method=callback.get("method") or knob.order_callback_method,
        field=callback.get("field") or "data",
        data=order_shapes.order(order),
        is_wrapped=knob.order_callback == "data",
        retry=knob.order_callback_retries,
        due_at=clock.now(),
        created_at=clock.now(),
    )
    runtime.nudge()
