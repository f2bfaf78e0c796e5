"""Put a mail or SMS into the inbox instead of sending it."""

from __future__ import annotations

import email.message
import email.policy
import re
from email.header import decode_header, make_header
from typing import Any

from .. import clock
from ..models import Message

_CODE = re.compile(r"(?<![\d+])\d{4,8}(?!\d)")
_CODE_WORDS = re.compile(r"\b(code|codice|otp|pin)\b|verif|confirm|conferma", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"']+")
_HREF = re.compile(r"""href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)


def sms(to: str, text: str, otp: str = "") -> Message:
    """An SMS from the provider."""
    return Message.objects.create(
        kind="sms", to=to, sender="eSignature", text=text, otp=otp, received_at=clock.now()
    )


def arrived(to: str, text: str) -> Message:
    """An SMS that came in by the gateway."""
    return Message.objects.create(
        kind="sms", to=to, sender="", text=text, otp=_code_in("", text), received_at=clock.now()
    )


def mail(to: str, subject: str, text: str, otp: str = "") -> Message:
    """A mail from the provider."""
    sender = "Sandbox eSignature <no-reply@esignature.example>"
    return Message.objects.create(
        kind="email", to=to, sender=sender, subject=subject, text=text, otp=otp, received_at=clock.now()
    )


def received(raw: bytes, recipients: list[str]) -> list[Message]:
    """Mail that came in by SMTP, once for each recipient of its envelope."""
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    text, html = _part(parsed, "plain"), _part(parsed, "html")
    subject = _header(parsed, "subject")
    return [
        Message.objects.create(
            kind="email",
            to=recipient,
            sender=_header(parsed, "from"),
            subject=subject[:998],
            text=text,
            html=html,
            raw=raw,
            received_at=clock.now(),
        )
        for recipient in recipients
    ]


def _header(parsed: Any, name: str) -> str:
    value = str(parsed.get(name, ""))
    return str(make_header(decode_header(value))) if "=?" in value else value


def _part(parsed: Any, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    if part is None or part.get_content_subtype() != kind:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        # An unknown charset: show what can be shown.
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _code_in(subject: str, text: str) -> str:
    """A one-time code in somebody's mail: digits (or groups of them) near a word that says so."""
    for line in (subject, *_LINK.sub("", text).splitlines()):
        found = _CODE.search(line)
        if found and (_CODE_WORDS.search(line) or line.strip() == found.group()):
            return found.group()
    return ""


def links_in(message: Message) -> list[str]:
    """Addresses in the text, then those that only the HTML part has."""
    found = [link.rstrip(".,;:)]>") for link in _LINK.findall(message.text)]
    for link in _HREF.findall(message.html):
        link = link.replace("&amp;", "&")
        if link.startswith("http") and link not in found:
            found.append(link)
    return list(dict.fromkeys(found))
