"""Is this upload a PDF that people can safely be asked to sign? Judged by what is in it, never by its name."""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)

PROCESS = Path(__file__).with_name("inspect_process.py")
PATIENCE_SECONDS = 25

# One sentence on what is wrong, one on what to do about it.
MESSAGES: dict[str, Promise] = {
    "empty": _("This file is empty. Choose the PDF again."),
    "not_pdf": _("This is not a PDF. Save or print the document as a PDF and upload that file."),
    "too_large": _(
        "This file is larger than %(megabytes)s MB. Make it smaller, for example by scanning at 150 dpi."
    ),
    "two_kinds": _(
        "This file is a PDF and something else at once. Open it, print it to a new PDF and upload that one."
    ),
    "broken": _("This PDF is damaged or incomplete. Open it, print it to a new PDF and upload that one."),
    "encrypted": _("This PDF opens only with a password. Save it without a password and upload it again."),
    "protected": _(
        "This PDF is protected against changes, so nobody can sign it. Save it without protection and upload it again."
    ),
    "scripted": _("This PDF contains a program (JavaScript). Print it to a new PDF and upload that one."),
    "launching": _("This PDF opens other files or programs. Print it to a new PDF and upload that one."),
    "submitting": _(
        "This PDF contains a form that sends or fetches data. Print it to a new PDF and upload that one."
    ),
    "embedded_files": _(
        "Other files are hidden inside this PDF. Remove the attachments, or print it to a new PDF and upload that one."
    ),
    "multimedia": _("This PDF contains video, sound or 3D. Print it to a new PDF and upload that one."),
    "form_xfa": _(
        "This PDF is a dynamic form (XFA), which looks different in each program. "
        "Print the filled form to a new PDF and upload that one."
    ),
    "external_content": _(
        "This PDF takes parts of its pages from other files. Print it to a new PDF and upload that one."
    ),
    "certified": _(
        "This PDF is certified and forbids any change, so nobody can sign it. Ask whoever made it for a version "
        "that allows signatures."
    ),
    "page_size": _(
        "Page %(page)s is absurdly large or small. Pages must be between 2.5 cm and 5 m on each side."
    ),
    "too_many_pages": _("This PDF has %(pages)s pages; %(most)s is the most that can be sent. Split it."),
    "too_many_objects": _("This PDF is built of too many parts. Print it to a new PDF and upload that one."),
    "too_complex": _("This PDF is too complicated to be checked. Print it to a new PDF and upload that one."),
}


class Refused(Exception):
    """The upload cannot be taken. ``code`` is a key of ``MESSAGES``, ``message`` says what to do (translatable)."""

    def __init__(self, code: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.details = details or {}

    @property
    def message(self) -> str:
        """The refusal in the reader's language."""
        return str(MESSAGES[self.code]) % self.details


class InspectionFailed(Exception):
    """The inspecting process could not start: our fault, not the file's."""


@dataclass(frozen=True)
class PdfFacts:
    """What is known of a PDF that was let in."""

    # Width and height of each page in points, as it is shown.
    page_sizes: list[list[float]]
    # Signatures that it already carries.
    signature_count: int = 0

    @property
    def page_count(self) -> int:
        return len(self.page_sizes)


def check_size(size: int) -> None:
    """Refuse by its size alone what is empty or too large to be read. Raises ``Refused``."""
    if not size:
        raise Refused("empty")
    if size > settings.UPLOAD_MAX_BYTES:
        raise Refused("too_large", {"megabytes": settings.UPLOAD_MAX_BYTES // 1024**2})


def inspect(data: bytes) -> PdfFacts:
    """Facts of an uploaded PDF. Raises ``Refused``, or ``InspectionFailed`` where this machine is at fault.

    Takes about a quarter of a second, nearly all of it the start of a process that a hostile file may ruin.
    """
    check_size(len(data))
    # Parsers find a PDF behind other bytes too; such a file is one thing to us and another to the next program.
    if not data.startswith(b"%PDF-"):
        raise Refused("not_pdf")
    answer = _answer_of_process(data)
    code = answer.pop("refused", None)
    if code:
        raise Refused(code, answer)
    return PdfFacts(page_sizes=answer["page_sizes"], signature_count=answer["signatures"])


def _answer_of_process(data: bytes) -> dict[str, Any]:
    """What ``inspect_process`` finds; a process that dies or takes too long speaks for itself."""
    try:
        # Isolated and without our environment: whoever took this process over would find no key in it.
        done = subprocess.run(
            [sys.executable, "-I", str(PROCESS), str(settings.UPLOAD_MAX_PAGES)],
            input=data,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "too_complex"}
    if done.stderr:
        log.warning(
            "inspection of a PDF of %s bytes: %s", len(data), done.stderr[-2000:].decode(errors="replace")
        )
    if done.returncode < 0:
        return {"refused": "too_complex"}
    if done.returncode or not done.stdout:
        raise InspectionFailed(f"the inspecting process ended with {done.returncode}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
