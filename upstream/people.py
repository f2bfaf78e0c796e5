"""What both generations ask of a signer, checked before anything is sent."""

from __future__ import annotations

from .errors import Rejected
from .port import NewProcedure, NewSigner

_ITALY = "+39"


def international(mobile: str) -> str:
    """A mobile number with `+` and prefix; without one Italy's, as the provider itself would take it."""
    digits = "".join(sign for sign in mobile if sign.isdigit() or sign == "+")
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not digits or digits.startswith("+"):
        return digits
    return _ITALY + digits


def refuse(message: str) -> Rejected:
    """A refusal of our own, before anything was sent."""
    return Rejected(message, proves_not_bought=True)


def check(new: NewProcedure) -> None:
    """Raises Rejected for what either generation would refuse, or worse, misread."""
    if not new.signers:
        raise refuse("a procedure needs a signer")
    if not new.content:
        raise refuse("a procedure needs a document")
    if not new.callback_key:
        raise refuse("without a callback key a lost answer could never be settled")
    for signer in new.signers:
        _check_signer(signer)


def _check_signer(signer: NewSigner) -> None:
    if not signer.name.strip() or not signer.surname.strip():
        raise refuse("a signer needs name and surname")
    if signer.otp_channel == "sms" and not international(signer.mobile):
        raise refuse("a code by SMS needs a mobile number")
    if signer.otp_channel == "email" and "@" not in signer.email:
        raise refuse("a code by e-mail needs an e-mail address")
    if not signer.placements:
        raise refuse("a signer needs at least one place to sign in")
    if any(placement.page < 1 for placement in signer.placements):
        raise refuse("pages are counted from 1")
