"""Secrets at rest: what is sealed here can be read only with the portal's encryption keys."""

from .fingerprints import fingerprint, fingerprints
from .sealing import SealBroken, open_sealed, seal
from .tokens import digest_of, new_token, without_tokens

__all__ = [
    "SealBroken",
    "digest_of",
    "fingerprint",
    "fingerprints",
    "new_token",
    "open_sealed",
    "seal",
    "without_tokens",
]
