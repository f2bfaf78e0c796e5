"""Are the signatures in a PDF sound? Asked of pyHanko, without the network, and answered as a report.

A broken or hostile file never raises: it yields a report that says what is wrong. Several people sign one
document one after the other, so each signature vouches for the file up to itself; what came after it is judged
by pyHanko's difference analysis. A signature is *intact* when its bytes are as they were signed, its
cryptography holds, it covers its whole revision, and nothing but further signatures and their proof came after.
"""

import asyncio
import io
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem, x509
from django.conf import settings
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from facts.chain import utc_text

from .chains import judging_by

log = logging.getLogger(__name__)

# A signature that skips bytes inside its revision says nothing about what hides there.
WHOLE = (SignatureCoverageLevel.ENTIRE_REVISION, SignatureCoverageLevel.ENTIRE_FILE)
# How a PDF ends: where its last table of objects lies, and the mark of the end.
END = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")


@dataclass(frozen=True)
class SignatureReport:
    """One signature: whose, when, and what became of it.

    ``covers``: how much of the file it vouches for (pyHanko's word); ``changes_after``: the most that was changed
    since (NONE, LTA_UPDATES, FORM_FILLING, OTHER, or empty if that cannot be told).
    """

    field: str
    signer: str
    signed_at: str
    is_intact: bool
    is_trusted: bool
    covers: str
    has_timestamp: bool
    problem: str = ""
    changes_after: str = ""


@dataclass(frozen=True)
class ValidationReport:
    """All signatures of a document together. Without any signature nothing is intact."""

    signatures: tuple[SignatureReport, ...]
    is_intact: bool
    is_trusted: bool
    covers_whole_document: bool
    begins_with_original: bool
    problems: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> "ValidationReport":
        """A report out of JSON, also one that was written before a field was added."""
        known = {field.name for field in fields(SignatureReport)}
        signatures = [
            SignatureReport(**{name: value for name, value in one.items() if name in known})
            for one in kept["signatures"]
        ]
        own = {field.name: kept[field.name] for field in fields(cls) if field.name in kept}
        return cls(**{**own, "signatures": tuple(signatures), "problems": tuple(kept.get("problems", ()))})


def validate(signed: bytes, original: bytes | None = None) -> ValidationReport:
    """Check every signature of a PDF, and whether it still begins with the original's very bytes.

    May be called anywhere, inside a running event loop too; takes about 20 ms for each signature.
    """
    begins = bool(original) and signed.startswith(original or b"")
    try:
        return _run(signed, begins)
    except Exception as error:  # a hostile file may raise anything, and none of it may stop a worker
        log.info("PDF not readable for validation: %s: %s", type(error).__name__, error)
        return ValidationReport((), False, False, False, begins, (f"not readable: {type(error).__name__}",))


