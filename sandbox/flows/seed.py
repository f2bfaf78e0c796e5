"""Make many procedures at once, which share one document: what a benchmark follows."""

from __future__ import annotations

import io
from datetime import timedelta

from django.db import transaction
from reportlab.pdfgen.canvas import Canvas

from .. import clock, services
from ..identifiers import new_id
from ..models import Blob, FileKind, Generation, Phase, Procedure, Signer, StoredFile
from ..paper import pdf
from ..paper.places import Measure
from . import files

_OPTIONS = {"asyncDocumentsValidation": True, "asyncSignature": False, "signatureMode": ["typed"]}


def seed(
    count: int, people: int = 1, phase: Phase = Phase.SIGNING, generation: str = Generation.ESIGNATURE
) -> list[str]:
    """``count`` procedures of ``people`` signers each, uncharged; their ids, oldest first."""
    original = _sample()
    wanted = [pdf.Wanted(str(at), f"signer-{at}", [_place(at)]) for at in range(1, people + 1)]
    prepared, fields = pdf.prepare(original, wanted, Measure())
    contents = {FileKind.INPUT: original, FileKind.VALIDATED: prepared}
    procedures = _procedures(count, phase, generation)
    signers = [_signer(one, at, fields[str(at)]) for one in procedures for at in range(1, people + 1)]
    stored = [_stored(one, kind, data) for one in procedures for kind, data in contents.items()]
    with transaction.atomic():
        for data in contents.values():
            Blob.objects.get_or_create(sha256=files.digests(data)[1], defaults={"content": data})
        Procedure.objects.bulk_create(procedures, batch_size=500)
        Signer.objects.bulk_create(signers, batch_size=500)
        StoredFile.objects.bulk_create(stored, batch_size=500)
    return [one.id for one in procedures]


def _sample() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    canvas.drawString(72, 760, "Sandbox sample document")
    canvas.save()
    return out.getvalue()


def _place(at: int) -> dict[str, int]:
    return {"page": 1, "x": 60, "y": 100 * at}


def _procedures(count: int, phase: Phase, generation: str) -> list[Procedure]:
    now = clock.now()
    segment = "EU-SES" if generation == Generation.ESIGNATURE else "firma_elettronica"
    scope = f"POST:test.{services.host_of(segment)}/{segment}"
    return [
        Procedure(
            id=new_id(),
            generation=generation,
            phase=phase,
            title=f"Seeded {number}",
            filename="seeded.pdf",
            options=_OPTIONS,
            scope=scope,
            created_at=now + timedelta(milliseconds=number),
            updated_at=now,
            ready_at=now,
        )
        for number in range(count)
    ]


def _signer(procedure: Procedure, at: int, fields: list[str]) -> Signer:
    return Signer(
        procedure=procedure,
        position=at,
        name="Signer",
        surname=str(at),
        email=f"signer{at}@example.org",
        mobile=f"+3933300000{at:02d}",
        authentication=["sms"],
        placements=[_place(at)],
        fields=fields,
    )


def _stored(procedure: Procedure, kind: FileKind, data: bytes) -> StoredFile:
    md5, sha256 = files.digests(data)
    return StoredFile(
        procedure=procedure,
        kind=kind,
        name=f"{md5}.pdf",
        md5=md5,
        sha256=sha256,
        size=len(data),
        source_type="base64" if kind == FileKind.INPUT else "",
    )
