"""Looks into one PDF, in a process of its own: ``python -I documents/inspect_process.py 2000 < upload.pdf``.

A parser of foreign files will one day meet the file that crashes it, eats its memory or keeps it busy for ever.
Here that costs the sender a clear refusal and nobody else anything: the process has hard limits, an empty
environment (no key to steal) and answers with one line of JSON, either the facts of the file
(``{"page_sizes": [[width, height], …], "signatures": 0}``, in points as shown) or why it is refused
(``{"refused": code, …}``; the codes are told in words by ``documents.inspection``).

Nothing of Django is imported, so that it starts in a quarter of a second. Streams are never decoded: what a
page draws is none of our business, and 200 KB of it can unpack to gigabytes.
"""

import io
import json
import math
import re
import resource
import struct
import sys
import traceback
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream, String

MEMORY_BYTES = 1024**3
CPU_SECONDS = 15
MAX_OBJECTS = 200_000
# Dictionaries and arrays looked at, over all objects.
MAX_CONTAINERS = 1_500_000
# Sides of a page as shown, in points: from one inch to the 200 inches that PDF readers agree on.
SMALLEST_SIDE, LARGEST_SIDE = 72.0, 14_400.0

# What an action does (its /S), and what an annotation is (its /Subtype), that no document to be signed may have.
ACTIONS = {
    "/JavaScript": "scripted",
    "/Launch": "launching",
    "/GoToR": "launching",
    "/GoToE": "launching",
    "/SubmitForm": "submitting",
    "/ImportData": "submitting",
    "/Movie": "multimedia",
    "/Sound": "multimedia",
    "/Rendition": "multimedia",
    "/RichMediaExecute": "multimedia",
    "/GoTo3DView": "multimedia",
}
ANNOTATIONS = {
    "/FileAttachment": "embedded_files",
    "/Movie": "multimedia",
    "/Sound": "multimedia",
    "/Screen": "multimedia",
    "/RichMedia": "multimedia",
    "/3D": "multimedia",
}
# What an address begins with that runs something or opens a file.
SCHEMES = {
    "javascript:": "scripted",
    "vbscript:": "scripted",
    "data:": "scripted",
    "file:": "launching",
    "smb:": "launching",
    "\\\\": "launching",
}
HEAD = re.compile(rb"%PDF-[12]\.[0-9]")
BLANKS = b"\0\t\n\f\r "


