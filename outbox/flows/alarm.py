"""Alarms: what staff must hear of, once each."""

import logging
from typing import Any

from django.conf import settings

from .write import write

log = logging.getLogger(__name__)


def alarm(*, key: str, subject: Any, text: Any) -> None:
    """Mail an alarm to ``STAFF_ALERTS``, once per key, with the transaction it belongs to; always log it.

    ``subject`` and ``text`` may be lazy translations; they must hold no secret.
    """
    log.error("alarm %s: %s", key, text)
    for address in settings.STAFF_ALERTS:
        write(
            template="outbox/mail/alarm",
            recipient=address,
            language=settings.LANGUAGE_CODE,
            context={"alarm_subject": subject, "alarm_text": text},
            fact_key=f"alarm:{key}:{address}"[:200],
            about="alarm",
        )
