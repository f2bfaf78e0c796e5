"""Invite signers: by our own mail, to our own page, each in their turn."""

from datetime import timedelta

from django.utils import timezone

from customers.models import User
from vault import digest_of, new_token

from ..models import Envelope, Signer
from .notify import mail_signer
from .state import Actor, NotPossible, about, locked, tell

RESEND_PAUSE = timedelta(minutes=2)


class TooSoon(Exception):
    """The signer was written to a moment ago."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} seconds to wait")
        self.seconds = seconds


def renew_address(signer: Signer) -> str:
    """A fresh secret for the signer's address; every earlier mail of theirs leads nowhere from now on."""
    token = new_token()
    signer.token_digest = digest_of(token)
    signer.save(update_fields=["token_digest"])
    return token


def address_for_copy(signer: Signer) -> str:
    """A secret of its own for the mail that offers the copy, beside the address that the signer has."""
    token = new_token()
    signer.copy_digest = digest_of(token)
    signer.save(update_fields=["copy_digest"])
    return token


def invite_next(envelope: Envelope) -> list[Signer]:
    """Invite whoever is to be invited now: everybody, or with an order only the first who has not signed.

    Runs inside the caller's transaction, on a locked envelope that is waiting for signatures.
    """
    pending = [s for s in envelope.signers.order_by("position") if s.state != Signer.State.SIGNED]
    turn = pending[:1] if envelope.is_ordered else pending
    invited = [signer for signer in turn if signer.state == Signer.State.WAITING]
    for signer in invited:
        signer.envelope = envelope
        invite(signer)
    return invited


def invite(signer: Signer) -> None:
    """Write a signer's invitation. Inside the caller's transaction."""
    token = renew_address(signer)
    signer.state = Signer.State.INVITED
    signer.invited_at = timezone.now()
    signer.save(update_fields=["state", "invited_at"])
    mail_signer(signer, "invitation", token, fact=digest_of(token)[:16])
    tell(signer.envelope, "invited", **about(signer), email=signer.email)


def resend(signer: Signer, user: User, ip: str) -> None:
    """Send an invitation again, with a new address. Raises ``TooSoon`` and ``NotPossible``."""
    now = timezone.now()
    with locked(signer.envelope_id) as envelope:
        signer = envelope.signers.get(pk=signer.pk)
        signer.envelope = envelope
        if envelope.state != Envelope.State.SIGNING or signer.state not in {
            Signer.State.INVITED,
            Signer.State.OPENED,
        }:
            raise NotPossible
        last = max(moment for moment in (signer.invited_at, signer.reminded_at) if moment)
        if now - last < RESEND_PAUSE:
            raise TooSoon(int((RESEND_PAUSE - (now - last)).total_seconds()) + 1)
        token = renew_address(signer)
        signer.reminded_at = now
        signer.save(update_fields=["reminded_at"])
        mail_signer(signer, "invitation", token, fact=digest_of(token)[:16])
        tell(
            envelope,
            "invitation_resent",
            actor=Actor.CUSTOMER,
            actor_name=str(user),
            ip=ip,
            **about(signer),
            email=signer.email,
        )
