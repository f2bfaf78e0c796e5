"""Write a mail: render it in the reader's language and queue it in the transaction of its cause."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from vault import seal

from ..models import Mail

PURPOSE = "mail"


def write(
    *,
    template: str,
    recipient: str,
    language: str,
    context: Mapping[str, Any],
    fact_key: str,
    about: str = "",
    kind: str = "",
) -> Mail:
    """Queue the mail of ``templates/<template>.{subject,text,html}`` once per ``fact_key``.

    ``kind`` tells mails of one template apart. Call it inside the transaction of the fact that causes the mail: then
    neither exists without the other.
    """
    with translation.override(language):
        filled = {**context, "portal_url": settings.PORTAL_URL, "language": language}
        subject = " ".join(render_to_string(f"{template}.subject.txt", filled).split())[:250]
        text = render_to_string(f"{template}.txt", filled).strip() + "\n"
        html = render_to_string(f"{template}.html", filled)
    return queue(
        kind=kind or template.rsplit("/", 1)[-1],
        recipient=recipient,
        language=language,
        subject=subject,
        text=text,
        html=html,
        fact_key=fact_key,
        about=about,
    )


def queue(
    *,
    kind: str,
    recipient: str,
    language: str,
    subject: str,
    text: str,
    html: str,
    fact_key: str,
    about: str = "",
) -> Mail:
    """Queue a mail that is rendered already, once per ``fact_key``; its text is sealed at once."""
    from ..tasks import deliver

    mail, is_new = Mail.objects.get_or_create(
        fact_key=fact_key,
        defaults={
            "kind": kind,
            "recipient": recipient,
            "language": language,
            "subject": subject,
            "about": about,
            "sealed_text": seal(text, PURPOSE),
            "sealed_html": seal(html, PURPOSE),
        },
    )
    if is_new:
        deliver.delay_on_commit(mail.pk)
    return mail
