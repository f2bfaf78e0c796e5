"""Stripe Checkout over HTTP: a payment page is asked for, and signed events tell what became of it.

Stripe's own rules: amounts in cents; the same ``Idempotency-Key`` makes the same page; an event is signed with
HMAC-SHA256 over ``<time>.<body>`` and is good for five minutes.
"""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
from django.conf import settings

TOLERANCE_SECONDS = 300
TIMEOUT_SECONDS = 15


class CardsUnavailable(Exception):
    """The processor could not be asked, or refused."""


class BadSignature(Exception):
    """An event that the processor did not sign, or not lately."""


@dataclass(frozen=True)
class PaymentPage:
    """Where the customer pays."""

    session: str
    url: str


def is_on() -> bool:
    """Whether cards are taken: both keys are set."""
    return bool(settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRET)


def payment_page(
    *, reference: str, amount: Decimal, title: str, email: str, language: str, back_url: str, paid_url: str
) -> PaymentPage:
    """Ask for a page to pay this amount in EUR on. Raises ``CardsUnavailable``."""
    form = {
        "mode": "payment",
        "client_reference_id": reference,
        "customer_email": email,
        "locale": language,
        "success_url": paid_url,
        "cancel_url": back_url,
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": str(int(amount * 100)),
        "line_items[0][price_data][product_data][name]": title,
    }
    headers = {"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}", "Idempotency-Key": reference}
    address = f"{settings.STRIPE_URL.rstrip('/')}/v1/checkout/sessions"
    try:
        answer = (
            httpx.post(address, data=form, headers=headers, timeout=TIMEOUT_SECONDS).raise_for_status().json()
        )
        return PaymentPage(str(answer["id"]), str(answer["url"]))
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise CardsUnavailable(type(error).__name__) from error


def read_event(body: bytes, signature: str) -> dict[str, Any]:
    """An event that the processor has signed in the last minutes. Raises ``BadSignature``."""
    if not settings.STRIPE_WEBHOOK_SECRET:
        raise BadSignature("no secret is set")
    parts = [part.partition("=")[::2] for part in signature.split(",")]
    times = [value for name, value in parts if name.strip() == "t"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdecimal():
        raise BadSignature("no time")
    wanted = hmac.new(
        settings.STRIPE_WEBHOOK_SECRET.encode(), times[0].encode() + b"." + body, hashlib.sha256
    )
    good = [value for name, value in parts if name.strip() == "v1"]
    if not any(hmac.compare_digest(wanted.hexdigest().encode(), value.encode()) for value in good):
        raise BadSignature("another secret, or another body")
    if abs(time.time() - int(times[0])) > TOLERANCE_SECONDS:
        raise BadSignature("too old")
    event = json.loads(body)
    if not isinstance(event, dict):
        raise BadSignature("no event")
    return event
