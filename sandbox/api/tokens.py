"""`/tokens`: bearer tokens with scopes and a life (contract, section 3)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.http import HttpResponse

from .. import clock, services, usage
from ..identifiers import new_token
from ..models import Token, Usage
from . import access
from .access import ProviderRequest, by_method
from .answers import Refusal, good
from .bodies import body_of, page_of, text_of, whole

YEAR = 365 * 24 * 3600
DEFAULT_TTL = YEAR
_SCOPE = re.compile(r"(GET|POST|PUT|PATCH|DELETE|\*):[^/\s]+/\S*\Z")
TOKEN = re.compile(r"[0-9a-f]{24}\Z")


def shown(token: Token) -> dict[str, Any]:
    """A token as the API shows it."""
    addresses = Usage.objects.filter(token=token.token).values_list("ip", flat=True)
    return {
        "token": token.token,
        "name": token.name,
        "createdAt": clock.iso(token.created_at),
        "expireAt": clock.iso(token.expires_at),
        "updatedAt": clock.iso(token.updated_at),
        "scopes": token.scopes,
        "refreshToken": token.refresh_token,
        "limits": token.limits,
        "stats": usage.of_token(token.token) | {"ip": sorted(set(addresses))},
    }


def _checked_scopes(scopes: Any, malformed: int, unknown: int) -> list[str]:
    if not isinstance(scopes, list) or not all(isinstance(one, str) and _SCOPE.match(one) for one in scopes):
        raise Refusal(422, "invalid scopes format", malformed)
    if not set(scopes) <= set(services.all_scopes()):
        raise Refusal(422, "Invalid scopes specified or API not enabled", unknown)
    return list(dict.fromkeys(scopes))


def _expiry(ttl: Any) -> timedelta:
    try:
        seconds = whole(ttl)
    except ValueError:
        seconds = DEFAULT_TTL
    return timedelta(seconds=min(seconds, YEAR) if seconds > 0 else DEFAULT_TTL)


def create(request: ProviderRequest) -> HttpResponse:
    """`POST /tokens`."""
    body = body_of(request)
    if "scopes" not in body or body["scopes"] == []:
        raise Refusal(422, "missing scopes array", 70)
    scopes = _checked_scopes(body["scopes"], 80, 90)
    now = clock.now()
    token = Token.objects.create(
        name=text_of(body.get("name"))[:200],
        scopes=scopes,
        limits=body.get("limits") if isinstance(body.get("limits"), dict) else {},
        created_at=now,
        updated_at=now,
        expires_at=now + _expiry(body.get("ttl")),
    )
    return good(shown(token))


def listing(request: ProviderRequest) -> HttpResponse:
    """`GET /tokens`."""
    skip, limit = page_of(request)
    return good([shown(token) for token in Token.objects.order_by("-created_at", "pk")[skip : skip + limit]])


def _found(token: str, absent: int) -> Token:
    if not TOKEN.match(token):
        raise Refusal(422, "Invalid Token Format", 60)
    row = Token.objects.filter(token=token).first()
    if row is None:
        raise Refusal(404, "Not Found", absent)
    return row


def detail(request: ProviderRequest, token: str) -> HttpResponse:
    """`GET /tokens/{token}`."""
    access.check_account(request)
    return good(shown(_found(token, 120)))


def remove(request: ProviderRequest, token: str) -> HttpResponse:
    """`DELETE /tokens/{token}`."""
    access.check_account(request)
    _found(token, 180).delete()
    access.forget()
    return good(None, "Deleted")


def change(request: ProviderRequest, token: str) -> HttpResponse:
    """`PATCH /tokens/{token}`: with Basic, or with the refresh token, which makes a new pair."""
    request.domain = f"test.{services.OAUTH}"
    request.scope = f"PATCH:{request.domain}/tokens"
    bearer = access.bearer_of(request)
    if not bearer and not access.is_account(request):
        raise Refusal(401, "Unauthorized", 140)
    row = _found(token, 160)
    if bearer and bearer != row.refresh_token:
        raise Refusal(401, "Unauthorized", 130)
    body = body_of(request)
    if "scopes" in body and not bearer:
        row.scopes = _checked_scopes(body["scopes"], 100, 110)
    if "name" in body:
        row.name = text_of(body["name"])[:200]
    if isinstance(body.get("limits"), dict):
        row.limits = body["limits"]
    row.updated_at = clock.now()
    if "ttl" in body or bearer:
        row.expires_at = row.updated_at + _expiry(body.get("ttl"))
    if bearer:
        Token.objects.filter(token=token).delete()
        row.token, row.refresh_token = new_token(), new_token()
        row.save(force_insert=True)
    else:
        row.save()
    access.forget()
    return good(shown(row))


def nameless(code: int) -> Any:
    """PATCH and DELETE without a token in the path."""

    def view(request: ProviderRequest) -> HttpResponse:
        access.check_account(request)
        raise Refusal(400, "Token ID is required", code)

    return view


def _create(request: ProviderRequest) -> HttpResponse:
    access.check_account(request)
    return create(request)


def _listing(request: ProviderRequest) -> HttpResponse:
    access.check_account(request)
    return listing(request)


many = by_method(None, POST=_create, GET=_listing, PATCH=nameless(150), DELETE=nameless(170))
one = by_method(None, GET=detail, PATCH=change, DELETE=remove)
