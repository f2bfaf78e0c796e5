"""Run a script that looks into a foreign file in a process of its own, which such a file may ruin."""

import json
import logging
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .inspection import InspectionFailed

log = logging.getLogger(__name__)


class TooComplex(Exception):
    """The process died over the file, or took too long."""


def framed(parts: Sequence[bytes]) -> bytes:
    """Several files as one input: each behind its length in eight bytes."""
    return b"".join(struct.pack(">Q", len(part)) + part for part in parts)


def answer_of(
    script: Path, arguments: Sequence[str], data: bytes, patience: int
) -> tuple[dict[str, Any], bytes]:
    """What the script says (one line of JSON) and makes (all behind it). Raises ``TooComplex`` and
    ``InspectionFailed``."""
    try:
        # Isolated and without our environment: whoever took this process over would find no key in it.
        done = subprocess.run(
            [sys.executable, "-I", str(script), *arguments],
            input=data,
            capture_output=True,
            timeout=patience,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TooComplex from error
    if done.stderr:
        said = done.stderr[-2000:].decode(errors="replace")
        log.warning("%s of %s bytes: %s", script.stem, len(data), said)
    if done.returncode < 0:
        raise TooComplex
    if done.returncode or not done.stdout:
        raise InspectionFailed(f"{script.stem} ended with {done.returncode}")
    line, _newline, made = done.stdout.partition(b"\n")
    answer: dict[str, Any] = json.loads(line)
    return answer, made
