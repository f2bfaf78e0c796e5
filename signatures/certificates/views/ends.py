"""What a member does with an order on its way: say that it has arrived, or take it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.requests import CustomerRequest, for_members
from facts.chain import ChainedEvent
from facts.request_origin import client_ip

from ..flows.finish import confirm
from ..flows.state import NotPossible
from ..flows.withdraw import withdraw as take_back
from .finding import order_of


@require_POST
@for_members(able_to="can_send")
def arrived(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The shipment is there, or what travels by no post is in use."""
    order = order_of(request, pk)
    who = {"actor": ChainedEvent.Actor.CUSTOMER, "actor_name": str(request.user), "ip": client_ip(request)}
    try:
        confirm(order, **who)
    except NotPossible:
        messages.info(request, _("This is known already."))
    return redirect("orders:detail", order.pk)


@require_POST
@for_members(able_to="can_send")
def withdraw(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Take an order back that was not bought yet."""
    order = order_of(request, pk)
    try:
        take_back(order, request.user, client_ip(request))
    except NotPossible:
        messages.error(request, _("It cannot be withdrawn any more, or not at this moment."))
    else:
        messages.success(request, _("The order is withdrawn. Nothing was bought."))
    return redirect("orders:detail", order.pk)
