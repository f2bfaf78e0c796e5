"""Pictures of papers, from a phone or a scanner: re-encoded on arrival, and joined into one PDF with others.

What comes out has the picture and nothing else of the file that came in: no place, no device, no thumbnail. The
decoders of foreign files run in a process of their own (``picture_process``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .apart import TooComplex, answer_of, framed
from .inspection import Refused

PROCESS = Path(__file__).with_name("picture_process.py")
PATIENCE_SECONDS = 40

# One sentence on what is wrong, one on what to do about it.
MESSAGES: dict[str, Promise] = {
    "empty": _("This file is empty. Choose the picture again."),
    "not_picture": _(
        "This is neither a picture nor a PDF. Take a photo, or choose a JPEG, PNG, WEBP, HEIC or PDF file."
    ),
    "too_large": _("This file is larger than %(megabytes)s MB. Take the picture again at a smaller size."),
    "too_many_pixels": _(
        "This picture has more than %(megapixels)s megapixels. Take it again at a smaller size."
    ),
    "too_small": _(
        "This picture has only %(width)s × %(height)s points: nothing can be read on it. Take it again, closer and in "
        "full size."
    ),
    "broken": _("This file is damaged or incomplete. Take the picture again, or save the PDF anew."),
    "too_complex": _("This file is too complicated to be checked. Take a new picture of the paper."),
    "too_many_pages": _(
        "These are %(pages)s pages; %(most)s is the most. Upload only the pages that are asked for."
    ),
}

# What may make a picture hard to read: said to whoever uploads it, and to staff.
REMARKS: dict[str, Promise] = {
    "small": _("The picture is small. If the small print cannot be read, take it again from nearer."),
    "blurred": _("The picture looks blurred. Hold the phone still, in good light, and take it again."),
    "dark": _("The picture is very dark. Take it again in daylight."),
    "bright": _("The picture is nearly white. Take it again without flash or glare."),
    "flat": _("There is nothing to be seen on this picture. Take it again."),
}


class PictureRefused(Refused):
    """The file cannot be used. ``code`` is a key of ``MESSAGES``, ``message`` says what to do (translatable)."""

    @property
    def message(self) -> str:
        """The refusal in the reader's language."""
        return str(MESSAGES[self.code]) % self.details


@dataclass(frozen=True)
class Picture:
    """A picture that was let in, as JPEG. ``remarks`` are keys of ``REMARKS``."""

    data: bytes
    width: int
    height: int
    remarks: Sequence[str]


def clean(data: bytes) -> Picture:
    """A picture (JPEG, PNG, WEBP, HEIC) as a plain, upright JPEG, the same for the same bytes.

    Takes about half a second. Raises ``PictureRefused``, or ``InspectionFailed`` where this machine is at fault.
    """
    if not data:
        raise PictureRefused("empty")
    if len(data) > settings.PICTURE_MAX_BYTES:
        raise PictureRefused("too_large", {"megabytes": settings.PICTURE_MAX_BYTES // 1024**2})
    facts, made = _answer_of_process("clean", data)
    return Picture(made, facts["width"], facts["height"], tuple(facts["remarks"]))


def join(parts: Sequence[bytes]) -> tuple[bytes, int]:
    """JPEGs and inspected PDFs in one PDF, page after page, and how many pages it has; the same for the same parts.

    Raises as ``clean``.
    """
    facts, made = _answer_of_process("join", framed(parts))
    return made, facts["pages"]


def _answer_of_process(task: str, data: bytes) -> tuple[dict[str, Any], bytes]:
    """What ``picture_process`` says and makes; one that dies or takes too long speaks for itself."""
    try:
        answer, made = answer_of(PROCESS, [task], data, PATIENCE_SECONDS)
    except TooComplex as error:
        raise PictureRefused("too_complex") from error
    if code := answer.pop("refused", None):
        raise PictureRefused(code, answer)
    return answer, made
