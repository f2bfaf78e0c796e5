"""Unguessable addresses: the bearer gets the token, the database keeps only its digest."""

import hashlib
import re
import secrets

# The parts of our addresses behind which a token stands: signers', SPID holders', the provider's hints, colleagues'
# invitations, confirmations of an e-mail, new passwords.
_OPENS = re.compile(r"""(?<=/)(s|my-spid|codes|hints|join|confirm-email|key)/[^\s/"'<>?#]{12,}""")


def new_token() -> str:
    """A fresh address part with 256 bits of chance, safe in a URL."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What of a token is kept: SHA-256, in hex. Enough, since a token is no password but pure chance."""
    return hashlib.sha256(token.encode()).hexdigest()


def without_tokens(text: str) -> str:
    """A text such as a line of the log, with the tokens in our addresses blotted out."""
    return _OPENS.sub(r"\1/***", text)
