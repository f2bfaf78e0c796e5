"""Deliver callbacks: only 200 counts, and only what may pass is tried again (contract, sections 5.3 and 6.5)."""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from datetime import timedelta
from typing import Any

import httpx
from django.db import close_old_connections, transaction

from .. import clock, faults, knobs
from ..models import Delivery, Generation, Procedure

logger = logging.getLogger(__name__)
_MAY_PASS = {502, 503}
_THREADS = 4
_line: queue.SimpleQueue[str] = queue.SimpleQueue()
_in_hand: set[str] = set()
_lock = threading.Lock()
_started = threading.Event()


def deliver_due(stop: threading.Event) -> int:
    """Hand every due delivery to one of a few threads; how many there were."""
    if not _started.is_set():
        _started.set()
        for _ in range(_THREADS):
            threading.Thread(target=_deliver_until, args=(stop,), daemon=True).start()
    due = Delivery.objects.filter(active=True, due_at__lte=clock.now()).order_by("created_at", "pk")
    with _lock:
        fresh = [pk for pk in due.values_list("pk", flat=True)[:200] if pk not in _in_hand]
        _in_hand.update(fresh)
    for pk in fresh:
        _line.put(pk)
    return len(fresh)


def _deliver_until(stop: threading.Event) -> None:
    with httpx.Client(trust_env=False, follow_redirects=False) as client:
        while not stop.is_set():
            try:
                pk = _line.get(timeout=0.5)
            except queue.Empty:
                continue
            try:
                deliver(pk, client)
            except Exception:
                # A thread that delivers must outlive whatever one delivery does.
                logger.exception("callback %s could not be delivered", pk)
            finally:
                with _lock:
                    _in_hand.discard(pk)
                close_old_connections()


def deliver(pk: str, client: httpx.Client) -> None:
    """Make one attempt, and say how it went."""
    delivery = Delivery.objects.filter(pk=pk, active=True).first()
    if delivery is None:
        return
    delivery.attempt += 1
    tried = {"started_at": clock.now(), "attempt": delivery.attempt}
    path = f"{delivery.scope.rpartition('/')[2]}/{delivery.procedure_id}"
    if faults.take("lost_callback", path):
        _complete(delivery, tried, None, "lost by a fault")
        return
    times = 2 if faults.take("duplicate_callback", path) else 1
    began = time.monotonic()
    status, said = None, ""
    for _ in range(times):
        status, said = _post(delivery, client)
    tried["elapsed_ms"] = int((time.monotonic() - began) * 1000)
    may_pass = status is None or status in _MAY_PASS
    if status != 200 and may_pass and delivery.attempt <= delivery.retry:
        pause = knobs.current().retry_pause * 2 ** (delivery.attempt - 1)
        tried["due_at"] = clock.now() + timedelta(seconds=pause)
        _keep(delivery, tried, status, said)
        return
    _complete(delivery, tried, status, said)


def _complete(delivery: Delivery, tried: dict[str, Any], status: int | None, said: str) -> None:
    old = Procedure.objects.filter(pk=delivery.procedure_id, generation=Generation.FIRMADIGITALE)
    with transaction.atomic():
        _keep(delivery, tried | {"active": False, "completed_at": clock.now()}, status, said)
        old.update(callback_status="done" if status == 200 else "error")


def _keep(delivery: Delivery, tried: dict[str, Any], status: int | None, said: str) -> None:
    # Not `save`, which would bring back what was forgotten meanwhile.
    Delivery.objects.filter(pk=delivery.pk).update(http_response_code=status, outcome=said[:200], **tried)


def _post(delivery: Delivery, client: httpx.Client) -> tuple[int | None, str]:
    headers = {str(name): str(value) for name, value in delivery.headers.items()}
    timeout = knobs.current().callback_timeout
    try:
        if delivery.method == "POST":
            response = client.post(delivery.url, data=_form(delivery), headers=headers, timeout=timeout)
        else:
            response = client.post(delivery.url, json=_body(delivery), headers=headers, timeout=timeout)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return None, type(error).__name__
    return response.status_code, response.reason_phrase


def _body(delivery: Delivery) -> Any:
    if not delivery.is_wrapped:
        return delivery.data
    return {"data": delivery.data} | ({"custom": delivery.custom} if delivery.custom is not None else {})


def _form(delivery: Delivery) -> dict[str, str]:
    form = {delivery.field: json.dumps(delivery.data, ensure_ascii=False)}
    if delivery.custom is not None:
        form["custom"] = json.dumps(delivery.custom, ensure_ascii=False)
    return form
