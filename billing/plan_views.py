"""The customer's plan: what it gives, what else is offered, and changing it with the amount shown beforehand."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from customers.requests import CustomerRequest, for_members

from .flows import change_plan
from .flows.allowance import allowance_of, is_open, stay_on, stays_of
from .flows.ledger import NoCredit
from .flows.split import taken
from .models import Charge, Funding, Plan
from .products import labels

CHARGES_SHOWN = 24


@dataclass(frozen=True)
class Pieces:
    """What a plan gives of one product in a period."""

    label: str
    free: int
    included: int
    free_used: int = 0
    included_used: int = 0


def pieces_of(plan: Plan) -> list[Pieces]:
    """What a plan gives, with the products' names."""
    names = labels()
    return [Pieces(names.get(key, key), row.free, row.included) for key, row in plan.pieces().items()]


def _running(organisation: Any, today: date) -> dict[str, Any]:
    """The plan that a customer is on, and what comes after it."""
    stays = stays_of(organisation)
    stay = stay_on(stays, today)
    if stay is None:
        return {"stay": None}
    period, names = stay.period_on(today), labels()
    products = {key for one in stays if one.days_within(period) for key in one.plan.pieces()}
    given = {key: allowance_of(stays, period, key) for key in products}
    return {
        "stay": stay,
        "period": period,
        "is_open": is_open(stays, period),
        "pieces": [
            Pieces(
                names.get(key, key),
                one.free,
                one.included,
                taken(organisation, period.first, key, Funding.FREE),
                taken(organisation, period.first, key, Funding.PACKAGE),
            )
            for key, one in sorted(given.items())
        ],
        "renews_on": period.end.date() if stay.last is None or stay.last > period.last else None,
        "ends_on": stay.last,
        "following": stay_on(stays, period.end.date()) if stay.last else None,
    }


@require_safe
@for_members(able_to="can_view_usage")
def plan(request: CustomerRequest) -> HttpResponse:
    """The running plan, the others on offer, and what was charged."""
    now = timezone.now()
    running = _running(request.organisation, timezone.localdate(now))
    stay = running["stay"]
    offers = [
        {
            "plan": one,
            "pieces": pieces_of(one),
            "is_running": stay is not None and stay.plan.pk == one.pk,
            "can_begin_now": stay is not None and change_plan.is_larger(one, stay.plan),
        }
        for one in Plan.objects.prefetch_related("allowances").offered_to(request.organisation, now)
    ]
    charges = Charge.objects.for_organisation(request.organisation).order_by("-occurred_at", "-pk")
    context = {**running, "offers": offers, "charges": charges[:CHARGES_SHOWN]}
    return render(request, "billing/plan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_members(able_to="can_manage")
def change(request: CustomerRequest, pk: int) -> HttpResponse:
    """What changing to a plan means, to the cent; then the change itself, exactly as it was shown."""
    offered = Plan.objects.prefetch_related("allowances").offered_to(request.organisation, timezone.now())
    stay = stay_on(stays_of(request.organisation), timezone.localdate())
    known = {one.pk: one for one in [*offered, *([stay.plan] if stay else [])]}
    if pk not in known:
        raise Http404
    return _change(request, known[pk])


@require_http_methods(["GET", "HEAD", "POST"])
@for_members(able_to="can_manage")
def end(request: CustomerRequest) -> HttpResponse:
    """What leaving the plan means; then it ends with its period."""
    return _change(request, None)


def _change(request: CustomerRequest, new: Plan | None) -> HttpResponse:
    stay = stay_on(stays_of(request.organisation), timezone.localdate())
    if change_plan.needs_staff(stay.plan if stay else None, new):
        status = 422 if request.method == "POST" else 200
        return render(request, "billing/plan_change.html", {"needs_staff": True}, status=status)
    at_once = (request.POST if request.method == "POST" else request.GET).get("when") == "now"
    if request.method == "POST" and (shown := _shown(request)) is not None:
        try:
            done = change_plan.change(
                request.organisation, new, str(request.user), at_once=at_once, shown=shown
            )
        except change_plan.Changed:
            return _preview(request, new, at_once, has_changed=True)
        except (change_plan.NotPossible, NoCredit):
            return _preview(request, new, at_once)
        if new is None:
            messages.success(request, _("Noted: your plan ends with its period."))
        else:
            messages.success(
                request, _("Done.") if done.at_once else _("Noted: it begins when the period ends.")
            )
        return redirect("plan:plan")
    return _preview(request, new, at_once)


def _preview(
    request: CustomerRequest, new: Plan | None, at_once: bool, *, has_changed: bool = False
) -> HttpResponse:
    names = labels()
    context: dict[str, Any] = {"new": new, "at_once": at_once, "has_changed": has_changed, "preview": None}
    with suppress(change_plan.NotPossible):
        preview = change_plan.preview(request.organisation, new, timezone.now(), at_once=at_once)
        pieces = [Pieces(names.get(key, key), one.free, one.included) for key, one in preview.pieces.items()]
        context |= {"preview": preview, "pieces": pieces}
    is_refused = request.method == "POST"
    return render(request, "billing/plan_change.html", context, status=422 if is_refused else 200)


def _shown(request: CustomerRequest) -> tuple[date, Decimal] | None:
    """What was confirmed; None for what no page of ours has shown."""
    try:
        first_day = date.fromisoformat(request.POST.get("first_day", ""))
        net = Decimal(request.POST.get("net", ""))
    except (ValueError, InvalidOperation):
        return None
    return (first_day, net) if net.is_finite() else None
