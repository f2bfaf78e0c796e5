"""Take a new procedure: charge it, keep its document, and put it in line for validation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from .. import clock, knobs
from ..models import FileKind, Generation, Procedure, Signer
from . import files, trail
from .charge import Spent, charge


@dataclass
class Opening:
    """What was asked, already checked."""

    generation: Generation
    content: bytes
    scope: str
    ip: str
    signers: list[dict[str, Any]]
    title: str = ""
    description: str = ""
    filename: str = ""
    source_type: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    callback: dict[str, Any] | None = None
    interface_id: str = ""


def open_procedure(opening: Opening) -> tuple[Procedure, Spent | None]:
    """The new procedure and what it cost. Raises Refusal 402; then nothing has happened."""
    knob, now = knobs.current(), clock.now()
    days = knob.esignature_expiry_days if opening.generation == Generation.ESIGNATURE else knob.expiry_days
    procedure = Procedure(
        generation=opening.generation,
        title=opening.title,
        description=opening.description,
        filename=opening.filename,
        options=opening.options,
        callback=opening.callback,
        interface_id=opening.interface_id,
        scope=opening.scope,
        origin_ip=opening.ip,
        created_at=now,
        updated_at=now,
        ready_at=now + timedelta(seconds=knob.validation_delay),
        expires_at=now + timedelta(days=days) if days else None,
    )
    with transaction.atomic():
        spent = charge(procedure, len(opening.signers)) if knob.charge_on == "create" else None
        procedure.save(force_insert=True)
        for position, values in enumerate(opening.signers, 1):
            Signer.objects.create(
                procedure=procedure, position=position, created_at=now, updated_at=now, **values
            )
        trail.note(procedure, f"New Signature Request From IP:{opening.ip}")
        kept = files.keep(
            procedure, FileKind.INPUT, opening.content, opening.filename, opening.source_type or "base64"
        )
        trail.note(procedure, f"New Input Document. MD5:{kept.md5}")
    return procedure, spent
