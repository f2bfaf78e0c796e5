"""Who may call: Basic for the account, bearer tokens with scopes for the services."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .. import clock, knobs, services, usage
from ..models import Token
from .answers import Refusal, failed, wrong_token


@dataclass(frozen=True)
class Grant:
    """A token as far as each call asks about it."""

    token: str
    scopes: frozenset[str]
    expires_at: datetime
    changed_at: datetime
    limits: dict[str, Any]


class ProviderRequest(HttpRequest):
    """A request that passed the door: its token and the scope that opened it."""

    grant: Grant
    scope: str
    domain: str


View = Callable[..., HttpResponse]

# One process serves everything, so what it remembers of its tokens is true; see `forget`.
_grants: dict[str, Grant] = {}


def forget() -> None:
    """Read tokens anew: some have changed."""
    _grants.clear()


def bearer_of(request: HttpRequest) -> str:
    kind, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""


def _grant(token: str) -> Grant | None:
    known = _grants.get(token)
    if known is None:
        row = Token.objects.filter(token=token).first() if token else None
        if row is None:
            return None
        known = Grant(token, frozenset(row.scopes), row.expires_at, row.updated_at, row.limits)
        _grants[token] = known
    # A clock that is moved by years would end the tokens of clients whose own clock stands still.
    now = clock.now() if knobs.current().tokens_age else clock.real_now()
    return known if known.expires_at > now else None


def check_bearer(request: ProviderRequest) -> None:
    """Let a known token with the fitting scope pass. Raises Refusal 401 or 403."""
    grant = _grant(bearer_of(request))
    if grant is None:
        raise wrong_token()
    request.grant = grant
    fitting = services.scopes_for(request.method or "GET", request.path)
    scope = next((one for one in fitting if one in grant.scopes), None)
    delay = timedelta(seconds=knobs.current().scope_delay)
    if scope is None or (delay and clock.now() < grant.changed_at + delay):
        raise Refusal(403, f"Forbidden: scope {fitting[0]} is not granted to this token", 403)
    request.scope = scope
    request.domain = services.domain_of(scope)
    if grant.limits:
        _check_limits(grant, request)


def _check_limits(grant: Grant, request: ProviderRequest) -> None:
    """The limits that a token was given. What the provider answers beyond them is not documented."""
    addresses = grant.limits.get("ip")
    if isinstance(addresses, list) and addresses and request.META.get("REMOTE_ADDR") not in addresses:
        raise Refusal(403, "Forbidden: this address may not use this token", 403)
    for name, used in usage.of_token(grant.token).items():
        limit = grant.limits.get(name)
        if isinstance(limit, int | float) and used >= limit:
            raise Refusal(403, f"Forbidden: {name} of this token is used up", 403)


def is_account(request: HttpRequest) -> bool:
    """Whether the account's e-mail and API key came by HTTP Basic."""
    kind, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != "basic":
        return False
    try:
        email, _, key = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return hmac.compare_digest(email.lower().encode(), settings.SANDBOX_EMAIL.lower().encode()) and (
        hmac.compare_digest(key.encode(), settings.SANDBOX_API_KEY.encode())
    )


def check_account(request: ProviderRequest) -> None:
    """Let the account pass. Raises Refusal 401."""
    request.domain = f"test.{services.host_of(request.path)}"
    request.scope = f"{request.method}:{request.domain}/{services.first_segment(request.path)}"
    if not is_account(request):
        raise Refusal(401, "Unauthorized", 140)


def by_method(check: Callable[[Any], None] | None = check_bearer, **views: View) -> View:
    """One view out of one for each method, behind a door; refusals become answers."""

    def view(request: ProviderRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = views.get(request.method or "GET")
        try:
            if check is not None:
                check(request)
            if chosen is None:
                raise Refusal(405, "Method Not Allowed", 405)
            return chosen(request, *args, **kwargs)
        except Refusal as refusal:
            return failed(refusal)

    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view
