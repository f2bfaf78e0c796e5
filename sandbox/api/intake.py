"""What both generations are given to sign: bytes out of base64 or an address, callback objects, numbers."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import urlsplit

import httpx

from .. import knobs
from .answers import Refusal
from .bodies import text_of

_FETCH_SECONDS = 10.0


def invalid(message: str, error: int | None = None, status: int = 422) -> Refusal:
    """A field that does not fit; the paper gives few numbers for these."""
    return Refusal(status, message, knobs.current().invalid_field_number if error is None else error)


def from_base64(value: Any, what: str) -> bytes:
    """Bytes of a base64 text, with or without a data address before it. Raises Refusal 422."""
    text = text_of(value)
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid(f"malformed '{what}' parameter, must be base64") from error


def fetched(url: str) -> bytes:
    """The document behind an address. Raises Refusal 422."""
    if not is_url(url):
        raise invalid("malformed 'url' parameter, must be a valid url in 'inputDocuments'")
    try:
        response = httpx.get(url, timeout=_FETCH_SECONDS, follow_redirects=True, trust_env=False)
        response.raise_for_status()
    except httpx.HTTPError as error:
        raise invalid("the document in 'inputDocuments' could not be downloaded") from error
    return response.content


def is_url(value: Any) -> bool:
    """Whether this is an http(s) address."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(c.isspace() for c in value)


def check_size(content: bytes) -> None:
    """Refuse what is too large (413) by the knob."""
    if len(content) > knobs.current().max_megabytes * 1024 * 1024:
        raise Refusal(413, "Payload Too Large", 413)


def check_count(people: list[Any]) -> None:
    """Refuse too many signers by the knob."""
    largest = knobs.current().max_signers
    if largest and len(people) > largest:
        raise invalid("too many signers")


def strings(value: Any) -> dict[str, str]:
    """An object of texts, as headers are."""
    if not isinstance(value, dict):
        return {}
    return {str(key): text_of(one) for key, one in value.items()}
