"""The list of activations."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from customers.requests import CustomerRequest, for_members

from ..flows.line import line_now
from ..models import Activation, Order

A_PAGE = 25
State = Activation.State
GROUPS = {
    "": (_("All"), tuple(State)),
    "waiting": (_("In line"), Activation.WAITING),
    "handed_over": (_("Handed over"), Activation.USABLE),
    "active": (_("Active"), (State.ACTIVE,)),
    "over": (_("Over"), Activation.OVER),
}


@require_safe
@for_members(able_to="can_view_activations")
def activations(request: CustomerRequest) -> HttpResponse:
    """Activations of the organisation, newest first, by state and by what is searched for."""
    group = request.GET.get("state", "")
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:100]
    group = group if group in GROUPS else ""
    found = Activation.objects.for_organisation(request.organisation).placed()
    if group:
        found = found.filter(state__in=GROUPS[group][1])
    if wanted:
        by = Q(surname__icontains=wanted) | Q(name__icontains=wanted)
        if request.membership.can_send:
            # Whoever only looks on does not see these, and is not to guess them letter by letter either.
            by |= Q(email__icontains=wanted) | Q(tax_code=wanted.upper())
        found = found.filter(by)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    drafts = Order.objects.for_organisation(request.organisation).drafts().filter(created_by=request.user)
    context = {
        "page": page,
        "group": group,
        "groups": [(name, label) for name, (label, _states) in GROUPS.items()],
        "wanted": wanted,
        "drafts": drafts.prefetch_related("activations")[:3] if request.membership.can_send else [],
        "line": line_now(),
    }
    return render(request, "spid/list.html", context)
