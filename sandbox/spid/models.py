"""What the identity provider keeps of a voucher."""

from __future__ import annotations

import secrets

from django.db import models

from .. import clock
from ..identifiers import new_id
from ..models import Row


def new_voucher() -> str:
    """The secret in a voucher's address, in the form of the provider's own example."""
    return f"rzeup-{secrets.token_urlsafe(15)}"


class VoucherPhase(models.TextChoices):
    """How far a voucher has come."""

    NEW = "new"
    DATA = "data"
    CODES = "codes"
    DOCUMENT = "document"
    IDENTIFIED = "identified"
    ACTIVE = "active"
    FAILED = "failed"


class SpidVoucher(Row):
    """One voucher that was sold, and the person who uses it."""

    id = models.CharField(max_length=24, primary_key=True, default=new_id)
    code = models.CharField(max_length=60, unique=True, default=new_voucher)
    phase = models.CharField(max_length=20, choices=VoucherPhase.choices, default=VoucherPhase.NEW)
    language = models.CharField(max_length=5, default="it")
    name = models.CharField(max_length=120, blank=True)
    surname = models.CharField(max_length=120, blank=True)
    tax_code = models.CharField(max_length=16, blank=True, db_index=True)
    email = models.CharField(max_length=254, blank=True)
    mobile = models.CharField(max_length=40, blank=True)
    email_code = models.CharField(max_length=12, blank=True)
    sms_code = models.CharField(max_length=12, blank=True)
    document = models.CharField(max_length=20, blank=True)
    failure = models.CharField(max_length=200, blank=True)
    opened = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, db_index=True)
    active_from = models.DateTimeField(null=True)
    """When an identified person's identity becomes active and its mail leaves."""

    @property
    def is_used_up(self) -> bool:
        """Whether it has made an identity: nobody can use it again."""
        return self.phase in {VoucherPhase.IDENTIFIED, VoucherPhase.ACTIVE}
