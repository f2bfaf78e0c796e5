"""Counts of calls, kept in memory and written down now and then: a count per call must not cost a write."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from . import clock, faults
from .api.answers import number
from .models import ErrorEntry, Usage

_Key = tuple[date, str, str, str, str]
_lock = threading.Lock()
_counts: dict[_Key, Counter[str]] = {}
_amounts: dict[_Key, Decimal] = {}


def note(request: Any, response: Any) -> None:
    """Count one call of a provider's endpoint; a refused one is also listed in the error log."""
    scope, domain = getattr(request, "scope", ""), getattr(request, "domain", "")
    if not scope:
        return
    ip = request.META.get("REMOTE_ADDR") or ""
    grant = getattr(request, "grant", None)
    key = (clock.now().date(), scope, domain, ip, grant.token if grant else "")
    is_error = response.status_code >= 400
    spent = getattr(request, "spent", None)
    times = 2 if spent is not None and faults.take("miscounted", request.path.lstrip("/")) else 1
    with _lock:
        counts = _counts.setdefault(key, Counter())
        counts["total"] += times
        counts["errors"] += is_error
        if spent is not None:
            counts["wallet"] += times * spent.from_wallet
            counts["subscription"] += times * spent.from_subscription
            _amounts[key] = _amounts.get(key, Decimal(0)) + times * spent.amount
    if is_error:
        _list_error(scope, domain, ip, response)


def _list_error(scope: str, domain: str, ip: str, response: Any) -> None:
    meaning = getattr(response, "meaning", None)
    meaning = meaning if isinstance(meaning, dict) else {}
    code = meaning.get("error")
    ErrorEntry.objects.create(
        scope=scope,
        domain=domain,
        http_response_code=response.status_code,
        error_code=code if isinstance(code, int | float) else None,
        message=str(meaning.get("message") or response.reason_phrase)[:500],
        ip=ip,
    )


def write_down() -> None:
    """Add what was counted to the database."""
    with _lock:
        counts, amounts = dict(_counts), dict(_amounts)
        _counts.clear()
        _amounts.clear()
    if not counts:
        return
    with transaction.atomic():
        for key, count in counts.items():
            day, scope, domain, ip, token = key
            Usage.objects.get_or_create(day=day, scope=scope, ip=ip, token=token, defaults={"domain": domain})
            Usage.objects.filter(day=day, scope=scope, ip=ip, token=token).update(
                total=F("total") + count["total"],
                wallet=F("wallet") + count["wallet"],
                subscription=F("subscription") + count["subscription"],
                errors=F("errors") + count["errors"],
                amount=F("amount") + amounts.get(key, Decimal(0)),
            )


def of_token(token: str) -> dict[str, Any]:
    """What was asked and spent with a token, by the names that its limits bear too."""
    write_down()
    return sums(Usage.objects.filter(token=token))


def sums(rows: QuerySet[Usage]) -> dict[str, Any]:
    """Counters of some calls together, as the API names them."""
    names = {
        "totalRequests": "total",
        "walletRequests": "wallet",
        "subscriptionRequests": "subscription",
        "errorRequests": "errors",
        "walletAmount": "amount",
    }
    found = rows.aggregate(**{name: Sum(column) for name, column in names.items()})
    return {name: number(Decimal(value or 0)) for name, value in found.items()}


def forget() -> None:
    """Drop what was counted and not yet written."""
    with _lock:
        _counts.clear()
        _amounts.clear()
