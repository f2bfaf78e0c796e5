"""How a person comes from a voucher to an identity: data, codes, document, video, mail."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from stdnum.it import codicefiscale

from .. import clock, knobs
from ..models import Message
from .models import SpidVoucher, VoucherPhase

SENDER = "Sandbox Identity Provider <no-reply@identity.example>"
DOCUMENTS = ("cie", "passport", "licence")
FAILURES = ("document", "health_card", "picture", "already", "stopped")

_CODE_MAIL = {
    "it": ("Conferma il tuo indirizzo", "Il tuo codice: {code}"),
    "fr": ("Confirmez votre adresse", "Votre code : {code}"),
    "en": ("Confirm your address", "Your code: {code}"),
}
_DONE_MAIL = {
    "it": ("La tua identità SPID è attiva", "Ciao {name}, la tua identità SPID è attiva: livelli 1 e 2."),
    "fr": ("Votre identité SPID est active", "Bonjour {name}, votre identité SPID est active : niveaux 1 et 2."),
    "en": ("Your SPID identity is active", "Hello {name}, your SPID identity is active: levels 1 and 2."),
}  # fmt: skip


class StepRefused(Exception):
    """The step was not taken; `reason` is a key of the pages' dictionary."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _has_identity(tax_code: str, except_for: str) -> bool:
    used = SpidVoucher.objects.filter(
        tax_code=tax_code, phase__in=[VoucherPhase.IDENTIFIED, VoucherPhase.ACTIVE]
    )
    return used.exclude(pk=except_for).exists()


def take_data(voucher: SpidVoucher, typed: dict[str, str]) -> None:
    """Who it is; sends both codes. Raises StepRefused."""
    fields = {
        name: typed.get(name, "").strip() for name in ("name", "surname", "tax_code", "email", "mobile")
    }
    fields["tax_code"] = fields["tax_code"].replace(" ", "").upper()
    if not all(fields.values()) or "@" not in fields["email"]:
        raise StepRefused("incomplete")
    if not codicefiscale.is_valid(fields["tax_code"]):
        raise StepRefused("bad_tax_code")
    if _has_identity(fields["tax_code"], voucher.pk):
        raise StepRefused("already")
    for name, value in fields.items():
        setattr(voucher, name, value[: 254 if name == "email" else 40])
    voucher.email_code, voucher.sms_code = (f"{secrets.randbelow(10**6):06d}" for _ in range(2))
    voucher.phase = VoucherPhase.DATA
    voucher.save()
    subject, text = _CODE_MAIL[voucher.language]
    _tell("email", voucher.email, subject, text.format(code=voucher.email_code), voucher.email_code)
    _tell("sms", voucher.mobile, "", text.format(code=voucher.sms_code), voucher.sms_code)


def take_codes(voucher: SpidVoucher, typed: dict[str, str]) -> None:
    """Mail and mobile are theirs. Raises StepRefused."""
    if typed.get("email_code", "").strip() != voucher.email_code or (
        typed.get("sms_code", "").strip() != voucher.sms_code
    ):
        raise StepRefused("wrong_code")
    voucher.phase = VoucherPhase.CODES
    voucher.save(update_fields=["phase"])


def take_document(voucher: SpidVoucher, typed: dict[str, str]) -> None:
    """Which ID document will be shown, beside the health card. Raises StepRefused."""
    if typed.get("document") not in DOCUMENTS or not typed.get("health_card"):
        raise StepRefused("incomplete")
    voucher.document, voucher.phase = typed["document"], VoucherPhase.DOCUMENT
    voucher.save(update_fields=["document", "phase"])


def take_video(voucher: SpidVoucher, typed: dict[str, str]) -> None:
    """The operator recognises the person, or does not."""
    if typed.get("outcome") == "fails":
        fail(voucher, typed.get("failure", ""))
    else:
        identify(voucher)


def identify(voucher: SpidVoucher) -> None:
    """The person was recognised: the identity becomes active, now or after the knob's delay, and its mail leaves."""
    voucher.phase = VoucherPhase.IDENTIFIED
    voucher.active_from = clock.now() + timedelta(seconds=knobs.current().spid_activation_delay)
    voucher.save()
    activate_due()


def fail(voucher: SpidVoucher, failure: str) -> None:
    """The person was not recognised; the voucher can be used again."""
    voucher.phase, voucher.failure = VoucherPhase.FAILED, failure if failure in FAILURES else "stopped"
    voucher.save(update_fields=["phase", "failure"])


def activate_due() -> int:
    """Activate what is due, with its mail. Returns how many."""
    due = SpidVoucher.objects.filter(phase=VoucherPhase.IDENTIFIED, active_from__lte=clock.now())
    count = 0
    for voucher in list(due):
        with transaction.atomic():
            taken = SpidVoucher.objects.filter(pk=voucher.pk, phase=VoucherPhase.IDENTIFIED)
            if taken.update(phase=VoucherPhase.ACTIVE):
                subject, text = _DONE_MAIL[voucher.language]
                _tell("email", voucher.email, subject, text.format(name=voucher.name))
                count += 1
    return count


def _tell(kind: str, to: str, subject: str, text: str, otp: str = "") -> None:
    Message.objects.create(
        kind=kind, to=to, sender=SENDER, subject=subject, text=text, otp=otp, received_at=clock.now()
    )
