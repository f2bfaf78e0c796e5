"""The list of orders."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from customers.requests import CustomerRequest, for_members

from ..models import Order

A_PAGE = 25
State = Order.State
GROUPS = {
    "": (_("All"), tuple(State)),
    "yours": (_("Waiting for you"), (State.DRAFT, *Order.FOR_CUSTOMER)),
    "under_way": (_("Under way"), Order.UNDER_WAY),
    "issued": (_("Issued"), Order.FULFILLED),
    "ended": (_("Ended otherwise"), (*Order.ENDED_BADLY, State.WITHDRAWN)),
}


@require_safe
@for_members(able_to="can_view_envelopes")
def orders(request: CustomerRequest) -> HttpResponse:
    """Orders of the organisation, newest first, by state and by holder. Drafts are for those who may order."""
    group = request.GET.get("state", "")
    wanted = request.GET.get("q", "").strip().replace("\0", "")[:100]
    group = group if group in GROUPS else ""
    can_order = request.membership.can_send
    found = Order.objects.for_organisation(request.organisation)
    if not can_order:
        found = found.exclude(state=State.DRAFT)
    if group:
        found = found.filter(state__in=GROUPS[group][1])
    if wanted and can_order:
        found = found.filter(holder_name__icontains=wanted)
    page = Paginator(found.defer("sealed_details"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "group": group,
        "groups": [(name, label) for name, (label, _states) in GROUPS.items()],
        "wanted": wanted,
        "can_see_person": can_order,
    }
    return render(request, "signatures/certificates/list.html", context)
