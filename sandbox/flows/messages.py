"""Put a mail or SMS into the inbox instead of sending it."""

from __future__ import annotations

import email.message
import email.policy
import re
from typing import Any

from .. import clock
from ..models import Message

_LINK = re.compile(r"https?://[^\s<>\"']+")
_CODE = re.compile(r"(?<![\w+])\d{4,8}(?!\w)")
_HREF = re.compile(r"""href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)


def sms(to: str, text: str, otp: str = "") -> Message:
    """An SMS from the provider."""
    return Message.objects.create(
        kind="sms", to=to, sender="eSignature", text=text, otp=otp, received_at=clock.now()
    )


def arrived(to: str, text: str) -> Message:
    """An SMS that came in by the gateway."""
    return Message.objects.create(
        kind="sms", to=to, sender="", text=text, otp=_code_in(text), received_at=clock.now()
    )


def _code_in(text: str) -> str:
    """The one-time code of an SMS: the first group of 4 to 8 digits that stands by itself; empty if there is none."""
    found = _CODE.search(_LINK.sub("", text))
    return found.group() if found else ""


def mail(to: str, subject: str, text: str, otp: str = "") -> Message:
    """A mail from the provider."""
    sender = "Sandbox eSignature <no-reply@esignature.example>"
    return Message.objects.create(
        kind="email", to=to, sender=sender, subject=subject, text=text, otp=otp, received_at=clock.now()
    )


def received(raw: bytes, recipients: list[str]) -> list[Message]:
    """Mail that came in by SMTP, once for each recipient of its envelope."""
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    values = {
        "kind": "email",
        "sender": _header(parsed, "from")[:300],
        "subject": _header(parsed, "subject")[:998],
        "text": _part(parsed, "plain"),
        "html": _part(parsed, "html"),
        "raw": raw,
        "received_at": clock.now(),
    }
    return [Message.objects.create(to=_storable(one), **values) for one in recipients]


def _header(parsed: Any, name: str) -> str:
    try:
        return _storable(str(parsed.get(name, "")))
    except Exception:
        # The library's strict parser stumbles over some malformed headers: show that there was one.
        return "(unreadable)"


def _part(parsed: Any, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    if part is None or part.get_content_subtype() != kind:
        return ""
    try:
        return _storable(str(part.get_content())).replace("\r\n", "\n")
    except (LookupError, ValueError):
        # An unknown charset or encoding: show what can be shown.
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _storable(text: str) -> str:
    """Bytes that are no text in their charset come out of the library as halves of surrogates."""
    return text.encode("utf-8", "replace").decode()


def links_in(message: Message) -> list[str]:
    """Addresses in the text, then those that only the HTML part has."""
    found = [link.rstrip(".,;:)]>") for link in _LINK.findall(message.text)]
    for link in _HREF.findall(message.html):
        link = link.replace("&amp;", "&")
        if link.startswith("http") and link not in found:
            found.append(link)
    return list(dict.fromkeys(found))