class Refusal(Exception):
    """The file is not one that we let people sign."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def examine(data: bytes, max_pages: int) -> dict[str, Any]:
    """Facts of a PDF. Raises ``Refusal``."""
    if not HEAD.match(data):
        raise Refusal("broken")
    if _is_something_else_too(data):
        raise Refusal("two_kinds")
    with _opened(data) as pdf:
        if pdf.is_encrypted:
            raise Refusal("protected")
        page_count = len(pdf.pages)
        if any("MediaBox" in str(warning) for warning in pdf.get_warnings()):
            # A page without a size (or with none that can be read) has another one in each program.
            raise Refusal("broken")
        if page_count > max_pages:
            raise Refusal("too_many_pages", pages=page_count, most=max_pages)
        if not page_count:
            raise Refusal("broken")
        if "/XFA" in pdf.Root.get("/AcroForm", {}):
            raise Refusal("form_xfa")
        if "/Collection" in pdf.Root:
            raise Refusal("embedded_files")
        signatures = _walk(pdf)
        return {"page_sizes": [_shown_size(page) for page in pdf.pages], "signatures": signatures}


def _is_something_else_too(data: bytes) -> bool:
    """Whether more than blanks follow the end of the PDF, or a ZIP archive hides in it.

    What one program takes for a contract would be a web page or a program to the next; and nothing that stands
    behind the end would be seen by whoever signs.
    """
    _, end, rest = data.rpartition(b"%%EOF")
    if end and rest.strip(BLANKS):
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return bool(archive.namelist())
    except (zipfile.BadZipFile, ValueError, struct.error, EOFError, NotImplementedError):
        return False


def _opened(data: bytes) -> pikepdf.Pdf:
    """The file as it stands: one that must be repaired first would not be the one that is signed."""
    try:
        return pikepdf.Pdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Refusal("encrypted") from error
    except pikepdf.PdfError as error:
        # Locks that are no passwords (certificates, rights management).
        raise Refusal("encrypted" if "encryption" in str(error) else "broken") from error


def _walk(pdf: pikepdf.Pdf) -> int:
    """Judge every dictionary of the file, reachable or not; gives the number of signatures in it.

    What cannot be reached today may be reached after the next incremental update, so all objects count.
    """
    if len(pdf.objects) > MAX_OBJECTS:
        raise Refusal("too_many_objects", most=MAX_OBJECTS)
    signatures, seen = 0, 0
    for top in pdf.objects:
        waiting = [top] if isinstance(top, Object) else []
        while waiting:
            container = waiting.pop()
            seen += 1
            if seen > MAX_CONTAINERS:
                raise Refusal("too_complex")
            if isinstance(container, Array):
                waiting += _inside(container.as_list())
            elif isinstance(container, Dictionary | Stream):
                entries = dict(container.items())
                _judge(container, entries)
                signatures += "/ByteRange" in entries and "/Contents" in entries
                waiting += _inside(entries.values())
    return signatures


def _inside(values: Any) -> Iterator[Object]:
    """Dictionaries and arrays written inside another (those with a number of their own come by themselves)."""
    for value in values:
        if isinstance(value, Dictionary | Array) and not value.is_indirect:
            yield value


def _judge(container: Object, entries: dict[str, Any]) -> None:
    """Refuse what runs, sends, opens, hides or forbids.

    Fonts, images and destinations may carry any name, so an entry is only believed together with the kind of
    value that makes it dangerous.
    """
    for code in (
        ACTIONS.get(_name(entries.get("/S"))),
        "launching" if _name(entries.get("/S")) == "/Thread" and "/F" in entries else "",
        ANNOTATIONS.get(_name(entries.get("/Subtype"))),
        _scripts(entries),
        _embeds(entries),
        _takes_from_outside(container, entries),
    ):
        if code:
            raise Refusal(code)
    if _forbids_changes(entries):
        raise Refusal("certified")


def _name(value: Any) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _scripts(entries: dict[str, Any]) -> str:
    has_code = isinstance(entries.get("/JS"), String) or isinstance(entries.get("/JavaScript"), Dictionary)
    if has_code:
        return "scripted"
    # An address, and what relative addresses begin with.
    for address in (entries.get("/URI"), entries.get("/Base")):
        if isinstance(address, String):
            # Readers skip blanks and signs that cannot be seen, in front of and inside the scheme.
            scheme = "".join(sign for sign in str(address)[:200] if sign.isprintable() and not sign.isspace())
            for begins, code in SCHEMES.items():
                if scheme.lower().startswith(begins):
                    return code
    return ""


def _embeds(entries: dict[str, Any]) -> str:
    files = entries.get("/EF")
    if isinstance(files, Dictionary) and any(
        isinstance(value, Stream) for value in dict(files.items()).values()
    ):
        return "embedded_files"
    tree = entries.get("/EmbeddedFiles")
    if isinstance(tree, Dictionary) and (tree.get("/Kids") or tree.get("/Names")):
        return "embedded_files"
    if _name(entries.get("/Type")) in ("/EmbeddedFile", "/Collection"):
        return "embedded_files"
    return ""


def _takes_from_outside(container: Object, entries: dict[str, Any]) -> str:
    """A page that draws from another file shows something else tomorrow (ISO 32000-1, 7.3.8.2 and 8.10.4)."""
    if isinstance(container, Stream) and ("/F" in entries or isinstance(entries.get("/Ref"), Dictionary)):
        return "external_content"
    return ""


def _forbids_changes(entries: dict[str, Any]) -> bool:
    """A certification (DocMDP) or a signed field's lock whose permission is 1: no further signature is allowed."""
    if _name(entries.get("/TransformMethod")) == "/DocMDP":
        limits = entries.get("/TransformParams")
    elif "/V" in entries and "/Lock" in entries:
        limits = entries["/Lock"]
    else:
        return False
    return isinstance(limits, Dictionary) and limits.get("/P") == 1


def _shown_size(page: pikepdf.Page) -> list[float]:
    """Width and height as a reader shows the page, in points. Raises ``Refusal``."""
    media, crop = _corners(page.mediabox), _corners(page.cropbox)
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    unit = float(page.obj.get("/UserUnit", 1))
    width, height = (right - left) * unit, (top - bottom) * unit
    if not all(math.isfinite(side) and SMALLEST_SIDE <= side <= LARGEST_SIDE for side in (width, height)):
        raise Refusal("page_size", page=page.index + 1)
    if _rotation(page.obj) % 180:
        width, height = height, width
    return [round(width, 3), round(height, 3)]


def _corners(box: Any) -> tuple[float, float, float, float]:
    """A box with its lower left corner first, whichever two corners the file names."""
    x1, y1, x2, y2 = (float(value) for value in box)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _rotation(node: Any) -> int:
    """Quarter turns in degrees, inherited from the page tree; what is no quarter turn counts as none."""
    for _ in range(100):
        if "/Rotate" in node:
            turn = int(node["/Rotate"])
            return turn if turn % 90 == 0 else 0
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return 0


def _limit() -> None:
    """From here on this process can neither grow, nor run long, nor write a file."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # macOS knows no limit of the address space; there the time limits have to do.
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def main() -> None:
    """Answer for the PDF on standard input; the first argument is how many pages it may have."""
    _limit()
    answer: dict[str, Any]
    try:
        answer = examine(sys.stdin.buffer.read(), int(sys.argv[1]))
    except Refusal as refusal:
        answer = {"refused": refusal.code, **refusal.details}
    except (MemoryError, RecursionError):
        answer = {"refused": "too_complex"}
    except Exception:
        # Whatever a foreign file makes the parser raise is that file's fault; the trace goes to our log.
        traceback.print_exc()
        answer = {"refused": "broken"}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
