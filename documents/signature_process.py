"""Judges the signatures of one uploaded file, in a process of its own.

    python -I documents/signature_process.py pdf <trust roots> < framed parts    signed PDF, and what was signed
    python -I documents/signature_process.py p7m <trust roots> < framed parts    signed file

The answer is one line of JSON: of a PDF ``{"report": …, "is_changed": …}`` (``documents.validation``, ``changes``), of
a ``.p7m`` what ``documents.signed_file`` says of it, and the content behind the line; or ``{"refused": "not_signed"}``.
Every signature is judged together with all that came after it: a file of a megabyte can ask for an hour of that. So
here it has so much time and memory and no more. Parts are framed by their length in eight bytes.
"""

import json
import logging
import resource
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

MEMORY_BYTES = 3 * 1024**3 // 2
CPU_SECONDS = 20


def judge_pdf(signed: bytes, original: bytes) -> tuple[dict[str, Any], bytes]:
    """The report of a PDF, and whether it was changed before somebody signed it."""
    from documents.changes import is_changed
    from documents.validation import validate

    report = validate(signed, original)
    is_known = report.begins_with_original and report.is_intact
    return {"report": report.as_dict(), "is_changed": not is_known or is_changed(signed, original)}, b""


def judge_p7m(data: bytes) -> tuple[dict[str, Any], bytes]:
    """What is said of a file in a signature, and its content."""
    from documents.signed_file import NotSigned, open_signed

    try:
        found = open_signed(data)
    except NotSigned:
        return {"refused": "not_signed"}, b""
    said = {
        "signers": list(found.signers),
        "is_intact": found.is_intact,
        "is_trusted": found.is_trusted,
        "problem": found.problem,
    }
    return said, found.content


def _parts(framed: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(framed):
        (length,) = struct.unpack_from(">Q", framed, place)
        yield framed[place + 8 : place + 8 + length]
        place += 8 + length


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


def _prepare(trust_roots: str) -> None:
    """As much of Django as the judging modules need, and none of our settings."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import django
    from django.conf import settings

    settings.configure(TRUST_ROOTS=trust_roots, USE_TZ=True)
    django.setup()
    # What a library remarks about a foreign file goes to nobody: the answer says all.
    logging.disable(logging.CRITICAL)


def main() -> None:
    """Answer for what comes on standard input."""
    _limit()
    kind, trust_roots = sys.argv[1:3]
    parts = list(_parts(sys.stdin.buffer.read()))
    _prepare(trust_roots)
    answer, made = judge_pdf(*parts) if kind == "pdf" else judge_p7m(*parts)
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + made)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
