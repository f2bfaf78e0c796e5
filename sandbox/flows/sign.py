"""A signer signs: the code is checked, the PDF signed in all their places, and the last one finishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from .. import clock, knobs, runtime
from ..models import FileKind, Generation, Phase, Procedure, Signer, SignerPhase
from ..paper import pdf
from ..paper.authority import Identity
from ..paper.stamp import Stamp, read_drawing
from . import files, messages, trail
from .announce import announce
from .charge import charge, refund
from .code import check_code
from .locks import lock_for


class NotOpen(Exception):
    """Nothing can be signed here now."""


class NotYourTurn(NotOpen):
    """Somebody ahead in the list has not signed yet (only where the knob `ordered` is on)."""


@dataclass(frozen=True)
class Act:
    """How somebody signs. `drawing` is a PNG as a data address, for mode `drawn`."""

    code: str
    ip: str
    user_agent: str
    mode: str = "typed"
    text: str = ""
    drawing: str = ""


def open_page(signer: Signer, ip: str, user_agent: str) -> None:
    """Note the first visit; in the first generation it may start the procedure."""
    now = clock.now()
    if Signer.objects.filter(pk=signer.pk, opened_at=None).update(opened_at=now, updated_at=now):
        trail.note(
            signer.procedure,
            f"{trail.person(signer)} Opened The Signing Page. {trail.origin(ip, user_agent)}",
        )
    waiting = Procedure.objects.filter(pk=signer.procedure_id, phase=Phase.SIGNING, started_at=None)
    with transaction.atomic():
        has_started = waiting.update(started_at=now, updated_at=now)
        if has_started and signer.procedure.generation == Generation.FIRMADIGITALE:
            announce(signer.procedure_id)


def sign(signer: Signer, act: Act) -> None:
    """Sign for this signer. Raises NotOpen, CodeRefused, BadDrawing, Refusal 402 (charged at the end)."""
    with lock_for(signer.procedure_id):
        signer.refresh_from_db()
        procedure = Procedure.objects.get(pk=signer.procedure_id)
        if procedure.phase != Phase.SIGNING or signer.phase != SignerPhase.WAITING:
            raise NotOpen
        if knobs.current().ordered and _is_somebody_ahead(signer):
            raise NotYourTurn
        before = files.read(procedure.pk, FileKind.WORKING, FileKind.VALIDATED)
        if before is None:
            raise NotOpen
        drawing = read_drawing(act.drawing) if act.mode == "drawn" else None
        check_code(signer, act.code, act.ip, act.user_agent)
        authority = runtime.authority()
        identity = authority.identity_for(
            signer.name, signer.surname, is_personal=knobs.current().certificate_name == "signer"
        )
        text = act.text.strip()[:80] or signer.full_name
        stamp = Stamp(text, signer.full_name, _local_now(procedure), procedure.pk, drawing)
        after = pdf.sign(before, list(signer.fields), stamp, authority, identity)
        _record(procedure, signer, act, text, (before, after), identity)


def _local_now(procedure: Procedure) -> datetime:
    """The present in the zone that was asked for; the first generation asks for none."""
    zone = procedure.options.get("timezone") or "UTC"
    return clock.now().astimezone(UTC if zone == "UTC" else ZoneInfo(zone))


def _is_somebody_ahead(signer: Signer) -> bool:
    ahead = Signer.objects.filter(procedure_id=signer.procedure_id, position__lt=signer.position)
    return ahead.exclude(phase=SignerPhase.SIGNED).exists()


def _record(
    procedure: Procedure,
    signer: Signer,
    act: Act,
    text: str,
    versions: tuple[bytes, bytes],
    identity: Identity,
) -> None:
    now = clock.now()
    (md5_before, sha256_before), (md5_after, sha256_after) = (files.digests(data) for data in versions)
    with transaction.atomic():
        Signer.objects.filter(pk=signer.pk, phase=SignerPhase.WAITING).update(
            phase=SignerPhase.SIGNED,
            signed_at=now,
            updated_at=now,
            ip=act.ip,
            user_agent=act.user_agent[:500],
            signature_mode=act.mode,
            signature_text="" if act.mode == "drawn" else text,
            md5_before=md5_before,
            md5_after=md5_after,
            sha256_before=sha256_before,
            sha256_after=sha256_after,
            certificate_pem=identity.pem.decode(),
        )
        trail.note(
            procedure,
            f"{trail.person(signer)} Signed ({act.mode}) In {len(signer.fields)} Place(s). "
            f"{trail.origin(act.ip, act.user_agent)} Before MD5:{md5_before} After MD5:{md5_after}",
        )
        remaining = Signer.objects.filter(procedure=procedure).exclude(phase=SignerPhase.SIGNED).exists()
        if remaining:
            files.keep(procedure, FileKind.WORKING, versions[1])
            Procedure.objects.filter(pk=procedure.pk).update(updated_at=now)
        else:
            _finish(procedure, versions[1])
        announce(procedure.pk)


def _finish(procedure: Procedure, signed: bytes) -> None:
    now = clock.now()
    if procedure.charged_at is None:
        charge(procedure, Signer.objects.filter(procedure=procedure).count())
    kept = files.keep(procedure, FileKind.SIGNED, signed, f"{procedure.pk}.pdf")
    procedure.files.filter(kind=FileKind.WORKING).delete()
    trail.note(procedure, f"New Signed Document. MD5:{kept.md5}")
    Procedure.objects.filter(pk=procedure.pk, phase=Phase.SIGNING).update(
        phase=Phase.DONE, updated_at=now, finished_at=now, charged_at=procedure.charged_at
    )
    if knobs.current().mail_finished:
        for signer in procedure.signers.exclude(email=""):
            messages.mail(signer.email, f"Signed: {procedure.title}", f"All have signed: {procedure.title}")


def refuse(signer: Signer, comment: str, ip: str, user_agent: str) -> None:
    """The signer refuses, which ends the procedure. Raises NotOpen."""
    now = clock.now()
    with lock_for(signer.procedure_id), transaction.atomic():
        ended = Procedure.objects.filter(pk=signer.procedure_id, phase=Phase.SIGNING).update(
            phase=Phase.REFUSED, updated_at=now, finished_at=now
        )
        refused = Signer.objects.filter(pk=signer.pk, phase=SignerPhase.WAITING).update(
            phase=SignerPhase.REFUSED,
            refused_at=now,
            updated_at=now,
            refusal=comment[:2000],
            ip=ip,
            user_agent=user_agent[:500],
        )
        if not ended or not refused:
            transaction.set_rollback(True)
            raise NotOpen
        refund(signer.procedure, is_due=knobs.current().refund_on_refusal)
        trail.note(
            signer.procedure,
            f'{trail.person(signer)} Refused. Comment: "{comment[:2000]}" {trail.origin(ip, user_agent)}',
        )
        announce(signer.procedure_id)


def expire_due() -> None:
    """End every procedure whose time is over."""
    now = clock.now()
    due = Procedure.objects.filter(phase=Phase.SIGNING, expires_at__lte=now).values_list("pk", flat=True)
    for procedure_id in list(due[:200]):
        with lock_for(procedure_id), transaction.atomic():
            ended = Procedure.objects.filter(pk=procedure_id, phase=Phase.SIGNING).update(
                phase=Phase.EXPIRED, updated_at=now, finished_at=now
            )
            if ended:
                is_due = knobs.current().refund_on_refusal
                refund(Procedure.objects.get(pk=procedure_id), is_due=is_due)
                announce(procedure_id)
