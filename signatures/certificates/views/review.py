"""The last step: everything once more, with the price, before anything is bought."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from billing.flows.split import funding_of
from billing.models.price_book import PriceMissing
from customers.requests import CustomerRequest, for_members
from facts.request_origin import client_ip

from .. import steps
from ..consents import consents_of
from ..flows import order as ordering
from ..flows.check import problems_of
from ..flows.pages import first_open, names_of
from ..flows.state import NotPossible
from ..models import Order
from ..summary import summary_of
from .finding import editable_order
from .pictures import sides_context
from .wizard import page_context


@for_members(able_to="can_send")
def review(request: CustomerRequest, pk: Any) -> HttpResponse:
    """All that was said, the price, and the button that buys."""
    order = editable_order(request, pk)
    if request.method == "POST":
        return _send(request, order) if order.is_draft else _send_again(request, order)
    return _show(request, order)


def _show(request: CustomerRequest, order: Order, status: int = 200, **context: Any) -> HttpResponse:
    problems = context.pop("problems", None)
    if problems is None:
        problems = problems_of(order)
    context |= page_context(order, steps.REVIEW)
    context |= {
        "problems": [(steps.title_of(order, one.step), one) for one in problems],
        "go_on": first_open(order, problems) if problems else "",
        "sections": summary_of(order),
        "consents": consents_of(order),
        "missing_consents": context.get("missing_consents", ()),
    }
    if price := context["price"]:
        pieces = {line.key: line.quantity for line in price.lines}
        context["funding"] = funding_of(order.organisation, pieces)
    if steps.PICTURES in names_of(order):
        context |= sides_context(order)
    return render(request, "signatures/certificates/review.html", context, status=status)


def _send(request: CustomerRequest, order: Order) -> HttpResponse:
    consents = consents_of(order)
    missing = [consent.name for consent in consents if request.POST.get(f"consent-{consent.name}") != "on"]
    if missing:
        return _show(request, order, status=422, missing_consents=missing)
    try:
        expected = Decimal(request.POST.get("net", "")[:20])
        ordering.place(order, request.user, client_ip(request), expected, _said(consents))
    except InvalidOperation:
        return _show(request, order, status=422)
    except ordering.NotReady as error:
        return _show(request, order, status=422, problems=error.problems)
    except ordering.PriceChanged:
        return _show(request, order, status=422, has_price_changed=True)
    except PriceMissing:
        return _show(request, order, status=422, is_price_missing=True)
    except NotPossible:
        messages.info(request, _("This was ordered already."))
    return redirect("orders:detail", order.pk)


def _said(consents: Sequence[Any]) -> list[str]:
    """The sentences as they were read."""
    return [str(consent.text) for consent in consents]


def _send_again(request: CustomerRequest, order: Order) -> HttpResponse:
    """What staff returned is corrected."""
    try:
        ordering.send_again(order, request.user, client_ip(request))
    except ordering.NotReady as error:
        return _show(request, order, status=422, problems=error.problems)
    except NotPossible:
        messages.info(request, _("This was sent already."))
    return redirect("orders:detail", order.pk)
