"""Write to whoever is due to be written to: one mail for one reason, once, in daytime, and never to the opted-out."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ..models import Activation, Contact
from .addresses import new_address
from .notify import mail_holder
from .plan import Planned, in_daytime, next_contact, replan
from .state import locked, masked, tell

log = logging.getLogger(__name__)
# A person whose mail cannot be written is left alone for so long, and stops nobody else.
PAUSE_AFTER_FAILURE = timedelta(hours=1)
TEMPLATES = {
    Contact.Kind.OPEN: "open_it",
    Contact.Kind.ASK: "ask",
    Contact.Kind.REMINDER: "reminder",
    Contact.Kind.AFTERWARDS: "afterwards",
}


def write_due(limit: int = 500) -> int:
    """Write every mail that is due. Returns how many were written.

    1. Take a person by moving their due time on: one conditional UPDATE, and only who touched the row goes on.
    2. Compute anew what is due, in a transaction of its own: things may have changed since it was planned.
    3. Write it, note it (once, by the database), and plan the next.
    """
    now = timezone.now()
    due = Activation.objects.to_contact(now).order_by("next_contact_at")
    written = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        taken = Activation.objects.to_contact(now).filter(pk=pk)
        if not taken.update(next_contact_at=now + PAUSE_AFTER_FAILURE):
            continue
        try:
            written += write_to(pk, now)
        except Exception:
            log.exception("activation %s could not be written to", pk)
    return written


def write_to(activation_id: Any, now: datetime) -> bool:
    """Write the mail that is due to one person, if there is one."""
    with locked(activation_id) as activation:
        planned = next_contact(activation, now)
        if planned is None or planned.at > now:
            replan(activation)
            return False
        if (morning := in_daytime(now)) > now:
            Activation.objects.filter(pk=activation.pk).update(next_contact_at=morning)
            return False
        _write(activation, planned, now)
        replan(activation)
    return True


def _write(activation: Activation, planned: Planned, now: datetime) -> None:
    Contact(activation=activation, kind=planned.kind, key=planned.key, at=now).save()
    last_day = activation.revocation_on
    mail_holder(
        activation,
        TEMPLATES[Contact.Kind(planned.kind)],
        new_address(activation),
        fact=f"{planned.kind}:{planned.key}",
        last_day=last_day,
        days_left=(last_day - timezone.localdate(now)).days if last_day else None,
    )
    tell(activation, f"written_{planned.kind}", to=masked(activation.email))
