"""Deliver queued mail.

1. Claim the mail by one conditional UPDATE; whoever's update touched the row goes on.
2. Hand it to the mail server. A mail that fails goes back with a growing pause, and after a day it is given up.
3. Mark it sent and forget its text.
A worker killed between 2 and 3 leaves the mail ``sending``; after a while it is queued again: a signer who
gets an invitation twice loses nothing, one who never gets it does.
"""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.utils import timezone

from vault import SealBroken, open_sealed

from ..models import Mail
from .write import PURPOSE

log = logging.getLogger(__name__)
PAUSES = [timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 3600, 7200, 14400, 28800)]
STALE_AFTER = timedelta(minutes=10)


def deliver(mail_id: int) -> bool:
    """Deliver one mail if it is due and nobody else has it. True if the mail server took it."""
    now = timezone.now()
    claimed = (
        Mail.objects.due(now)
        .filter(pk=mail_id)
        .update(state=Mail.State.SENDING, attempts=F("attempts") + 1, next_attempt_at=now + STALE_AFTER)
    )
    if not claimed:
        return False
    mail = Mail.objects.get(pk=mail_id)
    try:
        _message(mail).send()
    except (SMTPException, OSError, ValueError, SealBroken) as error:
        # ValueError: an address or a subject that no mail can carry.
        _put_back(mail, error)
        return False
    Mail.objects.filter(pk=mail_id).update(
        state=Mail.State.SENT, sent_at=timezone.now(), sealed_text="", sealed_html="", last_error=""
    )
    return True


def _message(mail: Mail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=open_sealed(mail.sealed_text, PURPOSE).decode(),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.recipient],
        headers={"Content-Language": mail.language, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(open_sealed(mail.sealed_html, PURPOSE).decode(), "text/html")
    return message


def _put_back(mail: Mail, error: Exception) -> None:
    given_up = mail.attempts > len(PAUSES)
    Mail.objects.filter(pk=mail.pk).update(
        state=Mail.State.FAILED if given_up else Mail.State.QUEUED,
        last_error=f"{type(error).__name__}: {error}"[:300],
        next_attempt_at=timezone.now() + PAUSES[min(mail.attempts, len(PAUSES)) - 1],
    )


def deliver_due(limit: int = 200) -> int:
    """Deliver what is due, and take up what a killed worker left. One mail never stops the others.

    Returns how many were delivered.
    """
    now = timezone.now()
    Mail.objects.filter(state=Mail.State.SENDING, next_attempt_at__lte=now).update(state=Mail.State.QUEUED)
    due = Mail.objects.due(now).order_by("next_attempt_at").values_list("pk", flat=True)[:limit]
    delivered = 0
    for pk in list(due):
        try:
            delivered += deliver(pk)
        except Exception:
            log.exception("mail %s could not be delivered", pk)
    return delivered
