"""Unguessable addresses: the bearer gets the token, the database keeps only its digest."""

import hashlib
import secrets


def new_token() -> str:
    """A fresh address part with 256 bits of chance, safe in a URL."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What of a token is kept: SHA-256, in hex. Enough, since a token is no password but pure chance."""
    return hashlib.sha256(token.encode()).hexdigest()
