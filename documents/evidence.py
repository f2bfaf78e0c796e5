"""Evidence bundles: a zip whose files can be checked with common tools (docs/evidence.md)."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime

SUMS = "SHA256SUMS"


def write_bundle(entries: Iterable[tuple[str, bytes]], made_at: datetime) -> bytes:
    """A zip of these files in their order, and the digests of all of them, as ``sha256sum -c`` reads them."""
    buffer = io.BytesIO()
    stamp = made_at.astimezone(UTC)
    time = (stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second)
    sums = []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in entries:
            bundle.writestr(_entry(name, time), content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        bundle.writestr(_entry(SUMS, time), "".join(sums))
    return buffer.getvalue()


def _entry(name: str, time: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=time)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
