"""Deliver queued mail (``attempt`` says how)."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from vault import SealBroken, open_sealed

from ..models import Mail
from .attempt import all_due, claim, mark_sent, put_back
from .write import PURPOSE

log = logging.getLogger(__name__)


def deliver(mail_id: int) -> bool:
    """Deliver one mail if it is due and nobody else has it. True if the mail server took it."""
    mail = claim(Mail, mail_id)
    if mail is None:
        return False
    try:
        _message(mail).send()
    except (SMTPException, OSError, ValueError, SealBroken) as error:
        # ValueError: an address or a subject that no mail can carry.
        put_back(mail, f"{type(error).__name__}: {error}")
        return False
    mark_sent(mail, "sealed_text", "sealed_html")
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


def deliver_due(limit: int = 200) -> int:
    """Deliver what is due. One mail never stops the others. Returns how many were delivered."""
    delivered = 0
    for pk in all_due(Mail, limit):
        try:
            delivered += deliver(pk)
        except Exception:
            log.exception("mail %s could not be delivered", pk)
    return delivered
