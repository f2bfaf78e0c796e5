"""Fingerprints of what belongs to one person only: found again without being readable."""

from collections.abc import Mapping
from typing import Any

from vault import fingerprint

# What people type, and the purpose that its fingerprint is made for.
PURPOSES = {"tax_code": "tax-code", "email": "email", "mobile": "mobile"}


def kept(name: str, typed: str) -> str:
    """What is typed as it is compared: addresses in any case are the same."""
    return typed.strip().casefold() if name == "email" else typed.strip()


def fingerprints_of(person: Mapping[str, Any]) -> dict[str, str]:
    """The columns of fingerprints for a person's tax code, e-mail and mobile (E.164)."""
    return {
        f"{name}_print": fingerprint(kept(name, str(person.get(name) or "")), purpose)
        for name, purpose in PURPOSES.items()
    }
