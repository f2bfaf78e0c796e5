"""What must never reach a log, a record or an exception: tokens, keys, codes, signing links, file contents."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[hidden]"
LINK = "[link]"

# Keys compared in lower case. `content` is a file in requests and a one-time code's text in audit trails;
# `trace` shows the provider's internal call sites; `key` is our own callback key.
_SECRET_KEYS = frozenset(
    {
        "token", "refreshtoken", "authorization", "apikey", "api_key", "password", "secret", "otp", "key",
        "certificatepassword", "certificateotp", "encryptionpassword", "timestamppassword", "pin", "puk",
        "codice_emergenza", "codice_utente", "codice_carta", "numero_dispositivo", "numero_busta", "iut", "alias",
        "content", "payload", "logo", "trace", "headers", "sign_link", "documento", "modulo",
    }
)  # fmt: skip
# Objects of which every value is a secret, also one that the provider adds some day; which are filled may show.
_SECRET_OBJECTS = frozenset({"firma", "credenziali"})
_PERSONAL_KEYS = frozenset(
    {"email", "mobile", "phone", "cellulare", "codice_fiscale", "nome_documento", "nome_modulo"}
)
_PERSONAL_OBJECTS = frozenset({"anagrafica", "anagrafica_spedizione"})
_URL = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
_VOUCHER = re.compile(r"\bvoucher=[^\s&\"']+", re.IGNORECASE)
_LONG_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{80,}={0,2}")
_CREDENTIAL = re.compile(r"\b(Bearer|Basic)\s+[^\s\"',]+", re.IGNORECASE)

_EXCERPT = 400
_LONG_STRING = 200
_MANY = 20
_DEEP = 5


def without_secrets(value: Any) -> Any:
    """A copy of a JSON value with the secrets replaced; everything else, personal data too, stays."""
    if isinstance(value, dict):
        return {name: _field_without_secrets(name.lower(), item) for name, item in value.items()}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if isinstance(value, str) and "://" in value:
        return _URL.sub(LINK, value)
    return value


def _field_without_secrets(name: str, item: Any) -> Any:
    if name in _SECRET_OBJECTS:
        return _hollow(item, HIDDEN)
    return HIDDEN if _is_secret(name, item) else without_secrets(item)


def _is_secret(name: str, item: Any) -> bool:
    # A bare "yes, it has been received" (`documento: true`) is none.
    return name in _SECRET_KEYS and bool(item) and not isinstance(item, bool)


def _hollow(value: Any, shown: str) -> Any:
    """The shape of a JSON value, with `shown` in the place of everything that is filled."""
    if isinstance(value, Mapping):
        return {str(name): _hollow(item, shown) for name, item in list(value.items())[:40]}
    if isinstance(value, list | tuple):
        return [_hollow(item, shown) for item in value[:_MANY]]
    return shown if value and not isinstance(value, bool) else value


def summary(value: Any) -> dict[str, Any]:
    """A small, JSON-able, secret-free digest of a request or an answer, for the record of exchanges."""
    small = _small(value, 0)
    return small if isinstance(small, dict) else {"value": small}


def _small(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        if depth >= _DEEP:
            return f"[{len(value)} fields]"
        return {str(name): _small_field(str(name), item, depth) for name, item in list(value.items())[:40]}
    if isinstance(value, list | tuple):
        kept = [_small(item, depth + 1) for item in value[:_MANY]] if depth < _DEEP else []
        return [*kept, f"[{len(value) - len(kept)} more]"] if len(value) > len(kept) else kept
    if isinstance(value, str):
        return scrub(value) if len(value) <= _LONG_STRING else f"[{len(value)} characters]"
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _small_field(name: str, item: Any, depth: int) -> Any:
    lower = name.lower()
    if lower in _SECRET_OBJECTS:
        return _hollow(item, HIDDEN)
    if lower in _PERSONAL_OBJECTS:
        return _hollow(item, "…")
    if lower in _SECRET_KEYS:
        return HIDDEN if _is_secret(lower, item) else item
    if lower in _PERSONAL_KEYS and isinstance(item, str):
        return masked(item)
    return _small(item, depth + 1)


def masked(contact: str) -> str:
    """An e-mail address or number that can be recognised but not used: `g…@example.org`, `…001`."""
    if "@" in contact:
        name, _, domain = contact.partition("@")
        return f"{name[:1]}…@{domain}"
    return f"…{contact[-3:]}" if len(contact) > 6 else "…"


def scrub(words: str) -> str:
    """Free text without links, credentials and long base64."""
    words = _URL.sub(LINK, words)
    words = _VOUCHER.sub(f"voucher={HIDDEN}", words)
    words = _CREDENTIAL.sub(rf"\1 {HIDDEN}", words)
    return _LONG_BASE64.sub(HIDDEN, words)


def excerpt(body: bytes) -> str:
    """The beginning of an answer for an error report: redacted by structure if it is JSON, else as text."""
    if not body:
        return ""
    try:
        shown = json.dumps(summary(json.loads(body)), ensure_ascii=False)
    except ValueError:
        # A cut JSON text has no structure to go by, so only its shape is kept.
        if body.lstrip()[:1] in (b"{", b"["):
            return f"[broken JSON, {len(body)} bytes]"
        if b"\0" in body[:200] or body[:4] == b"%PDF":
            return f"[{len(body)} bytes]"
        shown = scrub(body[: _EXCERPT * 4].decode("utf-8", "replace"))
    return shown[:_EXCERPT]


def redacted_audit(body: bytes) -> bytes:
    """An audit trail in JSON without signing links and one-time codes, for eyes other than the signer's.

    The first generation's trail holds both (contract, section 5.3). Other formats come back as they are.
    """
    try:
        answer = json.loads(body)
    except ValueError:
        return body
    return json.dumps(_audit(answer), ensure_ascii=False, indent=1).encode()


def _audit(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _audit_field(name, item) for name, item in value.items()}
    if isinstance(value, list):
        return [_audit(item) for item in value]
    return _URL.sub(LINK, value) if isinstance(value, str) and "://" in value else value


def _audit_field(name: str, item: Any) -> Any:
    if name == "authentications" and isinstance(item, list):
        return [
            {**row, "content": HIDDEN} if isinstance(row, dict) and "content" in row else row for row in item
        ]
    return HIDDEN if name in {"sign_link", "trace"} else _audit(item)
