"""Send a signer a one-time code, and check what they type."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from django.db.models import F

from .. import clock, knobs
from ..models import Signer
from . import messages, trail

_PLACEHOLDER = "{OTP}"
_DEFAULT = {
    "it": "{OTP} è il tuo codice per firmare il documento.",
    "fr": "{OTP} est votre code pour signer le document.",
    "en": "{OTP} is your code to sign the document.",
}
_SUBJECT = {"it": "Il tuo codice per firmare", "fr": "Votre code pour signer", "en": "Your code to sign"}


class CodeRefused(Exception):
    """The code cannot be sent or was not taken; `reason` is a key of the pages' dictionary."""

    def __init__(self, reason: str, left: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.left = left


def code_text(message: str, code: str, language: str = "en") -> str:
    """The message with the code in place of `{OTP}`, else appended."""
    template = message or _DEFAULT.get(language, _DEFAULT["en"])
    if _PLACEHOLDER in template:
        return template.replace(_PLACEHOLDER, code)
    return f"{template.rstrip()} {code}"


def send_code(signer: Signer, channel: str, language: str, ip: str, user_agent: str) -> str:
    """Send a new code by `sms` or `email`; the earlier one is void. Returns the target. Raises CodeRefused."""
    knob = knobs.current()
    target = signer.mobile if channel == "sms" else signer.email
    if channel not in signer.authentication or not target:
        raise CodeRefused("no_channel")
    if signer.codes_sent >= knob.otp_sends:
        raise CodeRefused("too_many_codes")
    code = "".join(secrets.choice("0123456789") for _ in range(knob.otp_length))
    text = code_text(signer.message, code, language)
    signer.code, signer.code_channel, signer.code_target, signer.code_text = code, channel, target, text
    signer.code_sent_at, signer.code_attempts, signer.code_validated_at = clock.now(), 0, None
    signer.codes_sent += 1
    signer.save(
        update_fields=[
            "code",
            "code_channel",
            "code_target",
            "code_text",
            "code_sent_at",
            "code_attempts",
            "code_validated_at",
            "codes_sent",
        ]
    )
    if channel == "sms":
        messages.sms(target, text, code)
    else:
        messages.mail(target, _SUBJECT.get(language, _SUBJECT["en"]), text, code)
    hidden = text.replace(code, "*" * len(code))
    trail.note(
        signer.procedure,
        f"OTP {signer.codes_sent} Sent By {channel} To {target}. {trail.person(signer)}. "
        f'Message: "{hidden}" {trail.origin(ip, user_agent)}',
    )
    return target


def check_code(signer: Signer, typed: str, ip: str, user_agent: str) -> None:
    """Take the code or refuse it; attempts are counted before they are looked at. Raises CodeRefused."""
    knob = knobs.current()
    if not signer.code or signer.code_sent_at is None:
        raise CodeRefused("no_code")
    if signer.code_sent_at + timedelta(seconds=knob.otp_lifetime) < clock.now():
        raise CodeRefused("code_expired")
    counted = Signer.objects.filter(
        pk=signer.pk, code=signer.code, code_attempts__lt=knob.otp_attempts
    ).update(code_attempts=F("code_attempts") + 1)
    if not counted:
        raise CodeRefused("too_many_attempts")
    signer.refresh_from_db(fields=["code_attempts"])
    where = trail.origin(ip, user_agent)
    attempt = f"OTP Attempt {signer.code_attempts} Of {knob.otp_attempts}"
    if not hmac.compare_digest("".join(typed.split()).encode(), signer.code.encode()):
        trail.note(signer.procedure, f"{attempt} Wrong. {trail.person(signer)}. {where}")
        left = knob.otp_attempts - signer.code_attempts
        raise CodeRefused("wrong_code" if left > 0 else "too_many_attempts", left)
    signer.code_validated_at = clock.now()
    Signer.objects.filter(pk=signer.pk).update(code_validated_at=signer.code_validated_at, code="")
    trail.note(signer.procedure, f"{attempt} Right. OTP Validated. {trail.person(signer)}. {where}")
