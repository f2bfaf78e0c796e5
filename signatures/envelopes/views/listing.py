"""The list of envelopes."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from customers.requests import CustomerRequest, for_members

from ..models import Envelope

A_PAGE = 25
State = Envelope.State
GROUPS = {
    "": (pgettext_lazy("envelopes", "All"), tuple(State)),
    "under_way": (_("Under way"), Envelope.UNDER_WAY),
    "completed": (pgettext_lazy("envelopes", "Completed"), (State.COMPLETED,)),
    "ended": (_("Ended unsigned"), (*Envelope.ENDED_BY_US, State.FAILED)),
    "drafts": (_("Drafts"), (State.DRAFT,)),
}


@require_safe
@for_members(able_to="can_view_envelopes")
def envelopes(request: CustomerRequest) -> HttpResponse:
    """Envelopes of the organisation, newest first, by state and by what is searched for."""
    group = request.GET.get("state", "")
    wanted = request.GET.get("q", "").strip()[:100]
    group = group if group in GROUPS else ""
    found = Envelope.objects.for_organisation(request.organisation)
    if group:
        found = found.filter(state__in=GROUPS[group][1])
    if wanted:
        people = Q(signers__email__icontains=wanted) | Q(signers__surname__icontains=wanted)
        found = found.filter(Q(title__icontains=wanted) | people).distinct()
    page = Paginator(found.prefetch_related("signers"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "group": group,
        "groups": [(name, label) for name, (label, _states) in GROUPS.items()],
        "wanted": wanted,
    }
    return render(request, "signatures/envelopes/list.html", context)
