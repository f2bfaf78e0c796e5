"""Sell vouchers: out of a limited pool, for money from the wallet or requests of a subscription."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import transaction

from .. import clock, knobs
from ..api.answers import Refusal, number
from ..flows.book import book_call, wallet
from ..flows.charge import Spent
from ..models import Subscription
from .models import SpidVoucher

NO_CREDIT, SOLD_OUT = 801, 800


def left() -> int:
    """How many vouchers can still be sold."""
    return max(0, knobs.current().spid_total - SpidVoucher.objects.count())


def link_of(voucher: SpidVoucher) -> str:
    """Where the voucher is used; a secret, in the form of the provider's own example."""
    return f"{settings.SANDBOX_URL}/wizard/userSelfRegistration?voucher={voucher.code}"


def sell(scope: str) -> tuple[SpidVoucher, Spent]:
    """Sell one voucher. Raises Refusal 402 or 422, and changes nothing then."""
    with transaction.atomic():
        if not left():
            raise Refusal(422, "spid personale sold out", SOLD_OUT)
        voucher = SpidVoucher.objects.create()
        return voucher, _charge(scope, voucher)


def _charge(scope: str, voucher: SpidVoucher) -> Spent:
    knob = knobs.current()
    plan = _plan(scope)
    if plan is None:
        amount = Decimal(knob.price_spid)
    else:
        amount = Decimal(knob.price_spid_subscription) if knob.subscription_charges_wallet else Decimal(0)
    purse = wallet()
    if amount > purse.credit:
        needed = f"Insufficient Credit in Wallet: {number(amount)} > {number(purse.credit)}"
        raise Refusal(402, needed, NO_CREDIT)
    book_call(scope, voucher.id, amount, 1, plan, 0 if plan is None else 1)
    return Spent(amount, amount > 0, plan is not None)


def _plan(scope: str) -> Subscription | None:
    now = clock.now()
    plain = scope.replace(":test.", ":", 1)
    plans = Subscription.objects.filter(
        scope__in=[plain, plain.replace(":", ":test.", 1)],
        available_requests__gt=0,
        starts_at__lte=now,
        expires_at__gt=now,
    )
    return plans.order_by("expires_at").first()
