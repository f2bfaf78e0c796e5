"""Remove a procedure with its files, details and trail; also what time removes."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from .. import clock, knobs
from ..models import Generation, LogLine, Phase, Procedure, StoredFile
from . import files
from .charge import refund
from .locks import lock_for


def withdraw(procedure_id: str, *, may_refund: bool = True) -> bool:
    """Remove it; False when it is not there. The row stays as the sandbox's own memory of a purchase."""
    with lock_for(procedure_id), transaction.atomic():
        known = Procedure.objects.filter(pk=procedure_id).exclude(phase=Phase.WITHDRAWN).first()
        if known is None:
            return False
        is_open = known.phase in {Phase.PREPARING, Phase.SIGNING}
        refund(known, is_due=may_refund and is_open and knobs.current().refund_on_withdrawal)
        Procedure.objects.filter(pk=procedure_id).update(phase=Phase.WITHDRAWN, updated_at=clock.now())
        _drop_files(StoredFile.objects.filter(procedure_id=procedure_id))
        LogLine.objects.filter(procedure_id=procedure_id).delete()
        return True


def _drop_files(query: object) -> None:
    rows = StoredFile.objects.filter(pk__in=query.values_list("pk", flat=True))  # type: ignore[attr-defined]
    sha256s = list(rows.values_list("sha256", flat=True))
    rows.delete()
    files.drop_unused(sha256s)


def forget_old() -> None:
    """Files of eSignature live 30 days, details and trail a year (contract, section 1, fact 6)."""
    knob, now = knobs.current(), clock.now()
    ended = Procedure.objects.filter(generation=Generation.ESIGNATURE).exclude(phase=Phase.WITHDRAWN)
    old = StoredFile.objects.filter(
        procedure__generation=Generation.ESIGNATURE, created_at__lt=now - timedelta(days=knob.file_days)
    )
    if old.exists():
        with transaction.atomic():
            _drop_files(old)
    for pk in list(
        ended.filter(created_at__lt=now - timedelta(days=knob.detail_days)).values_list("pk", flat=True)[:200]
    ):
        withdraw(pk, may_refund=False)
