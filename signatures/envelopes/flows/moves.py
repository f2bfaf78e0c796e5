"""What an answer of the provider changes: signers, state, invitations, the end. One transaction each."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from signatures.following.pace import unless_hinted
from upstream import Procedure, ProcedureSigner, ProcedureState, SignerState

from ..models import Envelope, Signer
from . import alarms
from .end import end
from .invite import invite_next
from .notify import mail_sender
from .pace import WATCHED_AFTER_END, pause_of
from .state import Actor, about, locked, move, tell

State = Envelope.State


def signer_state_of(theirs: ProcedureSigner) -> str:
    """The provider's word for a signer in ours; empty where it says nothing new."""
    return {SignerState.SIGNED: Signer.State.SIGNED, SignerState.REFUSED: Signer.State.DECLINED}.get(
        theirs.state, ""
    )


def apply(envelope_id: Any, procedure: Procedure, mark: datetime) -> None:
    """Bring an envelope up to what the provider says of it; ``mark`` is the due time that it was claimed with."""
    with locked(envelope_id) as envelope:
        now = timezone.now()
        if envelope.is_ended:
            _apply_after_the_end(envelope, procedure, mark)
            return
        _note_word(envelope, procedure)
        refused = _apply_signers(envelope, procedure)
        _apply_state(envelope, procedure, refused)
        fields: dict[str, Any] = {"checked_at": now, "check_failures": 0, "last_problem": ""}
        if envelope.state in Envelope.FOLLOWED:
            fields["next_check_at"] = unless_hinted(mark, now + pause_of(envelope, now, now))
        Envelope.objects.filter(pk=envelope.pk).update(**fields)


def _note_word(envelope: Envelope, procedure: Procedure) -> None:
    """Keep the provider's own word; one that we don't know is shown, told once and raises an alarm."""
    word = procedure.raw_state[:60]
    is_unknown = procedure.state == ProcedureState.UNKNOWN
    if word == envelope.provider_state and is_unknown == envelope.has_unknown_state:
        return
    Envelope.objects.filter(pk=envelope.pk).update(provider_state=word, has_unknown_state=is_unknown)
    if is_unknown:
        tell(envelope, "unknown_state", actor=Actor.PROVIDER, word=word)
        alarms.unknown_state(envelope, word)


def _apply_signers(envelope: Envelope, procedure: Procedure) -> Signer | None:
    """Mark who has signed or refused. Returns who refused, if anybody did."""
    signers = list(envelope.signers.order_by("position"))
    refused = None
    for place, theirs in enumerate(procedure.signers):
        signer = ours(signers, place, theirs)
        if signer is None or not signer.is_pending:
            continue
        state = signer_state_of(theirs)
        if state == Signer.State.SIGNED:
            _mark_signed(envelope, signer)
        elif state == Signer.State.DECLINED:
            signer.state, signer.declined_at = Signer.State.DECLINED, timezone.now()
            signer.save(update_fields=["state", "declined_at"])
            refused = signer
    return refused


def ours(signers: list[Signer], place: int, theirs: ProcedureSigner) -> Signer | None:
    """Which of our signers the provider means: by its reference, else by e-mail, else by order."""
    for signer in signers:
        if theirs.reference and signer.provider_reference == theirs.reference:
            return signer
    same_mail = [s for s in signers if theirs.email and s.email.lower() == theirs.email.lower()]
    if len(same_mail) == 1:
        return same_mail[0]
    return signers[place] if place < len(signers) else None


def _mark_signed(envelope: Envelope, signer: Signer) -> None:
    signer.state, signer.signed_at = Signer.State.SIGNED, timezone.now()
    signer.save(update_fields=["state", "signed_at"])
    tell(envelope, "signed", actor=Actor.PROVIDER, **about(signer))


def _apply_state(envelope: Envelope, procedure: Procedure, refused: Signer | None) -> None:
    match procedure.state:
        case ProcedureState.DONE:
            begin_collecting(envelope)
        case ProcedureState.REFUSED:
            _declined_at_provider(envelope, refused)
        case ProcedureState.EXPIRED:
            end(envelope, State.EXPIRED, "expired", mail="sender_expired", actor=Actor.PROVIDER)
        case ProcedureState.FAILED:
            _failed_at_provider(envelope, procedure)
        case _ if refused:
            _declined_at_provider(envelope, refused)
        case ProcedureState.SIGNING if envelope.state == State.PREPARING:
            move(envelope, State.SIGNING)
            tell(envelope, "document_accepted", actor=Actor.PROVIDER)
            invite_next(envelope)
        case _ if envelope.state == State.SIGNING:
            invite_next(envelope)


def _declined_at_provider(envelope: Envelope, refused: Signer | None) -> None:
    end(envelope, State.DECLINED, "declined", mail="sender_declined", signer=refused, actor=Actor.PROVIDER)


def _failed_at_provider(envelope: Envelope, procedure: Procedure) -> None:
    kind = "document_refused" if envelope.state == State.PREPARING else "failed"
    problem = procedure.error_message or procedure.error_number or procedure.raw_state
    if move(envelope, State.FAILED, next_check_at=None, last_problem=problem[:300]):
        tell(envelope, kind, actor=Actor.PROVIDER, message=problem[:300])
        mail_sender(envelope, "sender_failed", problem=problem)


def begin_collecting(envelope: Envelope) -> None:
    """Everybody has signed: fetch what is signed, at once. Also when we had ended it a moment before."""
    from ..tasks import collect

    if not move(envelope, State.COLLECTING, next_check_at=timezone.now(), ended_at=None, check_failures=0):
        return
    for signer in envelope.signers.filter(state__in=Signer.PENDING).order_by("position"):
        _mark_signed(envelope, signer)
    tell(envelope, "all_signed", actor=Actor.PROVIDER)
    collect.delay_on_commit(str(envelope.pk))


def _apply_after_the_end(envelope: Envelope, procedure: Procedure, mark: datetime) -> None:
    """We ended it: what was signed all the same is fetched, anything else is withdrawn at the provider."""
    from ..tasks import withdraw

    now = timezone.now()
    if procedure.state == ProcedureState.DONE:
        begin_collecting(envelope)
    elif procedure.state in {ProcedureState.REFUSED, ProcedureState.EXPIRED, ProcedureState.FAILED}:
        Envelope.objects.filter(pk=envelope.pk).update(next_check_at=None, checked_at=now)
    else:
        still = envelope.ended_at and now < envelope.ended_at + WATCHED_AFTER_END
        next_check = now + pause_of(envelope, now, now) if still else None
        Envelope.objects.filter(pk=envelope.pk).update(next_check_at=next_check, checked_at=now)
        withdraw.delay_on_commit(str(envelope.pk))
