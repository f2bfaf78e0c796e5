"""What the control desk does to procedures: move them on, make many, forget all."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from reportlab.pdfgen.canvas import Canvas

from .. import clock, faults, knobs, services, usage
from ..api import access
from ..cards.models import CardSession
from ..identifiers import new_id
from ..models import (
    Blob,
    Delivery,
    ErrorEntry,
    FileKind,
    Generation,
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
from ..paper import pdf
from ..paper.places import Measure
from ..spid.models import SpidVoucher
from . import files, trail
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


def _sample() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    canvas.drawString(72, 760, "Sandbox sample document")
    canvas.save()
    return out.getvalue()


def seed(
    count: int, people: int = 1, phase: Phase = Phase.SIGNING, generation: str = "esignature"
) -> list[str]:
    """Make many procedures at once, uncharged, that share one document; their ids, oldest first."""
    original = _sample()
    wanted = [
        pdf.Wanted(str(at), f"signer-{at}", [{"page": 1, "x": 60, "y": 100 * at}])
        for at in range(1, people + 1)
    ]
    prepared, names = pdf.prepare(original, wanted, Measure())
    contents = {FileKind.INPUT: original, FileKind.VALIDATED: prepared}
    digests = {kind: files.digests(data) for kind, data in contents.items()}
    now = clock.now()
    is_new = generation == Generation.ESIGNATURE
    segment = "EU-SES" if is_new else "firma_elettronica"
    scope = f"POST:test.{services.host_of(segment)}/{segment}"
    procedures = [
        Procedure(
            id=new_id(),
            generation=generation,
            phase=phase,
            title=f"Seeded {number}",
            filename="seeded.pdf",
            options={"asyncDocumentsValidation": True, "asyncSignature": False, "signatureMode": ["typed"]},
            scope=scope,
            created_at=now + timedelta(milliseconds=number),
            updated_at=now,
            ready_at=now,
        )
        for number in range(count)
    ]
    signers = [
        Signer(
            procedure=one,
            position=at,
            name="Signer",
            surname=str(at),
            email=f"signer{at}@example.org",
            mobile=f"+3933300000{at:02d}",
            authentication=["sms"],
            placements=[{"page": 1, "x": 60, "y": 100 * at}],
            fields=names[str(at)],
        )
        for one in procedures
        for at in range(1, people + 1)
    ]
    stored = [
        StoredFile(
            procedure=one,
            kind=kind,
            name=f"{digests[kind][0]}.pdf",
            md5=digests[kind][0],
            sha256=digests[kind][1],
            size=len(data),
            source_type="base64" if kind == FileKind.INPUT else "",
        )
        for one in procedures
        for kind, data in contents.items()
    ]
    with transaction.atomic():
        for kind, data in contents.items():
            Blob.objects.get_or_create(sha256=digests[kind][1], defaults={"content": data})
        Procedure.objects.bulk_create(procedures, batch_size=500)
        Signer.objects.bulk_create(signers, batch_size=500)
        StoredFile.objects.bulk_create(stored, batch_size=500)
    return [one.id for one in procedures]


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
