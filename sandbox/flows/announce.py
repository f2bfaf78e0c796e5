"""A procedure has changed: put its callback in line, if it wants one."""

from __future__ import annotations

from django.db import transaction

from .. import clock, knobs, runtime, services, shapes
from ..models import Delivery, Generation, Procedure


def announce(procedure_id: str) -> None:
    """One delivery with the object as it stands now; inside the transaction of the change."""
    procedure = Procedure.objects.filter(pk=procedure_id).first()
    if procedure is None or not procedure.callback or not procedure.callback.get("url"):
        return
    callback, knob = procedure.callback, knobs.current()
    is_new = procedure.generation == Generation.ESIGNATURE
    Delivery.objects.create(
        procedure_id=procedure.pk,
        scope=procedure.scope,
        domain=services.domain_of(procedure.scope),
        url=callback["url"],
        method=callback.get("method") or ("JSON" if is_new else knob.firmadigitale_callback_method),
        field=callback.get("field") or "data",
        headers=callback.get("headers") or {},
        data=shapes.callback_body(procedure),
        custom=callback.get("custom") if is_new else None,
        is_wrapped=is_new or knob.firmadigitale_callback == "data",
        retry=int(callback.get("retry") or 0) if is_new else knob.firmadigitale_callback_retry,
        due_at=clock.now(),
        created_at=clock.now(),
    )
    transaction.on_commit(runtime.nudge)
