"""Send SMS: queued in the transaction of their cause, sealed until they are out (``attempt`` says how)."""

from datetime import datetime

from django.utils import timezone

from vault import open_sealed, seal

from .. import sms
from ..models import TextMessage
from .attempt import all_due, claim, mark_sent, put_back

PURPOSE = "sms"


def text(*, kind: str, recipient: str, words: str, good_until: datetime, about: str = "") -> TextMessage:
    """Queue an SMS to a number in E.164. After ``good_until`` it is not sent any more."""
    from ..tasks import send_text

    message = TextMessage.objects.create(
        kind=kind,
        masked=sms.masked(recipient),
        sealed_recipient=seal(recipient, PURPOSE),
        sealed_text=seal(words, PURPOSE),
        good_until=good_until,
        about=about,
    )
    send_text.delay_on_commit(message.pk)
    return message


def send(text_id: int) -> bool:
    """Send one SMS if it is due and nobody else has it. True if the gateway took it."""
    message = claim(TextMessage, text_id)
    if message is None:
        return False
    if timezone.now() > message.good_until:
        _give_up(message, "too late")
        return False
    try:
        sms.send(
            open_sealed(message.sealed_recipient, PURPOSE).decode(),
            open_sealed(message.sealed_text, PURPOSE).decode(),
        )
    except sms.NotSent as error:
        if put_back(message, str(error), give_up_at=message.good_until):
            _give_up(message, str(error))
        return False
    mark_sent(message, "sealed_recipient", "sealed_text")
    return True


def send_due(limit: int = 200) -> int:
    """Send what is due. Returns how many were sent."""
    return sum(send(pk) for pk in all_due(TextMessage, limit))


def _give_up(message: TextMessage, why: str) -> None:
    TextMessage.objects.filter(pk=message.pk).update(
        state=TextMessage.State.FAILED, last_error=why, sealed_recipient="", sealed_text=""
    )
