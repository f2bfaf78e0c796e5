"""What a person does at their page: look, go on to the identity provider, and tell us what only they can know."""

from datetime import date

from django.utils import timezone

from ..models import Activation
from . import alarms
from .notify import mail_orderer
from .plan import replan
from .state import Actor, NotPossible, State, locked, move, tell
from .stock import link_of


def visit(activation: Activation, ip: str) -> None:
    """The page was looked at; told once. Programs that check mail look too, so this proves little by itself."""
    if activation.visited_at or not activation.is_usable:
        return
    with locked(activation.pk) as usable:
        if usable.visited_at is None:
            usable.visited_at = timezone.now()
            usable.save(update_fields=["visited_at"])
            _tell(usable, "page_visited", ip)


def leave(activation: Activation, ip: str) -> str:
    """The identity provider's address, for this person's own browser alone. Raises ``NotPossible``."""
    with locked(activation.pk) as usable:
        voucher = getattr(usable, "voucher", None)
        if not usable.is_usable or voucher is None or not voucher.sealed_link:
            raise NotPossible
        now = timezone.now()
        if usable.state != State.OPENED:
            move(usable, State.OPENED, opened_at=now, failure="", failure_note="")
        else:
            usable.opened_at = now
            usable.save(update_fields=["opened_at"])
        _tell(usable, "opened", ip)
        replan(usable)
    return link_of(voucher)


def say_active(activation: Activation, since: date, ip: str) -> None:
    """The person says that their identity is active. Raises ``NotPossible``."""
    with locked(activation.pk) as told:
        fields = {"active_since": since, "last_used_on": since, "failure": "", "failure_note": ""}
        if not move(told, State.ACTIVE, **fields):
            raise NotPossible
        _tell(told, "told_active", ip, since=str(since))
        replan(told)


def say_failed(activation: Activation, failure: str, note: str, ip: str) -> None:
    """The person says that it did not succeed, and why; whoever ordered is told. Raises ``NotPossible``."""
    with locked(activation.pk) as told:
        if told.state != State.FAILED and not move(told, State.FAILED):
            raise NotPossible
        told.failure, told.failure_note = failure, note[:300]
        told.active_since = told.last_used_on = None
        told.save(update_fields=["failure", "failure_note", "active_since", "last_used_on"])
        _tell(told, "told_failed", ip, failure=failure)
        # However often they say so: whoever ordered hears of each reason once a day.
        mail_orderer(told, "failed", fact=f"{told.pk}:{failure}:{timezone.localdate()}")
        if failure == Activation.Failure.LINK_REFUSED:
            alarms.link_refused(told)
        replan(told)


def say_used(activation: Activation, day: date, ip: str) -> None:
    """The person has used their identity: the year (or what the rule says) begins anew. Raises ``NotPossible``."""
    with locked(activation.pk) as kept:
        if kept.state != State.ACTIVE:
            raise NotPossible
        if kept.last_used_on and day <= kept.last_used_on:
            return
        kept.last_used_on = day
        kept.save(update_fields=["last_used_on"])
        _tell(kept, "told_used", ip, on=str(day))
        replan(kept)


def say_ended(activation: Activation, ip: str) -> None:
    """The person says that their identity is no longer active. Raises ``NotPossible``."""
    with locked(activation.pk) as told:
        if not move(told, State.ENDED):
            raise NotPossible
        _tell(told, "told_ended", ip)
        replan(told)


def choose_letters(activation: Activation, *, wanted: bool, ip: str) -> None:
    """The person wants our mails, or none of them any more."""
    with locked(activation.pk) as chosen:
        if (chosen.opted_out_at is None) == wanted:
            return
        chosen.opted_out_at = None if wanted else timezone.now()
        chosen.save(update_fields=["opted_out_at"])
        _tell(chosen, "letters_wanted" if wanted else "letters_unwanted", ip)
        replan(chosen)


def _tell(activation: Activation, kind: str, ip: str, **data: str) -> None:
    tell(activation, kind, actor=Actor.HOLDER, ip=ip, **data)
