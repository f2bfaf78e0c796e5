"""Sealing of short secrets (a signer's link, a mail's body, an organisation's file key) with rotating keys.

The first of ``ENCRYPTION_KEYS`` seals, all of them open: to rotate, put a new key in front.
"""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealBroken(Exception):
    """What was sealed cannot be opened: wrong key, other purpose, or changed bytes."""


@lru_cache(maxsize=4)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _fernet() -> MultiFernet:
    return _keys(tuple(settings.ENCRYPTION_KEYS))


def seal(secret: str | bytes, purpose: str) -> str:
    """Seal a secret for one purpose (such as ``signer-link``); it opens only for the same purpose."""
    data = secret.encode() if isinstance(secret, str) else secret
    return _fernet().encrypt(purpose.encode() + b"\0" + data).decode()


def open_sealed(sealed: str, purpose: str) -> bytes:
    """Open what ``seal`` made. Raises ``SealBroken``."""
    try:
        found, _, data = _fernet().decrypt(sealed.encode()).partition(b"\0")
    except InvalidToken as error:
        raise SealBroken("not sealed by a key of this portal, or changed since") from error
    if found != purpose.encode():
        raise SealBroken("sealed for another purpose")
    return data


def reseal(sealed: str) -> str:
    """The same secret under the newest key (for key rotation)."""
    return _fernet().rotate(sealed.encode()).decode()
