"""The control desk's part: how many vouchers there are, and what becomes of those that were sold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST

from .. import faults, knobs
from ..models import WalletTransaction
from ..pages.control_api import Wrong, api
from . import identify
from .models import SpidVoucher
from .sell import left, link_of

_SHOWN = 100
# Ready-made faults: (label, values).
_BUTTONS: list[tuple[str, dict[str, Any]]] = [
    ("Time-out, nothing bought", {"fault": "timeout_before", "seconds": 70}),
    ("Time-out, bought", {"fault": "timeout_after", "seconds": 70}),
    ("Connection lost, nothing bought", {"fault": "dropped_before"}),
    ("Connection lost, bought", {"fault": "dropped_after"}),
    ("500, bought", {"fault": "error_500_after"}),
    ("Answer breaks off", {"fault": "truncated"}),
    ("No credit", {"fault": "402"}),
    ("Too many requests", {"fault": "429", "retry_after": "5"}),
]


def _found(key: str) -> SpidVoucher:
    """A voucher by its id or its link."""
    code = parse_qs(urlsplit(key).query).get("voucher", [key])[0]
    voucher = SpidVoucher.objects.filter(code=code).first() or SpidVoucher.objects.filter(pk=key).first()
    if voucher is None:
        raise Wrong("no such voucher", 404)
    return voucher


def set_left(count: int) -> None:
    """So many vouchers can still be sold."""
    knobs.change({"spid_total": SpidVoucher.objects.count() + max(0, count)})


def use(voucher: SpidVoucher, values: dict[str, Any]) -> None:
    """Identify the person of a voucher without a browser, or let it fail. Raises Wrong when it is used up."""
    if voucher.is_used_up:
        raise Wrong("the voucher is used up", 409)
    for name in ("name", "surname", "tax_code", "email", "mobile"):
        setattr(voucher, name, str(values.get(name) or getattr(voucher, name) or f"spid-{name}"))
    if values.get("step") == "fail":
        identify.fail(voucher, str(values.get("failure", "")))
    else:
        identify.identify(voucher)


# In a browser


@require_GET
@csrf_protect
def desk(request: HttpRequest) -> HttpResponse:
    """Everything about vouchers that can be switched."""
    context = {
        "left": left(),
        "sold": SpidVoucher.objects.count(),
        "buttons": list(enumerate(_BUTTONS)),
        "waiting": [fault for fault in faults.waiting() if fault["path"].startswith("spid")],
        "vouchers": [
            (one, link_of(one)) for one in SpidVoucher.objects.order_by("-created_at", "-pk")[:_SHOWN]
        ],
    }
    return render(request, "sandbox/spid_desk.html", context)


@require_POST
@csrf_protect
def desk_form(request: HttpRequest) -> HttpResponse:
    """What was pressed at the desk."""
    if request.POST.get("left", "").isdigit():
        set_left(int(request.POST["left"]))
    elif request.POST.get("button", "").isdigit():
        faults.switch_on({"path": "spid_personale", **_BUTTONS[int(request.POST["button"])][1]})
    elif request.POST.get("voucher"):
        voucher = SpidVoucher.objects.filter(pk=request.POST["voucher"]).first()
        if voucher is not None and not voucher.is_used_up:
            use(voucher, request.POST.dict())
    return HttpResponseRedirect(reverse("spid-desk"))


# As JSON


def _voucher(row: SpidVoucher) -> dict[str, Any]:
    names = ("id", "phase", "name", "surname", "tax_code", "email", "failure", "opened")
    return {name: getattr(row, name) for name in names} | {
        "link": link_of(row),
        "created_at": row.created_at.isoformat(),
    }


def _state(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    """What was sold and charged since the last reset, and the newest vouchers."""
    charges = WalletTransaction.objects.filter(
        amount__lt=0, procedure_id__in=SpidVoucher.objects.values("pk")
    )
    return {
        "sold": SpidVoucher.objects.count(),
        "left": left(),
        "charges": charges.count(),
        "charged_amount": str(
            -(charges.aggregate(Sum("amount"))["amount__sum"] or Decimal(0)).normalize() + 0
        ),
        "vouchers": [_voucher(row) for row in SpidVoucher.objects.order_by("-created_at", "-pk")[:_SHOWN]],
    }


def _set(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    set_left(int(body.get("left", 1000)))
    return {"left": left()}


def _use(request: HttpRequest, body: dict[str, Any]) -> dict[str, Any]:
    """The voucher of this `link` (or `id`) is used; `step` is identify (default) or fail."""
    voucher = _found(str(body.get("link") or body.get("id") or ""))
    use(voucher, body)
    return _voucher(_found(voucher.pk))


stock = api(GET=_state, POST=_set)
use_without_browser = api(POST=_use)
