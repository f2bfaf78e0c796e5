"""Ids as the provider makes them: 24 hex digits that begin with the time, so that they sort by it."""

from __future__ import annotations

import itertools
import os
import re
import secrets
import threading
import time

_process = os.urandom(5).hex()
_counter = itertools.count(int.from_bytes(os.urandom(2), "big"))
_lock = threading.Lock()
_PATTERN = re.compile(r"[0-9a-f]{24}\Z")


def new_id() -> str:
    """A new object id."""
    with _lock:
        count = next(_counter)
    return f"{int(time.time()):08x}{_process}{count % 0x1000000:06x}"


def new_transaction_id() -> str:
    """A new id of a wallet transaction: ``txn_`` and an object id."""
    return f"txn_{new_id()}"


def new_token() -> str:
    """A bearer token: 24 hex digits like an id, but not to be guessed."""
    return secrets.token_hex(12)


def new_secret() -> str:
    """The part of a signing link that only its signer knows."""
    return secrets.token_urlsafe(24)


def is_id(text: str) -> bool:
    """Whether this has the form of an object id."""
    return bool(_PATTERN.match(text))