def _run(signed: bytes, begins: bool) -> ValidationReport:
    """pyHanko's checks are coroutines; where a loop is running already they get a thread of their own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_validated(signed, begins))
    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(lambda: asyncio.run(_validated(signed, begins))).result()


async def _validated(signed: bytes, begins: bool) -> ValidationReport:
    reader = _reader(signed)
    roots = list(trust_roots())
    reports = tuple([await _report(signature, roots) for signature in reader.embedded_regular_signatures])
    problems = [f"{report.field}: {report.problem}" for report in reports if report.problem]
    stamps = [await _problem_of_stamp(stamp, roots) for stamp in reader.embedded_timestamp_signatures]
    problems += [problem for problem in stamps if problem]
    covers_all = bool(reports) and _nothing_follows(reader, reports[-1], signed)
    if reports and not covers_all:
        problems.append("the file goes on after the last signature")
    return ValidationReport(
        signatures=reports,
        is_intact=covers_all and all(report.is_intact for report in reports) and not any(stamps),
        is_trusted=bool(reports) and all(report.is_trusted for report in reports),
        covers_whole_document=covers_all,
        begins_with_original=begins,
        problems=tuple(problems),
    )


def _reader(signed: bytes) -> PdfFileReader:
    """Strictly where possible; many programs write PDFs that are not quite by the book, and people sign them."""
    try:
        reader = PdfFileReader(io.BytesIO(signed), strict=True)
        _ = reader.embedded_signatures
    except PdfReadError:
        reader = PdfFileReader(io.BytesIO(signed), strict=False)
    return reader


def _nothing_follows(reader: PdfFileReader, report: SignatureReport, signed: bytes) -> bool:
    """Does the file end with its last signature, or with mere proof of that signature's validity?

    Proof are certificates, revocation lists and archive time stamps (ETSI EN 319 142-1, levels LT and LTA).
    """
    if report.covers not in {level.name for level in WHOLE}:
        return False
    last = reader.embedded_regular_signatures[-1]
    *_rest, start, length = last.byte_range
    if not signed[start + length :].strip():
        return True
    end = END.search(signed, len(signed) - 100)
    ends_with_what_was_read = end is not None and int(end.group(1)) == reader.last_startxref
    return report.changes_after == ModificationLevel.LTA_UPDATES.name and ends_with_what_was_read


async def _report(signature: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> SignatureReport:
    field = str(signature.field_name)
    try:
        status = await async_validate_pdf_signature(
            signature, judging_by(roots), ts_validation_context=judging_by(roots)
        )
    except Exception as error:  # see validate()
        problem = f"cannot be checked: {type(error).__name__}: {error}"[:200]
        return SignatureReport(field, "", "", False, False, "UNCLEAR", False, problem)
    stamp = status.timestamp_validity
    at = stamp.timestamp if stamp else status.signer_reported_dt
    problem = _problem(status)
    return SignatureReport(
        field=field,
        signer=common_name(signature.signer_cert),
        signed_at=utc_text(at) if isinstance(at, datetime) else "",
        is_intact=not problem,
        is_trusted=bool(status.trusted),
        covers=status.coverage.name if status.coverage else "UNCLEAR",
        has_timestamp=stamp is not None,
        problem=problem,
        changes_after=status.modification_level.name if status.modification_level else "",
    )


def _problem(status: PdfSignatureStatus) -> str:
    """Why a signature does not hold; empty if it does. Trust in its authority is another question."""
    if not status.intact:
        return "the signed bytes were changed"
    if not status.valid:
        return "the signature was never valid"
    if status.coverage not in WHOLE:
        return "the signature leaves out a part of what it claims to cover"
    if status.docmdp_ok is False or status.modification_level is ModificationLevel.OTHER:
        return "the document was changed after it was signed"
    stamp = status.timestamp_validity
    if stamp is not None and not (stamp.intact and stamp.valid):
        return "the time stamp of the signature is not intact"
    return ""


async def _problem_of_stamp(stamp: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> str:
    """What is wrong with an archive time stamp; empty if nothing is."""
    try:
        status = await async_validate_pdf_timestamp(stamp, judging_by(roots))
    except Exception as error:  # see validate()
        return f"{stamp.field_name}: cannot be checked: {type(error).__name__}"
    return (
        "" if status.intact and status.valid else f"{stamp.field_name}: the archive time stamp is not intact"
    )


def common_name(certificate: x509.Certificate) -> str:
    """Whom a certificate names."""
    subject = certificate.subject.native
    name = (
        subject.get("common_name") or subject.get("organization_name") or certificate.subject.human_friendly
    )
    return str(name)


def trust_roots() -> Iterator[x509.Certificate]:
    """The authorities whose signatures we trust: the PEM files in ``TRUST_ROOTS``, read anew each time.

    A file that is no certificate is told to staff in the log and trusts nobody.
    """
    folder = Path(settings.TRUST_ROOTS) if settings.TRUST_ROOTS else None
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.glob("*.pem")):
        try:
            for _type, _headers, der in pem.unarmor(path.read_bytes(), multiple=True):
                certificate = x509.Certificate.load(der)
                # Parsed to the end here, since a lazy failure would take every validation down.
                _ = certificate.native
                yield certificate
        except (OSError, ValueError, TypeError) as error:
            log.error("no trust root in %s: %s", path.name, error)
