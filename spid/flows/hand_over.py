"""Hand a voucher over: to its person alone, by an address of ours, and again when that went astray."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from customers.models import User
from vault import digest_of

from ..models import Activation
from .addresses import renewed_address
from .notify import mail_holder
from .plan import replan
from .state import Actor, NotPossible, locked, masked, tell

RESEND_PAUSE = timedelta(minutes=2)


class TooSoon(Exception):
    """The person was written to a moment ago."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} seconds to wait")
        self.seconds = seconds


@dataclass(frozen=True)
class Person:
    """Who an activation is for, as it was typed and checked."""

    name: str
    surname: str
    tax_code: str
    email: str
    mobile: str
    language: str


def hand_over(activation: Activation) -> None:
    """Write to the person of a bought voucher. Inside the caller's transaction; the state is set already."""
    _write(activation)
    tell(activation, "handed_over", to=masked(activation.email))
    replan(activation)


def _write(activation: Activation) -> None:
    token = renewed_address(activation)
    template = "handed_over" if activation.is_usable else "your_page"
    mail_holder(activation, template, token, fact=digest_of(token)[:16])


def may_be_written_to(activation: Activation) -> bool:
    """Whether their page can be sent to them: always while they need it to begin, later only if they want mails."""
    return activation.is_usable or (activation.has_page and activation.opted_out_at is None)


def resend(activation: Activation, user: User, ip: str) -> None:
    """Write to the person again, at a new address; the earlier ones are void. Raises ``TooSoon``, ``NotPossible``."""
    with locked(activation.pk) as usable:
        if not may_be_written_to(usable):
            raise NotPossible
        _check_pause(usable)
        _write(usable)
        who = {"actor": Actor.CUSTOMER, "actor_name": str(user), "ip": ip}
        tell(usable, "handed_over_again", **who, to=masked(usable.email))


def correct(activation: Activation, person: Person, user: User, ip: str) -> None:
    """The person's contacts were wrong: change them, and write to the right ones. Raises ``NotPossible``.

    The codice fiscale stays: another person is another activation.
    """
    with locked(activation.pk) as usable:
        if not (usable.has_page or usable.is_waiting):
            raise NotPossible
        before = [getattr(usable, name) for name in ("name", "surname", "email", "mobile", "language")]
        for name in ("name", "surname", "email", "mobile", "language"):
            setattr(usable, name, getattr(person, name))
        usable.save(update_fields=["name", "surname", "email", "mobile", "language"])
        if before == [person.name, person.surname, person.email, person.mobile, person.language]:
            return
        who = {"actor": Actor.CUSTOMER, "actor_name": str(user), "ip": ip}
        tell(usable, "corrected", **who, to=masked(usable.email))
        if may_be_written_to(usable):
            _write(usable)
            tell(usable, "handed_over_again", **who, to=masked(usable.email))


def _check_pause(activation: Activation) -> None:
    last = activation.addresses.order_by("-made_at").values_list("made_at", flat=True).first()
    waited = timezone.now() - last if last else RESEND_PAUSE
    if waited < RESEND_PAUSE:
        raise TooSoon(int((RESEND_PAUSE - waited).total_seconds()) + 1)
