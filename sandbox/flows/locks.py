"""One thing at a time for each procedure: its PDF grows signature by signature."""

from __future__ import annotations

import threading
import zlib

_LOCKS = [threading.RLock() for _ in range(64)]


def lock_for(procedure_id: str) -> threading.RLock:  # type: ignore[valid-type]
    """The lock of a procedure (shared with others by chance, which only costs waiting)."""
    return _LOCKS[zlib.crc32(procedure_id.encode()) % len(_LOCKS)]
