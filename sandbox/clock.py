"""The sandbox's clock, which the control page can move, and the provider's ways of writing a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_ROME = ZoneInfo("Europe/Rome")
_offset = timedelta(0)


def now() -> datetime:
    """The sandbox's present, in UTC, to the millisecond (the provider shows no more)."""
    moment = datetime.now(UTC) + _offset
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def real_now() -> datetime:
    """The present of everybody else, wherever the sandbox's has been moved to."""
    return datetime.now(UTC)


def set_offset(seconds: float) -> None:
    """Put the sandbox's present this many seconds after the real one."""
    global _offset
    _offset = timedelta(seconds=seconds)


def spaced(moment: datetime | None) -> str | None:
    """As eSignature writes: ``2026-11-24 09:15:02.418+00:00``, a space for the T."""
    return None if moment is None else moment.isoformat(sep=" ", timespec="milliseconds")


def iso(moment: datetime | None) -> str | None:
    """As OAuth writes: ``2026-11-24T09:15:02+00:00``."""
    return None if moment is None else moment.isoformat(timespec="seconds")


def rome(moment: datetime | None) -> str | None:
    """As the first generation writes: by Italy's clock, ``2026-11-24T10:15:02+01:00``."""
    return None if moment is None else moment.astimezone(_ROME).isoformat(timespec="seconds")


def bare_rome(moment: datetime | None) -> str | None:
    """As the first generation's audit trail writes some times: by Italy's clock, without saying so."""
    return None if moment is None else str(rome(moment))[:19]
