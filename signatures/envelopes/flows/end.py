"""End an envelope before everybody has signed: declined, expired or cancelled."""

from typing import Any

from django.utils import timezone

from billing.provider import provider
from upstream import NotFound, ProcedureState, ProviderError

from ..models import Envelope, Signer
from .notify import mail_sender, mail_signer
from .state import Actor, locked, move, tell

TOLD_BY = {
    Envelope.State.DECLINED: "cancelled",
    Envelope.State.EXPIRED: "",
    Envelope.State.CANCELLED: "cancelled",
}


def end(
    envelope: Envelope, to: str, event: str, *, mail: str = "", signer: Signer | None = None, **details: Any
) -> bool:
    """End a locked envelope: state, event, mail to the sender and to everybody who was invited and need not sign now.

    The follower withdraws it at the provider at its next turn, after looking whether it was signed meanwhile.
    False when it has ended already.
    """
    if not move(envelope, to, next_check_at=timezone.now() if envelope.provider_reference else None):
        return False
    if signer is not None:
        details = {"signer": str(signer.pk), "name": signer.full_name, **details}
    tell(envelope, event, **details)
    if mail:
        mail_sender(envelope, mail, declined_by=signer)
    if template := TOLD_BY[Envelope.State(to)]:
        for invited in envelope.signers.filter(state__in=[Signer.State.INVITED, Signer.State.OPENED]):
            invited.envelope = envelope
            mail_signer(invited, template, "", fact="once")
    return True


def withdraw_at_provider(envelope_id: Any) -> bool:
    """Take an ended envelope back at the provider, so that nobody can sign it any more.

    The provider deletes what it withdraws, so it is looked at once more right before: what was signed in the
    last moment is left to be collected. True when it is gone there.
    """
    from .moves import begin_collecting

    envelope = Envelope.objects.get(pk=envelope_id)
    if envelope.state not in Envelope.ENDED_BY_US or not envelope.provider_reference:
        return False
    signatures = provider().signatures(envelope.generation)
    try:
        procedure = signatures.detail(envelope.provider_reference)
        if procedure.state == ProcedureState.DONE:
            with locked(envelope.pk) as late:
                begin_collecting(late)
            return False
        is_gone = signatures.withdraw(envelope.provider_reference)
    except NotFound:
        is_gone = True
    except ProviderError:
        # The follower comes by again.
        return False
    if is_gone:
        with locked(envelope.pk) as ended:
            if ended.next_check_at is not None:
                Envelope.objects.filter(pk=ended.pk).update(next_check_at=None)
                tell(ended, "withdrawn_at_provider", actor=Actor.SYSTEM)
    return is_gone
