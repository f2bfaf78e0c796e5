"""The signatures of a file that somebody has uploaded, judged where they can hold nobody up (``signature_process``)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from .apart import answer_of, framed
from .signed_file import NotSigned, SignedFile
from .validation import ValidationReport

PROCESS = Path(__file__).with_name("signature_process.py")
PATIENCE_SECONDS = 30


def judge_pdf(signed: bytes, original: bytes) -> tuple[ValidationReport, bool]:
    """The report of a PDF, and whether the original was changed before somebody signed it.

    Takes about a second, most of it the start of a process. Raises ``TooComplex``, and ``InspectionFailed`` where this
    machine is at fault.
    """
    answer, _nothing = _ask("pdf", [signed, original])
    return ValidationReport.from_dict(answer["report"]), bool(answer["is_changed"])


def judge_p7m(data: bytes) -> SignedFile:
    """A file in a digital signature. Raises ``NotSigned``, and as ``judge_pdf``."""
    answer, content = _ask("p7m", [data])
    if "refused" in answer:
        raise NotSigned(answer["refused"])
    return SignedFile(content=content, **answer)


def _ask(kind: str, parts: Sequence[bytes]) -> tuple[dict[str, Any], bytes]:
    return answer_of(PROCESS, [kind, settings.TRUST_ROOTS or ""], framed(parts), PATIENCE_SECONDS)
