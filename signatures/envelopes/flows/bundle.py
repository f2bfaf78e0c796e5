"""The evidence bundle of an envelope: everything that proves it, in one zip that needs no portal to be checked."""

import json
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers.models import User
from documents.evidence import write_bundle
from documents.flows.store import read
from documents.report_text import as_text
from documents.validation import ValidationReport
from facts.chain import utc_text
from upstream import redacted_audit

from ..models import Envelope
from .state import Actor, NotPossible, locked, tell


def evidence(envelope: Envelope, user: User, ip: str) -> bytes:
    """The bundle, as a zip. Its making is an event of its own, which stands in the bundle too.

    Raises ``NotPossible`` before the envelope is completed.
    """
    if envelope.state != Envelope.State.COMPLETED:
        raise NotPossible
    with locked(envelope.pk) as completed:
        tell(completed, "evidence_downloaded", actor=Actor.CUSTOMER, actor_name=str(user), ip=ip)
    return write_bundle(entries(envelope), timezone.now())


def entries(envelope: Envelope) -> list[tuple[str, bytes]]:
    """Name and content of each file of the bundle (docs/evidence.md)."""
    if envelope.signed is None or envelope.audit_trail is None:
        raise NotPossible
    files = [
        ("README.txt", _readme(envelope).encode()),
        ("original.pdf", read(envelope.original)),
        ("signed.pdf", read(envelope.signed)),
        ("audit-trail.json", redacted_audit(read(envelope.audit_trail))),
    ]
    if envelope.audit_trail_pdf is not None:
        files.append(("audit-trail.pdf", read(envelope.audit_trail_pdf)))
    return [
        *files,
        ("events.json", _json(_history(envelope))),
        ("validation.json", _json(envelope.validation)),
        ("validation.txt", _report(envelope).encode()),
    ]


def _report(envelope: Envelope) -> str:
    """The validation in words, in the reader's language."""
    if envelope.validation is None or envelope.ended_at is None:
        raise NotPossible
    report = ValidationReport.from_dict(envelope.validation)
    return as_text(report, translation.get_language() or "", envelope.ended_at)


def _history(envelope: Envelope) -> dict[str, Any]:
    events = list(envelope.events.order_by("number"))
    return {
        "envelope": str(envelope.pk),
        "title": envelope.title,
        "organisation": envelope.organisation.name,
        "generation": envelope.generation,
        "provider_reference": envelope.provider_reference,
        "original_sha256": envelope.original.sha256,
        "last_hash": events[-1].hash,
        "events": [{**event.as_record(), "hash": event.hash} for event in events],
    }


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=_plain).encode() + b"\n"


def _plain(value: Any) -> str:
    return utc_text(value) if isinstance(value, datetime) else str(value)


def _readme(envelope: Envelope) -> str:
    return _(
        "Evidence of the electronic signature of “%(title)s”\n"
        "Envelope %(id)s, sent by %(organisation)s\n"
        "\n"
        "original.pdf      the document as it was sent\n"
        "signed.pdf        the signed document; any PDF reader shows its signatures\n"
        "audit-trail.*     the provider's audit trail (addresses and codes that open something are blacked out)\n"
        "events.json       what happened, each event sealed to the one before by its SHA-256\n"
        "validation.*      how the signatures were checked when the document was archived\n"
        "SHA256SUMS        digests of all files: sha256sum -c SHA256SUMS\n"
    ) % {"title": envelope.title, "id": envelope.pk, "organisation": envelope.organisation.name}
