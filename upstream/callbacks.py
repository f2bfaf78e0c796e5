"""Our key in the provider's callback object: the only thing that travels with an order and comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from . import answers

KEY_HEADER = "X-Callback-Key"


def callback_url(url: str, key: str) -> str:
    """The address with the key in it, in a `key` parameter unless it is there already.

    The first generation echoes nothing of the callback but its address and field.
    """
    if not key or key in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}key={quote(key, safe='')}"


def callback_key(callback: Any) -> str:
    """The key read back: from `custom`, else from the headers, else from the address ("" if nowhere)."""
    callback = answers.mapping(callback)
    for holder in (callback.get("custom"), callback.get("data")):
        key = answers.text(answers.mapping(holder).get("key"))
        if key:
            return key
    headers = answers.mapping(callback.get("headers"))
    for name, value in headers.items():
        if name.lower() == KEY_HEADER.lower():
            return answers.text(value)
    return _key_in(callback)


def _key_in(callback: Mapping[str, Any]) -> str:
    parts = urlsplit(answers.text(callback.get("url")))
    given = parse_qs(parts.query).get("key")
    return given[0] if given else parts.path.rstrip("/").rpartition("/")[2]
