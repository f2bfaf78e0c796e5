"""The control desk of catalogue and orders in a browser."""

from __future__ import annotations

from collections.abc import Callable
from decimal import InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST

from .. import clock
from ..flows.catalogue import change, products
from ..flows.order_steps import changing, move_to, take_step
from ..order_models import Family, Order

_SHOWN = 40
# Seen on paper, then those that nobody has seen.
_WORDS = (
    "in_lavorazione",
    "in_registrazione",
    "in_riconoscimento",
    "evasa",
    "annullata",
    "rifiutata",
    "in_spedizione",
)


def _context(problem: str = "") -> dict[str, Any]:
    return {
        "problem": problem,
        "products": products(),
        "families": [one.value for one in Family],
        "orders": Order.objects.order_by("-created_at", "-pk")[:_SHOWN],
        "words": _WORDS,
        "now": clock.now(),
    }


@require_GET
@csrf_protect
def desk(request: HttpRequest) -> HttpResponse:
    """The catalogue, and the newest orders."""
    return render(request, "sandbox/orders.html", _context())


def _form(act: Callable[[HttpRequest], None]) -> Callable[[HttpRequest], HttpResponse]:
    @require_POST
    @csrf_protect
    def view(request: HttpRequest) -> HttpResponse:
        try:
            act(request)
        except (ValueError, InvalidOperation) as error:
            said = str(error) if isinstance(error, ValueError) else "That is not a sum."
            return render(request, "sandbox/orders.html", _context(said), status=422)
        return HttpResponseRedirect(reverse("orders"))

    return view


def _product(request: HttpRequest) -> None:
    code = request.POST.get("code", "").strip().upper()
    if not code or len(code) > 40:
        raise ValueError("A product needs a code of at most 40 characters.")
    given = {
        name: request.POST[name].strip() for name in ("name", "price", "family") if request.POST.get(name)
    }
    if "price" in given:
        given["price"] = given["price"].replace(",", ".")
    change(code, given | {"is_listed": request.POST.get("act") != "remove"})


def _move(request: HttpRequest) -> None:
    order = Order.objects.filter(pk=request.POST.get("order", "")).first()
    if order is None:
        raise ValueError("There is no such order.")
    word = request.POST.get("word", "").strip()[:60]
    with changing(order.id) as order:
        if request.POST.get("act") == "step":
            take_step(order, clock.now())
        elif word:
            move_to(order, word, clock.now())
        else:
            raise ValueError("Which state?")


product_form = _form(_product)
move_form = _form(_move)
