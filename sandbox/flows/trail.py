"""Write a line into a procedure's audit trail."""

from __future__ import annotations

from .. import clock
from ..models import LogLine, Procedure, Signer


def note(procedure: Procedure, log: str) -> None:
    """One line, with the present time."""
    LogLine.objects.create(procedure=procedure, log=log, created_at=clock.now())


def person(signer: Signer) -> str:
    """How a line names a signer."""
    return f"Signer {signer.full_name} ({signer.id})"


def origin(ip: str, user_agent: str) -> str:
    """How a line names where somebody was."""
    return f"IP:{ip} User-Agent:{user_agent or 'unknown'}"
