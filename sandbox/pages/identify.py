"""The holder's page at the maker: where identification, by video or otherwise, is played."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from .. import clock
from ..flows.order_steps import FULFILLED, LOST, changing, move_to
from ..order_models import Order


@require_http_methods(["GET", "POST"])
@csrf_protect
def page(request: HttpRequest, secret: str) -> HttpResponse:
    """Who is to be identified for what; one button makes it so, which fulfils the order."""
    order = Order.objects.filter(secret=secret).first()
    if order is None:
        raise Http404
    if request.method == "POST":
        with changing(order.id) as order:
            if order.state not in {FULFILLED, *LOST}:
                move_to(order, FULFILLED, clock.now())
        return HttpResponseRedirect(request.path)
    is_open = order.state not in {FULFILLED, *LOST}
    return render(request, "sandbox/identify.html", {"order": order, "is_open": is_open})
