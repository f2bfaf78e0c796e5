"""What the card processor keeps of a payment."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models

from .. import clock
from ..models import Row


def new_session() -> str:
    """An id as Stripe's sandbox makes them."""
    return f"cs_test_{secrets.token_urlsafe(24).replace('-', 'a').replace('_', 'b')}"


class CardSession(Row):
    """A payment page that was asked for; open until somebody pays or gives up."""

    id = models.CharField(max_length=80, primary_key=True, default=new_session)
    # The same key asked twice is the same session.
    idempotency_key = models.CharField(max_length=255, unique=True)
    reference = models.CharField(max_length=200, blank=True)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    title = models.CharField(max_length=250)
    email = models.CharField(max_length=250, blank=True)
    success_url = models.CharField(max_length=1000)
    cancel_url = models.CharField(max_length=1000)
    status = models.CharField(max_length=10, default="open")
    payment_status = models.CharField(max_length=10, default="unpaid")
    delivered = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    @property
    def euros(self) -> str:
        return f"{self.amount / 100:.2f}"

    def as_json(self) -> dict[str, Any]:
        """As the processor shows it, as far as the portal reads it."""
        return {
            "id": self.id,
            "object": "checkout.session",
            "amount_total": self.amount,
            "currency": self.currency,
            "client_reference_id": self.reference or None,
            "mode": "payment",
            "status": self.status,
            "payment_status": self.payment_status,
            "success_url": self.success_url,
            "cancel_url": self.cancel_url,
            "created": int(self.created_at.timestamp()),
            "livemode": False,
        }
