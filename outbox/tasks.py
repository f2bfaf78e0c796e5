from celery import shared_task

from . import flows  # noqa: F401  the flows are imported late, since they enqueue these tasks


@shared_task
def deliver(mail_id: int) -> None:
    """Deliver one mail right after it was written."""
    from .flows.deliver import deliver as deliver_mail

    deliver_mail(mail_id)


@shared_task
def deliver_due() -> None:
    """Deliver every mail that is due; the beat asks for it."""
    from .flows.deliver import deliver_due as deliver_all

    deliver_all()


@shared_task
def send_text(text_id: int) -> None:
    """Send one SMS right after it was written."""
    from .flows.text import send

    send(text_id)


@shared_task
def send_texts_due() -> None:
    """Send every SMS that is due; the beat asks for it."""
    from .flows.text import send_due

    send_due()
