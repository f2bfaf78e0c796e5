"""A circuit breaker: a host that keeps failing is left alone for a while."""

from __future__ import annotations

import time
from threading import Lock


class Breaker:
    """Opens after `failures` in a row; after `seconds` lets one probe through, which closes or renews it.

    Thread safe. A probe that never reports (its process killed, its task cancelled) is replaced by another
    after the same `seconds`.
    """

    def __init__(self, failures: int, seconds: float) -> None:
        self._limit = failures
        self._seconds = seconds
        self._failed = 0
        self._probe_at = 0.0
        self._lock = Lock()

    def wait(self) -> float:
        """Seconds until a call may pass; 0 lets this one pass (and makes it the probe when open)."""
        if self._failed < self._limit:
            return 0.0
        with self._lock:
            if self._failed < self._limit:
                return 0.0
            now = time.monotonic()
            if now < self._probe_at:
                return self._probe_at - now
            self._probe_at = now + self._seconds
            return 0.0

    def succeeded(self) -> None:
        """The host answered sensibly."""
        if self._failed:
            with self._lock:
                self._failed = 0

    def failed(self) -> None:
        """The host could not be reached, timed out or answered 5xx."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._limit:
                self._probe_at = time.monotonic() + self._seconds
