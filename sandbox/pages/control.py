"""The control desk in a browser."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST

from .. import clock, faults, knobs
from ..flows.charge import wallet
from ..flows.move import forget_all, move, set_clock, set_credit
from ..models import Delivery, Phase, Procedure, WalletTransaction

# Ready-made faults: (label, values).
_BUTTONS = [
    ("Slow, 3 s", {"fault": "slow", "seconds": 3}),
    ("Time-out, nothing bought", {"fault": "timeout_before", "path": "EU-SES", "seconds": 70}),
    ("Time-out, bought", {"fault": "timeout_after", "path": "EU-SES", "seconds": 70}),
    ("500, nothing bought", {"fault": "error_500_before", "path": "EU-SES"}),
    ("500, bought", {"fault": "error_500_after", "path": "EU-SES"}),
    ("Too many requests", {"fault": "429", "retry_after": "5"}),
    ("Broken body", {"fault": "broken_body"}),
    ("Answer breaks off", {"fault": "truncated"}),
    ("Bare answer", {"fault": "bare"}),
    ("Good token refused 3 times", {"fault": "wrong_token", "times": 3}),
    ("Unknown state word", {"fault": "unknown_state", "path": "signatures"}),
    ("Callback twice", {"fault": "duplicate_callback"}),
    ("Callback lost", {"fault": "lost_callback"}),
    ("Signed PDF tampered with", {"fault": "tampered_document"}),
    ("Wrong MD5 told", {"fault": "wrong_md5"}),
]


def _context() -> dict[str, Any]:
    choices, values = knobs.choices(), knobs.as_dict()
    return {
        "buttons": list(enumerate(_BUTTONS)),
        "known": faults.ALL,
        "waiting": faults.waiting(),
        "wallet": wallet(),
        "movements": WalletTransaction.objects.order_by("-created_at", "-pk")[:8],
        "knobs": [
            {
                "name": name,
                "value": value,
                "kind": "switch" if isinstance(value, bool) else "choice" if name in choices else "text",
                "choices": choices.get(name, []),
            }
            for name, value in values.items()
            if name != "clock_offset"
        ],
        "now": clock.now(),
        "offset": knobs.current().clock_offset,
        "open": Procedure.objects.filter(phase__in=[Phase.PREPARING, Phase.SIGNING]).order_by("-created_at")[
            :15
        ],
        "deliveries": Delivery.objects.order_by("-created_at", "-pk")[:8],
    }


@require_GET
@csrf_protect
def desk(request: HttpRequest) -> HttpResponse:
    """Everything that can be switched."""
    return render(request, "sandbox/control.html", _context())


def _form(act: Callable[[HttpRequest], None], anchor: str) -> Callable[[HttpRequest], HttpResponse]:
    @require_POST
    @csrf_protect
    def view(request: HttpRequest) -> HttpResponse:
        try:
            act(request)
        except (ValueError, InvalidOperation) as error:
            said = str(error) if isinstance(error, ValueError) else "That is not a sum."
            return render(request, "sandbox/control.html", _context() | {"problem": said}, status=422)
        return HttpResponseRedirect(f"{reverse('control')}#{anchor}")

    return view


def _faults(request: HttpRequest) -> None:
    if request.POST.get("off"):
        faults.switch_off(None if request.POST["off"] == "all" else int(request.POST["off"]))
    elif request.POST.get("button"):
        faults.switch_on(_BUTTONS[int(request.POST["button"])][1])
    else:
        given = {
            name: request.POST[name]
            for name in ("fault", "path", "times", "seconds")
            if request.POST.get(name)
        }
        faults.switch_on(given)


def _settings(request: HttpRequest) -> None:
    values = {}
    for name, value in knobs.as_dict().items():
        if isinstance(value, bool):
            values[name] = name in request.POST
        elif name in request.POST and name != "clock_offset":
            values[name] = request.POST[name]
    knobs.change(values)


def _wallet(request: HttpRequest) -> None:
    set_credit(Decimal(request.POST.get("credit", "").replace(",", ".")))


def _clock(request: HttpRequest) -> None:
    hours = 0.0 if request.POST.get("now") else float(request.POST.get("hours", 0))
    set_clock(0 if request.POST.get("now") else knobs.current().clock_offset + hours * 3600)


def _procedure(request: HttpRequest) -> None:
    move(request.POST.get("procedure", ""), request.POST.get("step", ""))


def _reset(request: HttpRequest) -> None:
    forget_all(with_tokens=False)


faults_form = _form(_faults, "faults")
settings_form = _form(_settings, "settings")
wallet_form = _form(_wallet, "wallet")
clock_form = _form(_clock, "clock")
procedure_form = _form(_procedure, "procedures")
reset_form = _form(_reset, "top")
