"""The control desk in a browser."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from .. import clock, faults, knobs, services
from ..api.account import new_subscription
from ..flows.charge import wallet
from ..flows.move import forget_all, move, set_clock, set_credit
from ..models import Delivery, Phase, Procedure, Subscription, WalletTransaction
from .knob_help import grouped

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
    ("Scope not granted", {"fault": "403"}),
    ("Unknown state word", {"fault": "unknown_state", "path": "signatures"}),
    ("Types that wobble", {"fault": "wobbly_types"}),
    ("Callback twice", {"fault": "duplicate_callback"}),
    ("Callback lost", {"fault": "lost_callback"}),
    ("Signed PDF tampered with", {"fault": "tampered_document"}),
    ("Wrong MD5 told", {"fault": "wrong_md5"}),
    ("Charged twice", {"fault": "charged_twice"}),
    ("Not charged", {"fault": "not_charged"}),
    ("Other amount", {"fault": "other_amount"}),
    ("Line an hour late", {"fault": "late_line", "seconds": 3600}),
    ("Counted twice", {"fault": "miscounted"}),
]

_DONE = {
    "faults": "The faults are as you wanted them.",
    "wallet": "Wallet and subscriptions are as you wanted them.",
    "clock": "The clock was moved, and what was due is done.",
    "procedures": "The procedure was moved.",
    "settings": "The switches are kept.",
    "top": "Everything is forgotten.",
}


def _context(typed: dict[str, Any] | None = None) -> dict[str, Any]:
    """Everything on the desk; the switches as somebody has just typed them, where these were refused."""
    return {
        "buttons": list(enumerate(_BUTTONS)),
        "known": faults.ALL,
        "waiting": faults.waiting(),
        "wallet": wallet(),
        "movements": WalletTransaction.objects.order_by("-created_at", "-pk")[:8],
        "plans": Subscription.objects.order_by("-created_at", "-pk")[:8],
        "scopes": [one for one in services.all_scopes() if one.startswith("POST:")],
        "groups": grouped(typed or knobs.as_dict()),
        "now": clock.now(),
        "open": Procedure.objects.filter(phase__in=[Phase.PREPARING, Phase.SIGNING])
        .order_by("-created_at")
        .prefetch_related("signers")[:15],
        "deliveries": Delivery.objects.order_by("-created_at", "-pk")[:8],
    }


@require_safe
@csrf_protect
def desk(request: HttpRequest) -> HttpResponse:
    """Everything that can be switched."""
    done = request.GET.get("done", "")
    return render(request, "sandbox/control.html", _context() | {"done": _DONE.get(done, "")})


def _form(act: Callable[[HttpRequest], None], section: str) -> Callable[[HttpRequest], HttpResponse]:
    """A form of the desk: back to its section when it did something, else the desk with what was wrong."""

    @require_POST
    @csrf_protect
    def view(request: HttpRequest) -> HttpResponse:
        try:
            act(request)
        except (ValueError, InvalidOperation) as error:
            said = str(error) if isinstance(error, ValueError) else "That is not a sum."
            context = _context(_typed(request) if section == "settings" else None)
            context |= {"problem": said, "problem_section": section}
            return render(request, "sandbox/control.html", context, status=422)
        return HttpResponseRedirect(f"{reverse('control')}?done={section}#{section}")

    return view


def _faults(request: HttpRequest) -> None:
    if request.POST.get("off"):
        faults.switch_off(None if request.POST["off"] == "all" else int(request.POST["off"]))
    elif request.POST.get("button"):
        number = int(request.POST["button"])
        if not 0 <= number < len(_BUTTONS):
            raise ValueError("there is no such button")
        faults.switch_on(_BUTTONS[number][1])
    else:
        fields = ("fault", "path", "method", "times", "seconds", "status", "word", "retry_after", "amount")
        faults.switch_on({name: request.POST[name] for name in fields if request.POST.get(name)})


def _typed(request: HttpRequest) -> dict[str, Any]:
    """The switches as they were sent: a box that is not ticked is not sent at all."""
    typed: dict[str, Any] = {}
    for name, value in knobs.as_dict().items():
        if isinstance(value, bool):
            typed[name] = name in request.POST
        elif name in request.POST and name != "clock_offset":
            typed[name] = request.POST[name]
    return typed


def _settings(request: HttpRequest) -> None:
    knobs.change(_typed(request))


def _plan(request: HttpRequest) -> None:
    new_subscription({name: request.POST[name] for name in ("scope", "requests") if request.POST.get(name)})


def _wallet(request: HttpRequest) -> None:
    set_credit(Decimal(request.POST.get("credit", "").replace(",", ".")))


def _clock(request: HttpRequest) -> None:
    hours = 0.0 if request.POST.get("now") else float(request.POST.get("hours", 0))
    set_clock(0 if request.POST.get("now") else knobs.current().clock_offset + hours * 3600)


def _procedure(request: HttpRequest) -> None:
    if not move(request.POST.get("procedure", ""), request.POST.get("step", "")):
        raise ValueError("The procedure is not open any more.")


def _reset(request: HttpRequest) -> None:
    forget_all(with_tokens=False)


faults_form = _form(_faults, "faults")
settings_form = _form(_settings, "settings")
wallet_form = _form(_wallet, "wallet")
plan_form = _form(_plan, "wallet")
clock_form = _form(_clock, "clock")
procedure_form = _form(_procedure, "procedures")
reset_form = _form(_reset, "top")
