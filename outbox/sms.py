"""The SMS gateway: one call of ``SMS_URL``, JSON ``{"to": …, "text": …}`` with a bearer key.

Whatever service sends our SMS stands behind an address like this one; without it, nothing is sent by SMS.
"""

import httpx
from django.conf import settings

TIMEOUT_SECONDS = 10


class NotSent(Exception):
    """The gateway did not take it. The message is safe to keep: it holds neither number nor text."""


def is_available() -> bool:
    """Whether anything can be sent by SMS."""
    return bool(settings.SMS_URL)


def masked(number: str) -> str:
    """A number that its owner knows, and nobody else learns."""
    return f"{number[:3]} ••• {number[-3:]}"


def send(number: str, text: str) -> None:
    """Hand an SMS over; ``number`` in E.164. Raises ``NotSent``."""
    try:
        answer = httpx.post(
            settings.SMS_URL,
            json={"to": number, "text": text},
            headers={"Authorization": f"Bearer {settings.SMS_KEY}"},
            timeout=TIMEOUT_SECONDS,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotSent(type(error).__name__) from error
    if not answer.is_success:
        raise NotSent(f"status {answer.status_code}")
