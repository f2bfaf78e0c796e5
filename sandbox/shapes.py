"""Procedures as the two generations show them (contract, sections 5.2, 6.1 and 6.2)."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from . import clock, faults, knobs
from .flows.links import link_of
from .models import FileKind, Generation, Phase, Procedure, Signer, SignerPhase, StoredFile


def esignature_state(procedure: Procedure) -> str:
    """The state's word in the second generation."""
    return esignature_word(Phase(procedure.phase))


def esignature_word(phase: Phase) -> str:
    """The second generation's word for a phase."""
    knob = knobs.current()
    return {
        Phase.PREPARING: knob.validating_state,
        Phase.SIGNING: knob.signing_state,
        Phase.DONE: "DONE",
        Phase.REFUSED: knob.refused_state,
        Phase.EXPIRED: knob.expired_state,
        Phase.FAILED: "ERROR",
        Phase.WITHDRAWN: "ERROR",
    }[phase]


def _signer_state(signer: Signer) -> str:
    knob = knobs.current()
    return {
        SignerPhase.WAITING: knob.signer_new_state,
        SignerPhase.SIGNED: knob.signer_done_state,
        SignerPhase.REFUSED: knob.signer_refused_state,
    }[SignerPhase(signer.phase)]


def _file(kept: StoredFile) -> dict[str, Any]:
    shown = {
        "mimetype": "application/pdf",
        "extension": "pdf",
        "size": kept.size,
        "createdAt": clock.spaced(kept.created_at),
        "id": kept.id,
        "md5": kept.md5,
        "name": kept.name,
    }
    if kept.kind == FileKind.INPUT:
        return {"sourceType": kept.source_type or "base64", **shown}
    if kept.kind == FileKind.SIGNED:
        shown["md5"] = _told_md5(kept)
    return shown


def _told_md5(kept: StoredFile) -> str:
    path = f"signatures/{kept.procedure_id}"
    if faults.take("wrong_md5", path):
        return "".join(reversed(kept.md5))
    if faults.take("forged_document", path):
        from .flows import files

        data = files.read(kept.procedure_id, FileKind.SIGNED) or b""
        return files.digests(tampered(data))[0]
    return kept.md5


def tampered(data: bytes) -> bytes:
    """The document with one byte changed inside its first page's content, so that signatures no longer hold."""
    at = data.find(b"stream\n") + 8
    if at < 8:
        at = len(data) // 2
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def document_of(procedure: Procedure, kept: list[StoredFile]) -> dict[str, Any]:
    """The `document` object; its files appear as they come to be."""
    by_kind = {one.kind: one for one in kept}
    shown: dict[str, Any] = {"title": procedure.title, "description": procedure.description}
    if procedure.phase != Phase.PREPARING and FileKind.INPUT in by_kind:
        shown["inputDocuments"] = [_file(by_kind[FileKind.INPUT])]
    if FileKind.VALIDATED in by_kind:
        shown["validatedDocument"] = _file(by_kind[FileKind.VALIDATED])
    if FileKind.SIGNED in by_kind:
        shown["signedDocument"] = _file(by_kind[FileKind.SIGNED])
    return shown


def _signer(signer: Signer, editable: dict[str, Any], *, has_link: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": signer.id,
        "name": signer.name,
        "surname": signer.surname,
        "authentication": signer.authentication,
        "state": _signer_state(signer),
        "language": signer.language,
        "mobileEditable": bool(editable.get("mobile", True)),
        "emailEditable": bool(editable.get("email", True)),
        "signatures": [_placed(placement) for placement in signer.placements],
    }
    if signer.email:
        shown["email"] = signer.email
        shown["emailValidation"] = _email_validation(signer.email, signer.code_attempts)
    if signer.mobile:
        shown["mobile"] = signer.mobile
    if signer.message:
        shown["message"] = signer.message
    if has_link:
        shown["url"] = link_of(signer)
    return shown


def _placed(placement: dict[str, Any]) -> dict[str, Any]:
    shown = {"page": int(placement["page"]), "x": int(float(placement["x"])), "y": int(float(placement["y"]))}
    return shown | ({"name": placement["name"]} if placement.get("name") else {})


