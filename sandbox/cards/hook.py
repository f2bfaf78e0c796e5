"""The signed events that tell the shop what became of a payment."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from .models import CardSession

COMPLETED, EXPIRED = "checkout.session.completed", "checkout.session.expired"
HOOK_PATH = "/wallet/card-hook/"


def event_of(session: CardSession) -> tuple[str, str]:
    """The event's body and its ``Stripe-Signature``, made now."""
    now = int(time.time())
    body = json.dumps({
        "id": f"evt_{secrets.token_hex(12)}",
        "object": "event",
        "type": COMPLETED if session.status == "complete" else EXPIRED,
        "created": now,
        "livemode": False,
        "data": {"object": session.as_json()},
    })  # fmt: skip
    signed = hmac.new(settings.SANDBOX_CARD_HOOK_SECRET.encode(), f"{now}.{body}".encode(), hashlib.sha256)
    return body, f"t={now},v1={signed.hexdigest()}"


def deliver(session: CardSession) -> str:
    """Send the event to the shop, once, and note what it answered. The real processor would go on trying for days."""
    parts = urlsplit(session.success_url)
    address = settings.SANDBOX_CARD_HOOK or f"{parts.scheme}://{parts.netloc}{HOOK_PATH}"
    body, signature = event_of(session)
    headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    try:
        answer = httpx.post(address, content=body.encode(), headers=headers, timeout=10).status_code
        outcome = f"answered with {answer}"
    except httpx.HTTPError as error:
        outcome = f"not delivered: {type(error).__name__}"
    CardSession.objects.filter(pk=session.pk).update(delivered=outcome)
    return outcome
