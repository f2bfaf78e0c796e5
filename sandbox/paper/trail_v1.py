"""The audit trail of the first generation, keyed by member id, in the shape that the paper's example shows."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cryptography import x509

from .. import clock, runtime, shapes
from ..models import FileKind, Phase, Procedure, Signer, StoredFile


def trail_v1(procedure: Procedure) -> dict[str, Any]:
    """One entry for each member. It holds signing links and the text of code messages: personal data."""
    kept = {one.kind: one for one in procedure.files.all()}
    return {signer.id: _member(procedure, signer, kept) for signer in procedure.signers.all()}


def _member(procedure: Procedure, signer: Signer, kept: dict[str, StoredFile]) -> dict[str, Any]:
    return shapes.member(signer) | {
        "position": signer.position,
        "audit_trail": {
            "files": [_file(procedure, signer, kept)],
            "member": _person(signer),
            "procedure": _procedure(procedure),
            "consentProcesses": [],
        },
    }


def _file(procedure: Procedure, signer: Signer, kept: dict[str, StoredFile]) -> dict[str, Any]:
    file = kept.get(FileKind.SIGNED) or kept.get(FileKind.INPUT)
    return {
        "id": file.id if file else procedure.id,
        "name": procedure.filename,
        "sha256": file.sha256 if file else "",
        "revisions": [_revision(signer)] if signer.signed_at else [],
        "contentType": "application/pdf",
        "consentProcesses": [],
    }


def _revision(signer: Signer) -> dict[str, Any]:
    certificate = x509.load_pem_x509_certificate(signer.certificate_pem.encode())
    authority = runtime.authority()
    # The service's own seal names nobody; only a certificate of the signer's does.
    is_personal = certificate.subject != authority.service.certificate.subject
    return {
        "reason": f"Signed by {signer.full_name}",
        "sha256": signer.sha256_after,
        "timestamp": True,
        "certificate": {
            "dn": certificate.subject.rfc4514_string(),
            "content": signer.certificate_pem + authority.root.pem.decode(),
            "country": "IT",
            "lastname": signer.surname if is_personal else None,
            "firstname": signer.name if is_personal else None,
            "generatedAt": clock.rome(certificate.not_valid_before_utc),
        },
        "reason_source": "Default value added by the sandbox",
    }


def _person(signer: Signer) -> dict[str, Any]:
    return {
        "id": signer.id,
        "ip": signer.ip,
        "email": signer.email,
        "phone": signer.mobile,
        "lastname": signer.surname.upper(),
        "signedAt": clock.bare_rome(signer.signed_at),
        "firstname": signer.name,
        "operationLevel": "custom",
        "authentications": [_authentication(signer)] if signer.code_sent_at else [],
    }


def _authentication(signer: Signer) -> dict[str, Any]:
    return {
        "mode": signer.code_channel,
        "sha256": hashlib.sha256(signer.code_text.encode()).hexdigest(),
        "channel": "text",
        "content": signer.code_text,
        "validatedAt": clock.bare_rome(signer.code_validated_at),
    }


def _procedure(procedure: Procedure) -> dict[str, Any]:
    has_expired = procedure.phase == Phase.EXPIRED
    return {
        "id": str(uuid5(NAMESPACE_URL, procedure.id)),
        "name": procedure.title,
        "createdAt": clock.bare_rome(procedure.created_at),
        "expiredAt": clock.bare_rome(procedure.finished_at) if has_expired else None,
        "startedAt": clock.bare_rome(procedure.started_at or procedure.created_at),
        "workspace": {"id": "/workspaces/sandbox", "name": "sandbox"},
        "description": procedure.description,
        "organization": {"id": "/organizations/sandbox", "ip": procedure.origin_ip, "name": "sandbox"},
        "coolingOffPeriodEndsAt": None,
    }
