"""How allauth's accounts behave in the portal."""

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.crypto import get_random_string

from facts.request_origin import client_ip
from outbox.flows.write import queue

from .contacts import EmailField
from .models import Invitation, User

INVITATION_KEY = "invitation"
# Who comes from nowhere (a socket without a proxy's word) shares one limit with all who do.
UNKNOWN_IP = "0.0.0.0"  # noqa: S104  an address in a record, and nothing that we listen on


class AccountAdapter(DefaultAccountAdapter):
    """allauth's flows, with mail that goes through our outbox, in the person's own language."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        user = context.get("user")
        language = getattr(user, "language", "") or translation.get_language() or settings.LANGUAGE_CODE
        site = get_current_site(self.request)
        filled = {**context, "email": email, "current_site": site, "request": self.request}
        with translation.override(language):
            message = self.render_mail(template_prefix, email, filled)
        html = ""
        if isinstance(message, EmailMultiAlternatives) and message.alternatives:
            html = str(message.alternatives[0][0])
        queue(
            kind=template_prefix.rsplit("/", 1)[-1],
            recipient=email,
            language=language,
            subject=str(message.subject),
            text=str(message.body),
            html=html,
            fact_key=f"account:{uuid.uuid4()}",
            about="account",
        )

    def send_account_already_exists_mail(self, email: str) -> None:
        """Takes as long as making the account would: a clock must not tell who has one."""
        User().set_password(get_random_string(12))
        super().send_account_already_exists_mail(email)

    def format_email_subject(self, subject: str) -> str:
        """No site name in brackets before each subject."""
        return subject

    def get_client_ip(self, request: HttpRequest) -> str:
        """Rate limits and the list of sessions believe what our own history believes."""
        return client_ip(request) or UNKNOWN_IP

    def clean_email(self, email: str) -> str:
        """One's own address is taken as everybody's is."""
        return EmailField().clean(super().clean_email(email))

    def is_email_verified(self, request: Any, email: str) -> bool:
        """Whoever came by an invitation to this very address has shown that it is theirs."""
        invitation_id = request.session.get(INVITATION_KEY)
        still_open = Invitation.objects.open(timezone.now()).filter(organisation__is_suspended=False)
        if invitation_id and still_open.filter(pk=invitation_id, email__iexact=email).exists():
            return True
        return super().is_email_verified(request, email)

    def save_user(self, request: Any, user: User, form: Any, commit: bool = True) -> User:
        """E-mail addresses are kept in small letters: people do not remember how they once typed them."""
        user.name = form.cleaned_data.get("name", "")
        user.language = form.cleaned_data.get("language", "") or translation.get_language() or ""
        saved = super().save_user(request, user, form, commit=False)
        saved.email = saved.email.lower()
        if commit:
            saved.save()
        return saved
