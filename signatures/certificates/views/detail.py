"""Following an order: its page, what happened and what it waits for."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from billing.models.price_book import PriceMissing
from customers.requests import CustomerRequest, for_members

from .. import timeline
from ..flows.acknowledge import acknowledge as see
from ..flows.check import problems_of
from ..flows.pages import first_open
from ..flows.price import OrderPrice, price_of
from ..models import Order
from ..summary import summary_of
from .finding import order_of

# htmx stops asking when it gets this status.
STOP_POLLING = 286


@require_safe
@for_members(able_to="can_view_envelopes")
def detail(request: CustomerRequest, pk: Any) -> HttpResponse:
    """An order: state, timeline, data. A viewer sees states and nothing of the person.

    A draft goes on where it stopped. Asked by htmx, only the part that moves.
    """
    order = order_of(request, pk)
    can_order = request.membership.can_send
    if order.is_draft and can_order:
        return redirect("orders:step", order.pk, first_open(order, problems_of(order)))
    context = {
        "order": order,
        "facts": order.facts,
        "entries": timeline.entries(list(order.events.order_by("number"))),
        "waiting": timeline.waiting(order),
        "can_see_person": can_order,
        "sections": summary_of(order) if can_order else [],
        "price": _price(order) if can_order else None,
    }
    if not request.htmx:
        return render(request, "signatures/certificates/detail.html", context)
    status = 200 if order.is_under_way else STOP_POLLING
    return render(request, "signatures/certificates/detail.html#live", context, status=status)


def _price(order: Order) -> OrderPrice | None:
    """What was agreed when it was ordered."""
    try:
        return price_of(order, order.ordered_at)
    except PriceMissing:
        return None


@require_POST
@for_members(able_to="can_send")
def acknowledge(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Take an order that ended badly off the list of what needs attention."""
    see(order_of(request, pk))
    return redirect("home")
