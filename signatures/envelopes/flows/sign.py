"""What a signer does at our page: open, read, go on to sign, decline, fetch their copy."""

from django.db.models import Q
from django.utils import timezone

from documents.flows.store import read
from vault import digest_of, open_sealed

from ..models import Envelope, Signer
from .buyer import LINK_PURPOSE
from .end import end
from .pace import WHILE_SIGNING
from .state import Actor, about, locked, tell

State = Envelope.State


class NoLongerOpen(Exception):
    """The envelope, or this signer's part in it, has ended."""


class NotYourTurn(Exception):
    """Somebody ahead has not signed yet."""


class NotAllowed(Exception):
    """The sender does not hand out copies, or there is none yet."""


def signer_for(token: str) -> Signer | None:
    """The signer whose present address this is."""
    return (
        Signer.objects.select_related("envelope__organisation", "envelope__created_by", "envelope__original")
        .filter(Q(token_digest=digest_of(token)) | Q(copy_digest=digest_of(token)))
        .first()
    )


def open_invitation(signer: Signer, ip: str, user_agent: str) -> None:
    """The signer has opened their page; told once."""
    if signer.state != Signer.State.INVITED:
        return
    with locked(signer.envelope_id) as envelope:
        now = timezone.now()
        opened = envelope.signers.filter(pk=signer.pk, state=Signer.State.INVITED).update(
            state=Signer.State.OPENED, opened_at=now
        )
        if opened:
            _tell(envelope, "invitation_opened", signer, ip, user_agent)
            _look_soon(envelope)
    signer.refresh_from_db()


def view_document(signer: Signer, ip: str, user_agent: str) -> bytes:
    """The document that this signer is asked to sign; the first reading is told. Raises ``NoLongerOpen``."""
    envelope = signer.envelope
    if not _may_read(signer):
        raise NoLongerOpen
    data = read(envelope.original)
    if not envelope.events.filter(kind="document_viewed", data__signer=str(signer.pk)).exists():
        with locked(envelope.pk) as seen:
            _tell(seen, "document_viewed", signer, ip, user_agent, sha256=envelope.original.sha256)
    return data


def _may_read(signer: Signer) -> bool:
    return signer.envelope.state in {
        State.SIGNING,
        State.COLLECTING,
        State.COMPLETED,
    } and signer.state not in {
        Signer.State.WAITING,
        Signer.State.DECLINED,
    }


def leave_to_sign(signer: Signer, ip: str, user_agent: str) -> str:
    """The provider's signing address, for this signer's own browser alone.

    Raises ``NoLongerOpen`` and ``NotYourTurn``.
    """
    with locked(signer.envelope_id) as envelope:
        signer = envelope.signers.get(pk=signer.pk)
        if envelope.state != State.SIGNING or not signer.is_pending or not signer.sealed_link:
            raise NoLongerOpen
        if envelope.is_ordered and _is_ahead_pending(envelope, signer):
            raise NotYourTurn
        signer.left_to_sign_at = timezone.now()
        signer.save(update_fields=["left_to_sign_at"])
        _tell(envelope, "left_to_sign", signer, ip, user_agent)
        _look_soon(envelope)
    return open_sealed(signer.sealed_link, LINK_PURPOSE).decode()


def _is_ahead_pending(envelope: Envelope, signer: Signer) -> bool:
    return envelope.signers.filter(position__lt=signer.position).exclude(state=Signer.State.SIGNED).exists()


def come_back(signer: Signer) -> None:
    """The signer returns from the provider's page: look at once what happened there."""
    Envelope.objects.filter(pk=signer.envelope_id, state__in=Envelope.FOLLOWED).update(
        next_check_at=timezone.now()
    )


def decline(signer: Signer, reason: str, ip: str, user_agent: str) -> None:
    """The signer will not sign, and says why: the envelope ends. Raises ``NoLongerOpen``."""
    with locked(signer.envelope_id) as envelope:
        signer = envelope.signers.get(pk=signer.pk)
        if envelope.state != State.SIGNING or not signer.is_pending:
            raise NoLongerOpen
        signer.state, signer.declined_at = Signer.State.DECLINED, timezone.now()
        signer.decline_reason = reason[:500]
        signer.save(update_fields=["state", "declined_at", "decline_reason"])
        end(
            envelope,
            State.DECLINED,
            "declined",
            mail="sender_declined",
            signer=signer,
            actor=Actor.SIGNER,
            actor_name=signer.full_name,
            ip=ip,
            user_agent=user_agent[:300],
            reason=signer.decline_reason,
        )


def copy_for(signer: Signer, ip: str, user_agent: str) -> bytes:
    """The signed document, for a signer whose sender allows it. Raises ``NotAllowed``."""
    envelope = signer.envelope
    if envelope.state != State.COMPLETED or not envelope.gives_copy or envelope.signed is None:
        raise NotAllowed
    data = read(envelope.signed)
    with locked(envelope.pk) as completed:
        _tell(completed, "copy_downloaded", signer, ip, user_agent)
    return data


def _tell(envelope: Envelope, kind: str, signer: Signer, ip: str, user_agent: str, **data: str) -> None:
    tell(
        envelope,
        kind,
        actor=Actor.SIGNER,
        actor_name=signer.full_name,
        ip=ip,
        user_agent=user_agent[:300],
        **about(signer),
        **data,
    )


def _look_soon(envelope: Envelope) -> None:
    soon = timezone.now() + WHILE_SIGNING
    Envelope.objects.filter(pk=envelope.pk, next_check_at__gt=soon).update(next_check_at=soon)
