"""Look at a document some time after it was taken; only then do the signers' links lead anywhere."""

from __future__ import annotations

from django.db import transaction

from .. import clock, knobs
from ..models import FileKind, Generation, Phase, Procedure, Signer
from ..paper import pdf
from ..paper.places import Measure
from . import files, messages, trail
from .announce import announce
from .charge import refund
from .links import link_of
from .locks import lock_for


def validate_due() -> int:
    """Validate every procedure whose delay is over; how many there were."""
    due = Procedure.objects.filter(phase=Phase.PREPARING, ready_at__lte=clock.now()).order_by("ready_at")
    ids = list(due.values_list("pk", flat=True)[:50])
    for procedure_id in ids:
        validate(procedure_id)
    return len(ids)


def validate(procedure_id: str) -> None:
    """Accept the document or refuse it, once."""
    with lock_for(procedure_id):
        procedure = Procedure.objects.filter(pk=procedure_id, phase=Phase.PREPARING).first()
        if procedure is None:
            return
        people = list(procedure.signers.all())
        data = files.read(procedure_id, FileKind.INPUT) or b""
        wanted = [_wanted(one) for one in people]
        try:
            prepared, names = pdf.prepare(
                data, wanted, measure_of(procedure), max_pages=knobs.current().max_pages
            )
        except pdf.Unfit as unfit:
            _fail(procedure, unfit)
        else:
            _accept(procedure, people, prepared, names)


def measure_of(procedure: Procedure) -> Measure:
    """How this procedure's coordinates are meant."""
    knob = knobs.current()
    is_new = procedure.generation == Generation.ESIGNATURE
    return Measure(knob.position_origin, knob.esignature_unit if is_new else knob.position_unit)


def _wanted(signer: Signer) -> pdf.Wanted:
    return pdf.Wanted(signer.id, f"signer-{signer.position}", signer.placements)


def _accept(procedure: Procedure, people: list[Signer], prepared: bytes, names: dict[str, list[str]]) -> None:
    now = clock.now()
    starts = procedure.generation == Generation.FIRMADIGITALE and knobs.current().started_on == "validation"
    with transaction.atomic():
        for signer in people:
            Signer.objects.filter(pk=signer.pk).update(fields=names[signer.id])
        kept = files.keep(procedure, FileKind.VALIDATED, prepared)
        trail.note(procedure, f"New Validated Document. MD5:{kept.md5}")
        Procedure.objects.filter(pk=procedure.pk, phase=Phase.PREPARING).update(
            phase=Phase.SIGNING, updated_at=now, started_at=now if starts else None
        )
        announce(procedure.pk)
    if knobs.current().mail_links:
        for signer in people:
            text = f"{procedure.title}\n\nSign here: {link_of(signer)}"
            messages.mail(signer.email, f"Document to sign: {procedure.title}", text)


def _fail(procedure: Procedure, unfit: pdf.Unfit) -> None:
    with transaction.atomic():
        trail.note(procedure, f"Document Refused. Error {unfit.number}: {unfit.message}")
        Procedure.objects.filter(pk=procedure.pk, phase=Phase.PREPARING).update(
            phase=Phase.FAILED,
            updated_at=clock.now(),
            finished_at=clock.now(),
            error_number=unfit.number,
            error_message=unfit.message,
        )
        refund(procedure, is_due=knobs.current().refund_on_failure)
        announce(procedure.pk)
