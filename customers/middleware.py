"""Who acts for whom: the organisation and the language of a request."""

from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from .limits import allow
from .models import Membership

SESSION_KEY = "organisation"
SEEN_EVERY_SECONDS = 300
Handler = Callable[[HttpRequest], HttpResponse]


class LanguageOfUserMiddleware:
    """A logged-in person reads in the language of their profile, unless this browser chose another."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if not chosen and request.user.is_authenticated and request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class LastSeenMiddleware:
    """Notes now and then where a session was last used from, for its owner's list of sessions.

    allauth's own middleware does so in a transaction of each request: on SQLite all pages would wait for each other.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and request.user.is_authenticated and allow(f"seen:{key}", 1, SEEN_EVERY_SECONDS):
            UserSession.objects.create_from_request(request)
        return self.get_response(request)


class OrganisationMiddleware:
    """Sets ``request.memberships``, ``request.membership`` and ``request.organisation`` (None for strangers).

    The organisation is the one last switched to in this session, else the person's first. A membership that
    has ended counts from the next request on.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.memberships = []
        if request.user.is_authenticated:
            request.memberships = list(Membership.objects.of(request.user))
        chosen = request.session.get(SESSION_KEY) if request.memberships else None
        request.membership = next(
            (m for m in request.memberships if str(m.organisation_id) == chosen),
            request.memberships[0] if request.memberships else None,
        )
        request.organisation = request.membership.organisation if request.membership else None
        return self.get_response(request)
