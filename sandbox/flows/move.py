"""What the control desk does to procedures and to the account: move them on, move the clock, forget all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from .. import clock, faults, knobs, usage
from ..api import access
from ..cards.models import CardSession
from ..models import (
    Blob,
    Delivery,
    ErrorEntry,
    Interface,
    LogLine,
    Message,
    Phase,
    Procedure,
    Signer,
    StoredFile,
    Subscription,
    Token,
    Usage,
    Wallet,
    WalletTransaction,
)
from ..order_models import Order, Product
from ..spid.models import SpidVoucher
from . import trail
from .announce import announce
from .charge import move as book
from .charge import refund, wallet
from .locks import lock_for
from .sign import expire_due
from .validate import validate, validate_due
from .withdraw import forget_old

_ENDS = {"expire": Phase.EXPIRED, "fail": Phase.FAILED}


def move(procedure_id: str, step: str, error_number: int = 110, error_message: str = "") -> bool:
    """`validate` now, `expire` or `fail` an open procedure; False when it is not open."""
    if step == "validate":
        is_waiting = Procedure.objects.filter(pk=procedure_id, phase=Phase.PREPARING).exists()
        validate(procedure_id)
        return is_waiting
    if step not in _ENDS:
        raise ValueError("the steps are validate, expire and fail")
    now = clock.now()
    with lock_for(procedure_id), transaction.atomic():
        ended = Procedure.objects.filter(pk=procedure_id, phase__in=[Phase.PREPARING, Phase.SIGNING]).update(
            phase=_ENDS[step],
            updated_at=now,
            finished_at=now,
            **(
                {"error_number": error_number, "error_message": error_message or "Failed"}
                if step == "fail"
                else {}
            ),
        )
        if not ended:
            return False
        procedure = Procedure.objects.get(pk=procedure_id)
        trail.note(procedure, f"Moved By The Control Desk: {step}")
        knob = knobs.current()
        refund(procedure, is_due=knob.refund_on_failure if step == "fail" else knob.refund_on_refusal)
        announce(procedure_id)
        return True


def set_clock(offset: float) -> None:
    """Put the sandbox's present so many seconds ahead of the real one, and do at once what is due then."""
    knobs.change({"clock_offset": offset})
    validate_due()
    expire_due()
    forget_old()


def set_credit(credit: Decimal) -> None:
    """Bring the wallet to this credit by one movement."""
    with transaction.atomic():
        difference = credit - wallet().credit
        if difference:
            book(difference, "Wallet recharge" if difference > 0 else "Wallet adjustment")


def forget_all(*, with_tokens: bool) -> None:
    """Back to an empty account with its first credit, no faults and every knob at its default.

    Tokens and interfaces stay unless asked: clients remember them.
    """
    faults.switch_off()
    usage.forget()
    tables: list[Any] = [LogLine, StoredFile, Signer, Procedure, Blob, Message, Delivery, ErrorEntry, Usage]
    tables += [WalletTransaction, Wallet, Subscription, SpidVoucher, CardSession, Order, Product]
    if with_tokens:
        tables += [Token, Interface]
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            # Straight to the database: tests do this hundreds of times.
            cursor.execute(f'DELETE FROM "{table._meta.db_table}"')
    access.forget()
    knobs.reset()
    wallet()
