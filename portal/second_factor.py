"""Second factors: allauth's, with their secrets sealed at rest, and what a session has shown of them."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.http import HttpRequest

from customers.models import User
from vault import open_sealed, seal

PURPOSE = "second-factor"


class SealedMFAAdapter(DefaultMFAAdapter):
    """allauth keeps TOTP secrets and recovery seeds through these two."""

    def encrypt(self, text: str) -> str:
        return seal(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(encrypted_text, PURPOSE).decode()


def was_shown(request: HttpRequest) -> bool:
    """Whether this very session was opened or confirmed with a second factor that its person still has.

    To have one is not enough: whoever knew the password before there was one may have a session open.
    """
    records = get_authentication_records(request, request.user)
    used = [record.get("id") for record in records if record.get("method") == "mfa"]
    return Authenticator.objects.filter(user=request.user, pk__in=used).exists()


def end_sessions_elsewhere(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A factor was added or taken away: sessions that know nothing of it end, and log in anew."""
    end_other_sessions(request, user)
