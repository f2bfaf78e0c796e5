"""The audit trail of the first generation, keyed by member id, in the shape that the paper's example shows."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from .. import clock, runtime, shapes
from ..models import FileKind, Procedure, Signer, StoredFile


def trail_v1(procedure: Procedure) -> dict[str, Any]:
    """One entry for each member. It holds signing links and the text of code messages: personal data."""
    kept = {one.kind: one for one in procedure.files.all()}
    return {signer.id: _member(procedure, signer, kept) for signer in procedure.signers.all()}


def _member(procedure: Procedure, signer: Signer, kept: dict[str, StoredFile]) -> dict[str, Any]:
    shown = shapes.member(signer)
    link = shown.pop("sign_link")
    status = shown.pop("status")
    times = {key: shown.pop(key) for key in ("createdAt", "updatedAt")}
    return shown | {
        "status": status,
        "position": signer.position,
        **times,
        "sign_link": link,
        "audit_trail": {
            "files": [_file(procedure, signer, kept)],
            "member": _person(signer),
            "procedure": _procedure(procedure),
            "consentProcesses": [],
        },
    }


def _file(procedure: Procedure, signer: Signer, kept: dict[str, StoredFile]) -> dict[str, Any]:
    file = kept.get(FileKind.SIGNED) or kept.get(FileKind.INPUT)
    revisions = []
    if signer.signed_at:
        revisions = [
            _revision("Document before signing", signer.sha256_before, None),
            _revision(f"Signed by {signer.full_name}", signer.sha256_after, signer),
        ]
    return {
        "id": file.id if file else procedure.id,
        "name": procedure.filename,
        "sha256": file.sha256 if file else "",
        "contentType": "application/pdf",
        "revisions": revisions,
        "consentProcesses": [],
    }


def _revision(reason: str, sha256: str, signer: Signer | None) -> dict[str, Any]:
    service = runtime.authority().service
    shown: dict[str, Any] = {
        "reason": reason,
        "sha256": sha256,
        "timestamp": signer is not None,
        "reason_source": "Default value added by the sandbox",
    }
    if signer is not None:
        shown["certificate"] = {
            "dn": service.subject,
            "content": signer.certificate_pem + runtime.authority().root.pem.decode(),
            "country": "IT",
            "lastname": signer.surname,
            "firstname": signer.name,
            "generatedAt": clock.iso(signer.signed_at),
        }
    return shown


def _person(signer: Signer) -> dict[str, Any]:
    return {
        "id": signer.id,
        "ip": signer.ip,
        "userAgent": signer.user_agent,
        "email": signer.email,
        "phone": signer.mobile,
        "lastname": signer.surname.upper(),
        "firstname": signer.name,
        "signedAt": clock.bare_iso(signer.signed_at) or "",
        "refusedAt": clock.bare_iso(signer.refused_at),
        "comment": signer.refusal or None,
        "operationLevel": "custom",
        "authentications": [_authentication(signer)] if signer.code_sent_at else [],
    }


def _authentication(signer: Signer) -> dict[str, Any]:
    return {
        "mode": signer.code_channel,
        "channel": "text",
        "target": signer.code_target,
        "content": signer.code_text,
        "sha256": hashlib.sha256(signer.code_text.encode()).hexdigest(),
        "sentAt": clock.bare_iso(signer.code_sent_at),
        "attempts": signer.code_attempts,
        "validatedAt": clock.bare_iso(signer.code_validated_at) or "",
    }


def _procedure(procedure: Procedure) -> dict[str, Any]:
    expired = procedure.expires_at if procedure.expires_at and procedure.phase == "expired" else None
    return {
        "id": str(uuid5(NAMESPACE_URL, procedure.id)),
        "name": procedure.title,
        "description": procedure.description,
        "createdAt": clock.bare_iso(procedure.created_at),
        "startedAt": clock.bare_iso(procedure.started_at),
        "expiredAt": clock.bare_iso(expired),
        "workspace": {"id": "/workspaces/sandbox", "name": "sandbox"},
        "organization": {"id": "/organizations/sandbox", "ip": procedure.origin_ip, "name": "sandbox"},
        "coolingOffPeriodEndsAt": None,
    }
