"""Bring home what was signed: fetch, check, store, and only then call the envelope completed.

1. Take the envelope by moving its due time ahead; another worker finds nothing to take.
2. Fetch the signed PDF and the audit trail, in every form worth keeping.
3. Check: is it a PDF, does the provider's digest agree, is every signature in it intact, does nothing unsigned follow.
4. Store what passed, encrypted, for as long as the law asks; then complete, and write to everybody.
What fails is tried again with a growing pause, and staff hear of it: the provider deletes its files after 30 days.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.provider import provider
from documents.flows.store import read, retain, store
from documents.models import StoredFile
from documents.retention import retained_until
from documents.validation import ValidationReport, validate
from signatures.following.pace import pause_after_failure
from upstream import ProviderError, Signatures

from ..models import Envelope, Signer
from . import alarms
from .invite import address_for_copy
from .notify import mail_sender, mail_signer
from .state import locked, move, tell

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
# Failures after which staff hear of it: soon, and then again while there is still time.
ALARMED_AT = {3, 10, 20, 40, 80}


class NotSound(Exception):
    """What the provider handed out is not what was signed here, or is damaged."""


@dataclass(frozen=True)
class Proof:
    """What came home, checked."""

    signed: bytes
    audit: bytes
    audit_pdf: bytes
    report: ValidationReport


def collect_due(limit: int = 50) -> int:
    """Collect every envelope whose time has come. Returns how many were completed."""
    due = list(Envelope.objects.to_collect(timezone.now()).values_list("pk", flat=True)[:limit])
    return sum(collect(pk) for pk in due)


def collect(envelope_id: Any) -> bool:
    """Bring one envelope home. True when it is completed by this call."""
    now = timezone.now()
    if not Envelope.objects.to_collect(now).filter(pk=envelope_id).update(next_check_at=now + LEASE):
        return False
    envelope = Envelope.objects.select_related("organisation", "created_by", "original").get(pk=envelope_id)
    try:
        return _complete(envelope, fetch(envelope))
    except SoftTimeLimitExceeded:
        raise
    except (ProviderError, NotSound) as error:
        _try_later(envelope, str(error))
    except Exception as error:
        log.exception("envelope %s could not be collected", envelope_id)
        _try_later(envelope, f"{type(error).__name__}")
    return False


def fetch(envelope: Envelope) -> Proof:
    """Fetch and check what the provider holds. Raises ``ProviderError`` and ``NotSound``."""
    signatures: Signatures = provider().signatures(envelope.generation)
    procedure = signatures.detail(envelope.provider_reference)
    signed = signatures.signed_document(envelope.provider_reference)
    if not signed.startswith(b"%PDF-"):
        raise NotSound("the signed document is not a PDF")
    digest = hashlib.md5(signed, usedforsecurity=False).hexdigest()  # the only digest that the provider gives
    if procedure.signed_md5 and procedure.signed_md5 != digest:
        raise NotSound("the signed document does not have the digest that the provider names")
    report = _sound(signed, read(envelope.original), envelope.signers.count())
    audit = signatures.audit(envelope.provider_reference, "json")
    if not audit.strip():
        raise NotSound("the audit trail is empty")
    has_pdf = "pdf" in signatures.audit_formats
    audit_pdf = signatures.audit(envelope.provider_reference, "pdf") if has_pdf else b""
    return Proof(signed, audit, audit_pdf, report)


def _sound(signed: bytes, original: bytes, signers: int) -> ValidationReport:
    """The report on a signed document that is all it must be. Raises ``NotSound``."""
    report = validate(signed, original)
    if len(report.signatures) < signers:
        raise NotSound(f"the document carries {len(report.signatures)} signatures, signers are {signers}")
    if not report.is_intact:
        raise NotSound("a signature in the document is not intact: " + "; ".join(report.problems)[:200])
    if not report.covers_whole_document:
        raise NotSound("the document was changed after its last signature")
    if settings.SIGNED_BEGINS_WITH_ORIGINAL and not report.begins_with_original:
        raise NotSound("what was signed is not the document that was sent")
    return report


def _try_later(envelope: Envelope, problem: str) -> None:
    failures = envelope.check_failures + 1
    Envelope.objects.filter(pk=envelope.pk, state=Envelope.State.COLLECTING).update(
        next_check_at=timezone.now() + pause_after_failure(failures),
        check_failures=failures,
        last_problem=problem[:300],
    )
    if failures in ALARMED_AT:
        envelope.check_failures = failures
        with transaction.atomic():
            alarms.not_archived(envelope, problem)


def _complete(envelope: Envelope, proof: Proof) -> bool:
    now = timezone.now()
    until = retained_until(now)
    organisation = envelope.organisation
    signed = store(organisation, proof.signed, "application/pdf", until)
    audit = store(organisation, proof.audit, "application/json", until)
    audit_pdf = store(organisation, proof.audit_pdf, "application/pdf", until) if proof.audit_pdf else None
    retain(envelope.original, until)
    with locked(envelope.pk) as done:
        completed = move(
            done,
            Envelope.State.COMPLETED,
            signed=signed,
            audit_trail=audit,
            audit_trail_pdf=audit_pdf,
            validation=proof.report.as_dict(),
            next_check_at=None,
            check_failures=0,
            last_problem="",
        )
        if not completed:
            return False
        tell(done, "archived", **_digests(signed, audit, audit_pdf), kept_until=str(until.date()))
        tell(done, "completed", signatures=len(proof.report.signatures), intact=proof.report.is_intact,
             trusted=proof.report.is_trusted)  # fmt: skip
        mail_sender(done, "sender_completed")
        if done.gives_copy:
            _offer_copies(done)
    return True


def _digests(signed: StoredFile, audit: StoredFile, audit_pdf: StoredFile | None) -> dict[str, str]:
    digests = {"signed_sha256": signed.sha256, "audit_sha256": audit.sha256}
    return {**digests, "audit_pdf_sha256": audit_pdf.sha256} if audit_pdf else digests


def _offer_copies(envelope: Envelope) -> None:
    for signer in envelope.signers.filter(state=Signer.State.SIGNED):
        signer.envelope = envelope
        # The address of the invitation stays good beside it: the signer may have that page open.
        mail_signer(signer, "copy_ready", address_for_copy(signer), fact="once")
