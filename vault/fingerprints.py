"""Fingerprints of personal data: equal data are found by them, and nobody can read them back.

A plain digest would not do: all tax codes and mobile numbers can be tried in hours. So they are keyed (HMAC-SHA-256)
with a key of its own for each purpose, derived from ``ENCRYPTION_KEYS``: the first makes fingerprints, and what an
earlier one made is found by asking for all of ``fingerprints``.
"""

import hashlib
import hmac

from django.conf import settings


def fingerprint(text: str, purpose: str) -> str:
    """The fingerprint of a text for one purpose (such as ``tax-code``), in hex; empty for an empty text."""
    return _keyed(settings.ENCRYPTION_KEYS[0], text, purpose) if text else ""


def fingerprints(text: str, purpose: str) -> list[str]:
    """What the fingerprint may be in rows of any age; nothing for an empty text."""
    return [_keyed(key, text, purpose) for key in settings.ENCRYPTION_KEYS] if text else []


def _keyed(key: str, text: str, purpose: str) -> str:
    own = hmac.digest(key.encode(), f"fingerprint\0{purpose}".encode(), "sha256")
    return hmac.new(own, text.encode(), hashlib.sha256).hexdigest()