def _email_validation(email: str, attempts: int) -> dict[str, Any]:
    domain = email.rpartition("@")[2]
    record = {"host": domain, "class": "IN", "ttl": 300, "type": "MX", "pri": 10, "target": f"mx.{domain}"}
    return {"domain": domain, "host": domain, "otpAttempts": attempts, "mxRecords": [record]}


def esignature(procedure: Procedure, *, has_links: bool = True) -> dict[str, Any]:
    """A procedure of the second generation in full."""
    kept = list(procedure.files.all())
    editable = procedure.options.get("userEditableData") or {}
    shown = {
        "id": procedure.id,
        "errorNumber": procedure.error_number,
        "errorMessage": procedure.error_message or None,
        "updatedAt": clock.spaced(procedure.updated_at),
        "createdAt": clock.spaced(procedure.created_at),
        "certificateType": "EU-SES",
        "state": esignature_state(procedure),
        "signatureType": "pades",
        "options": procedure.options,
        "document": document_of(procedure, kept),
        "signers": [_signer(one, editable, has_link=has_links) for one in procedure.signers.all()],
    }
    if procedure.callback and knobs.current().echo_callback:
        shown["callback"] = procedure.callback
    return shown


def esignature_row(procedure: Procedure) -> dict[str, Any]:
    """A row of `GET /signatures`."""
    return {
        "id": procedure.id,
        "errorNumber": procedure.error_number,
        "errorMessage": procedure.error_message or None,
        "updatedAt": clock.spaced(procedure.updated_at),
        "createdAt": clock.spaced(procedure.created_at),
        "certificateType": "EU-SES",
        "state": esignature_state(procedure),
        "signatureType": "pades",
        "documentTitle": procedure.title,
    }


def firmadigitale_status(procedure: Procedure) -> str:
    """The status word in the first generation."""
    if procedure.phase == Phase.SIGNING:
        return "started" if procedure.started_at else "created"
    return {
        Phase.PREPARING: "created",
        Phase.DONE: "finished",
        Phase.REFUSED: "refused",
        Phase.EXPIRED: "expired",
        Phase.FAILED: knobs.current().firmadigitale_failed_status,
        Phase.WITHDRAWN: "error",
    }[Phase(procedure.phase)]


def member_status(signer: Signer) -> str:
    """A member's status word."""
    if signer.phase == SignerPhase.SIGNED:
        return "done"
    if signer.phase == SignerPhase.REFUSED:
        return "refused"
    knob = knobs.current()
    return knob.member_opened_status if signer.opened_at else knob.member_waiting_status


def member(signer: Signer) -> dict[str, Any]:
    """A member as the object and the audit trail both show them."""
    return {
        "firstname": signer.name,
        "lastname": signer.surname,
        "email": signer.email,
        "phone": signer.mobile,
        "status": member_status(signer),
        "createdAt": clock.rome(signer.created_at),
        "updatedAt": clock.rome(signer.updated_at),
        "sign_link": link_of(signer),
    }


def firmadigitale(procedure: Procedure, id_key: str = "id") -> dict[str, Any]:
    """A procedure of the first generation, without what only answers have (its callback)."""
    is_done = procedure.phase == Phase.DONE
    return {
        id_key: procedure.id,
        "filename": procedure.filename,
        "title": procedure.title,
        "description": procedure.description,
        "members": [member(one) for one in procedure.signers.all()],
        "status": firmadigitale_status(procedure),
        "download_link": f"{settings.SANDBOX_URL}/firma_elettronica/{procedure.id}/download"
        if is_done
        else None,
    }


def firmadigitale_answer(procedure: Procedure, id_key: str = "id") -> dict[str, Any]:
    """The same with its callback, of which the headers stay out, and how that fares."""
    shown = firmadigitale(procedure, id_key)
    shown["callback_status"] = procedure.callback_status or ("waiting" if procedure.callback else "")
    if procedure.callback:
        shown["callback"] = {name: procedure.callback[name] for name in ("method", "field", "url")}
    return shown


def callback_body(procedure: Procedure) -> dict[str, Any]:
    """What a callback carries."""
    is_new = procedure.generation == Generation.ESIGNATURE
    return esignature(procedure) if is_new else firmadigitale(procedure)
