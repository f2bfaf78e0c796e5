"""The deprecated OAuth host, which the provider's own clients still speak to (contract, section 3, v1).

Tokens of both versions are the same: one minted here opens both generations, and `/tokens` lists it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpResponse

from .. import clock, services, usage
from ..flows.charge import wallet
from ..models import Token, Usage
from . import access
from .access import ProviderRequest, by_method, check_account
from .answers import Refusal, good_wrapped, number, write
from .bodies import body_of, whole
from .tokens import DEFAULT_TTL, TOKEN, YEAR

_SCOPE = re.compile(r"(GET|POST|PUT|PATCH|DELETE|\*):[^/\s]+/\S*\Z")
_PERIODS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
# The Node client sends a duration where the paper wants Unix seconds.
_A_MOMENT = 10**9


def _expanded(scopes: Any, missing: int) -> list[str]:
    """Every scope that is meant; `*` stands for any method, host or path. Raises Refusal 406."""
    if not isinstance(scopes, list) or not scopes:
        raise Refusal(406, "missing scopes, required", missing)
    if not all(isinstance(one, str) and _SCOPE.match(one) for one in scopes):
        raise Refusal(406, "invalid scopes", missing)
    every = services.all_scopes()
    meant = [[known for known in every if _fits(known, asked)] for asked in scopes]
    if not all(meant):
        raise Refusal(406, "API not enabled", 120)
    return list(dict.fromkeys(known for found in meant for known in found))


def _fits(known: str, asked: str) -> bool:
    # Only `*` means something more than itself.
    return fnmatchcase(known, asked.replace("[", "[[]").replace("?", "[?]"))


def _end(body: dict[str, Any]) -> datetime:
    now = clock.now()
    try:
        seconds = whole(body.get("ttl") or body.get("expire") or 0)
    except ValueError as error:
        raise Refusal(406, "invalid ttl", 310) from error
    if seconds >= _A_MOMENT:
        seconds -= int(now.timestamp())
    return now + timedelta(seconds=min(seconds, YEAR) if seconds > 0 else DEFAULT_TTL)


def _shown(row: Token) -> dict[str, Any]:
    return {"token": row.token, "scopes": row.scopes, "expire": int(row.expires_at.timestamp())}


def _create(request: ProviderRequest) -> HttpResponse:
    """`POST /token`: the fields at the top level, without `data`."""
    body, now = body_of(request), clock.now()
    row = Token.objects.create(
        scopes=_expanded(body.get("scopes"), 110), created_at=now, updated_at=now, expires_at=_end(body)
    )
    return write(_shown(row) | {"success": True, "message": "", "error": None})


def _listing(request: ProviderRequest) -> HttpResponse:
    """`GET /token?scope=`: those that have this scope, or 204."""
    rows = Token.objects.filter(expires_at__gt=clock.now()).order_by("-created_at", "pk")
    wanted = request.GET.get("scope")
    found = [_shown(row) for row in rows if not wanted or wanted in row.scopes]
    return good_wrapped(found) if found else HttpResponse(status=204)


def _read(request: ProviderRequest, token: str) -> HttpResponse:
    """`GET /token/{token}`: a list of one, or 204."""
    if not TOKEN.match(token):
        raise Refusal(402, "Wrong Token", 125)
    row = Token.objects.filter(token=token).first()
    return good_wrapped([_shown(row)]) if row else HttpResponse(status=204)


def _changing(*, several: int, absent: int, replaces: bool) -> Any:
    """PUT and PATCH, which differ in their error numbers, and in whether scopes are replaced or added."""

    def view(request: ProviderRequest, token: str) -> HttpResponse:
        if "," in token:
            raise Refusal(403, "only one token at a time", several)
        row, body = _found(token, absent), body_of(request)
        if not {"scopes", "ttl", "expire"} & set(body):
            raise Refusal(406, "missing scopes or expire, required", 310)
        if "scopes" in body:
            asked = _expanded(body["scopes"], 270)
            row.scopes = asked if replaces else list(dict.fromkeys([*row.scopes, *asked]))
        if "ttl" in body or "expire" in body:
            row.expires_at = _end(body)
        row.updated_at = clock.now()
        row.save()
        access.forget()
        return good_wrapped([_shown(row)])

    return view


def _found(token: str, absent: int) -> Token:
    row = Token.objects.filter(token=token).first()
    if row is None:
        raise Refusal(404, "Token not found", absent)
    return row


def _delete(request: ProviderRequest, token: str) -> HttpResponse:
    _found(token, 150).delete()
    access.forget()
    return good_wrapped(None, "Deleted")


def _credit(request: ProviderRequest) -> HttpResponse:
    """`GET /credit`."""
    return good_wrapped({"credit": number(wallet().credit)})


def _counters(request: ProviderRequest, period: str = "", date: str = "") -> HttpResponse:
    """`GET /counters/total` and `/counters/{day|month|year}/{date}`: calls by scope."""
    usage.write_down()
    rows = Usage.objects.filter(_in(period, date) if period else Q())
    sums = rows.values("scope").order_by("scope").annotate(total=Sum("total"), paid=Sum("wallet"))
    return good_wrapped(
        {one["scope"]: {"counter": one["total"], "paid": one["paid"], "limit": False} for one in sums}
    )


def _in(period: str, date: str) -> Q:
    try:
        first = datetime.strptime(date, _PERIODS[period]).replace(tzinfo=UTC)
    except (KeyError, ValueError) as error:
        raise Refusal(404, "invalid date", 610) from error
    parts = ("year", "month", "day")[: date.count("-") + 1]
    return Q(**{f"day__{part}": getattr(first, part) for part in parts})


tokens = by_method(check_account, POST=_create, GET=_listing)
token = by_method(
    check_account,
    GET=_read,
    PUT=_changing(several=160, absent=170, replaces=True),
    PATCH=_changing(several=280, absent=290, replaces=False),
    DELETE=_delete,
)
credit = by_method(check_account, GET=_credit)
counters = by_method(check_account, GET=_counters)
