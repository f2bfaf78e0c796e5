"""The rest of the OAuth host: scopes, wallet, subscriptions, callbacks, errors, statistics."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse

from .. import clock, knobs, services, usage
from ..flows.book import wallet
from ..models import Delivery, ErrorEntry, Subscription, Usage, WalletTransaction
from .access import ProviderRequest, by_method, check_account
from .answers import Refusal, good, good_wrapped, number
from .bodies import page_of

_DATE = re.compile(r"[1-9]\d{3}(-\d{2}(-\d{2})?)?\Z")


# Scopes


def _scope_id(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()[:24]


def _scope(scope: str) -> dict[str, Any]:
    return {
        "id": _scope_id(scope),
        "scope": scope,
        "method": scope.partition(":")[0],
        "endpoint": scope.rpartition("/")[2],
        "domain": services.domain_of(scope),
        "enabled": True,
    }


def _prices(scope: str) -> dict[str, float | int]:
    knob = knobs.current()
    if scope.endswith("/EU-SES"):
        return {"eu-ses": number(Decimal(knob.price_esignature))}
    if scope.startswith("POST:") and scope.endswith("/firma_elettronica"):
        return {"firma_elettronica": number(Decimal(knob.price_single))}
    if scope.endswith("/spid_personale"):
        return {"spid_personale": number(Decimal(knob.price_spid))}
    return {}


def scopes(request: ProviderRequest) -> HttpResponse:
    """`GET /scopes`; the deprecated host nests the list once more."""
    every = [_scope(scope) for scope in services.all_scopes()]
    return good_wrapped({"data": every}) if services.is_oauth_v1(request.get_host()) else good(every)


def scope(request: ProviderRequest, id: str) -> HttpResponse:
    """`GET /scopes/{id}`, with prices."""
    for name in services.all_scopes():
        if _scope_id(name) == id:
            more = {
                "rateLimit": False,
                "freeLimits": {"dayLimit": 0, "monthLimit": False, "yearLimit": False, "totalLimit": False},
                "requirements": {"id_card": False, "oa_general_contract": False},
                "prices": _prices(name),
            }
            return good(_scope(name) | more)
    raise Refusal(404, "Scope not found", 10)


# Wallet


def credit(request: ProviderRequest) -> HttpResponse:
    """`GET /wallet`."""
    purse = wallet()
    return good(
        {
            "credit": number(purse.credit),
            "createdAt": clock.iso(purse.created_at),
            "updatedAt": clock.iso(purse.updated_at),
        }
    )


def movements(request: ProviderRequest) -> HttpResponse:
    """`GET /wallet/transactions`, newest first; what is dated later is not there yet."""
    skip, limit = page_of(request)
    booked = WalletTransaction.objects.filter(created_at__lte=clock.now())
    rows = booked.order_by("-created_at", "-pk")[skip : skip + limit]
    return good(
        [
            {
                "id": row.id,
                "amount": number(row.amount),
                "createdAt": clock.iso(row.created_at),
                "description": row.description,
            }
            for row in rows
        ]
    )


# Subscriptions


def _is_active(row: Subscription) -> bool:
    return row.starts_at <= clock.now() < row.expires_at


def _subscription_row(row: Subscription) -> dict[str, Any]:
    return {
        "id": row.id,
        "scope": row.scope,
        "active": _is_active(row),
        "availableRequests": str(row.available_requests),
        "startsAt": clock.iso(row.starts_at),
        "expiresAt": clock.iso(row.expires_at),
    }


def _subscription(row: Subscription) -> dict[str, Any]:
    return _subscription_row(row) | {
        "domain": services.domain_of(row.scope),
        "totalRequests": str(row.total_requests),
        "pricePerRequest": number(row.price_per_request),
        "price": number(row.price_per_request * row.total_requests),
        "type": row.kind,
        "autorenew": row.autorenew,
        "createdAt": clock.iso(row.created_at),
        "updatedAt": clock.iso(row.updated_at),
    }


def _wanted_scopes(request: ProviderRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    wanted = [one for one in request.GET.get("scopes", "").split(",") if one]
    return rows.filter(scope__in=wanted) if wanted else rows


def subscriptions(request: ProviderRequest) -> HttpResponse:
    """`GET /subscriptions`, one of them with `?id=`."""
    if request.GET.get("id"):
        return subscription(request, request.GET["id"])
    skip, limit = page_of(request, 230)
    rows = _wanted_scopes(request, Subscription.objects.order_by("-created_at", "pk"))
    return good([_subscription_row(row) for row in rows[skip : skip + limit]])


def subscription(request: ProviderRequest, id: str) -> HttpResponse:
    """`GET /subscriptions/{id}`."""
    row = Subscription.objects.filter(pk=id).first()
    if row is None:
        raise Refusal(404, "Subscription not found", 220)
    return good(_subscription(row))


# Callbacks


def _delivery_row(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "scope": row.scope,
        "url": row.url,
        "httpResponseCode": str(row.http_response_code or 0),
        "startedAt": clock.iso(row.started_at or row.created_at),
        "completedAt": clock.iso(row.completed_at),
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    return _delivery_row(row) | {
        "domain": row.domain,
        "active": row.active,
        "createdAt": clock.iso(row.created_at),
        "httpResponseCode": row.http_response_code or 0,
        "data": row.data,
        "custom": row.custom,
        "headers": row.headers,
        "elapsedTime": row.elapsed_ms,
        "attempt": row.attempt,
        "retry": max(0, row.attempt - 1),
        "field": row.field,
        "method": row.method,
    }


def callbacks(request: ProviderRequest) -> HttpResponse:
    """`GET /callbacks`, newest first; one of them with `?id=`."""
    if request.GET.get("id"):
        return callback(request, request.GET["id"])
    skip, limit = page_of(request, 210)
    rows = _wanted_scopes(request, Delivery.objects.order_by("-created_at", "-pk"))
    return good([_delivery_row(row) for row in rows[skip : skip + limit]])


def callback(request: ProviderRequest, id: str) -> HttpResponse:
    """`GET /callbacks/{id}`."""
    row = Delivery.objects.filter(pk=id).first()
    if row is None:
        raise Refusal(404, "Callback not found", 200)
    return good(_delivery(row))


# Errors


def errors(request: ProviderRequest) -> HttpResponse:
    """`GET /errors`: our failed calls, newest first."""
    skip, limit = page_of(request, 190)
    rows = _wanted_scopes(request, ErrorEntry.objects.order_by("-error_at", "-pk"))
    return good(
        [
            {
                "id": row.id,
                "scope": row.scope,
                "domain": row.domain,
                "errorAt": clock.iso(row.error_at),
                "httpResponseCode": row.http_response_code,
                "errorCode": row.error_code if row.error_code is not None else row.http_response_code,
                "message": row.message,
                "ip": row.ip,
            }
            for row in rows[skip : skip + limit]
        ]
    )


# Statistics


def _counted(request: ProviderRequest) -> QuerySet[Usage]:
    usage.write_down()
    date = request.GET.get("date", "")
    if not date:
        return Usage.objects.all()
    if not _DATE.match(date):
        raise Refusal(422, "Invalid date format, must be YYYY or YYYY-MM or YYYY-MM-DD", 240)
    wanted = Q()
    for name, part in zip(("year", "month", "day"), date.split("-"), strict=False):
        wanted &= Q(**{f"day__{name}": int(part)})
    return Usage.objects.filter(wanted)


def _distinct(rows: QuerySet[Usage], field: str) -> list[str]:
    return sorted(set(rows.values_list(field, flat=True)))


def statistics(request: ProviderRequest) -> HttpResponse:
    """`GET /stats`."""
    rows = _counted(request)
    more = {"totalIps": len(_distinct(rows, "ip")), "totalApis": len(_distinct(rows, "domain"))}
    return good(usage.sums(rows) | more)


def statistics_ips(request: ProviderRequest) -> HttpResponse:
    """`GET /stats/ips`."""
    return good(_distinct(_counted(request), "ip"))


def _of_domain(rows: QuerySet[Usage]) -> dict[str, Any]:
    return usage.sums(rows) | {
        "totalIps": len(_distinct(rows, "ip")),
        "totalScopes": len(_distinct(rows, "scope")),
    }


def statistics_apis(request: ProviderRequest) -> HttpResponse:
    """`GET /stats/apis`."""
    rows = _counted(request)
    return good({domain: _of_domain(rows.filter(domain=domain)) for domain in _distinct(rows, "domain")})


def statistics_api(request: ProviderRequest, domain: str) -> HttpResponse:
    """`GET /stats/apis/{domain}`, by scope."""
    rows = _counted(request).filter(domain=domain)
    by_scope = {}
    for name in _distinct(rows, "scope"):
        of_scope = rows.filter(scope=name)
        by_scope[name] = usage.sums(of_scope) | {"ip": _distinct(of_scope, "ip")}
    return good(_of_domain(rows) | {"ip": _distinct(rows, "ip"), "scopes": by_scope})


def _door(view: Any) -> Any:
    return by_method(check_account, GET=view)


VIEWS = {
    name: _door(view)
    for name, view in {
        "scopes": scopes,
        "scope": scope,
        "credit": credit,
        "movements": movements,
        "subscriptions": subscriptions,
        "subscription": subscription,
        "callbacks": callbacks,
        "callback": callback,
        "errors": errors,
        "statistics": statistics,
        "statistics_ips": statistics_ips,
        "statistics_apis": statistics_apis,
        "statistics_api": statistics_api,
    }.items()
}


def new_subscription(values: dict[str, Any]) -> dict[str, Any]:
    """Begin a plan (the control desk's doing). Raises ValueError for an unknown scope."""
    name = str(values.get("scope") or f"POST:test.{services.ESIGNATURE}/EU-SES")
    if name not in services.all_scopes():
        raise ValueError(f"unknown scope {name!r}")
    requests = int(values.get("requests", 100))
    now = clock.now()
    row = Subscription.objects.create(
        scope=name,
        total_requests=requests,
        available_requests=requests,
        price_per_request=Decimal(str(values.get("price_per_request", knobs.current().price_subscription))),
        kind=str(values.get("type", "month")),
        starts_at=now,
        expires_at=now + timedelta(days=float(values.get("days", 30))),
        created_at=now,
        updated_at=now,
    )
    return _subscription(row)
