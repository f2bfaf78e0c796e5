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
from ..flows.finish import can_confirm
from ..flows.open_secrets import is_own
from ..flows.pages import first_open
from ..flows.papers import can_hand_in
from ..flows.post_paper import can_post, wants_paper
from ..flows.price import OrderPrice, price_of
from ..flows.review import last_return
from ..flows.seal_secrets import secret_of
from ..flows.withdraw import can_withdraw
from ..models import Order
from ..reasons import sentences
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
        "entries": timeline.entries(list(order.events.order_by("number")), can_see_person=can_order),
        "waiting": timeline.waiting(order),
        "can_see_person": can_order,
        "sections": summary_of(order) if can_order else [],
        "price": _price(order) if can_order else None,
        **next_steps(order, request),
    }
    if not request.htmx:
        return render(request, "signatures/certificates/detail.html", context)
    status = 200 if order.is_under_way else STOP_POLLING
    return render(request, "signatures/certificates/detail.html#live", context, status=status)


def next_steps(order: Order, request: CustomerRequest) -> dict[str, Any]:
    """What has come of an order so far, and what this member can do with it now."""
    can_order, secret = request.membership.can_send, secret_of(order)
    returned = last_return(order)
    return {
        "can_hand_in": can_order and can_hand_in(order),
        "returned": returned,
        "reasons": sentences(returned.reasons) if returned and can_order else [],
        "can_correct": can_order and order.is_editable,
        "secret": secret,
        "is_own": secret is not None and is_own(order, request.user),
        "can_write_again": can_order and secret is not None and bool(secret.sealed),
        "certificates": list(order.certificates.order_by("covers")),
        "wants_paper": can_order and wants_paper(order),
        "can_post": can_order and can_post(order),
        "paper_posts": list(order.paper_posts.all()),
        "can_confirm": can_order and can_confirm(order),
        "can_withdraw": can_order and can_withdraw(order),
    }


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
