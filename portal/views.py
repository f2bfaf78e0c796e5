"""Pages that belong to no single subject: home, health, the style guide."""

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render

from billing.periods import Period
from billing.usage_section import totals_in
from customers.requests import CustomerRequest, for_members
from signatures.certificates.models import Order
from signatures.envelopes.models import Envelope
from signatures.envelopes.timeline import waiting
from spid.models import Activation

from .styleguide import samples

SHOWN = 8
ERROR_PAGES = ("400", "403", "403_csrf", "404", "429", "500")


def home(request: HttpRequest) -> HttpResponseBase:
    """For strangers, what Sigillo is; for members, their desk; for staff who are nobody's customer, their pages."""
    if not request.user.is_authenticated:
        return render(request, "portal/landing.html")
    if request.user.is_staff and request.organisation is None:  # type: ignore[attr-defined]
        return redirect("admin:index")
    return desk(request)


@for_members()
def desk(request: CustomerRequest) -> HttpResponse:
    """What needs attention, what is under way and waits for whom, and this month's signers and cost."""
    member = request.membership
    if member.can_view_usage and not member.can_view_envelopes:
        return redirect("invoices:accounting")
    context: dict[str, object] = {"month": Period.this_month()}
    if member.can_view_envelopes:
        envelopes = Envelope.objects.for_organisation(request.organisation)
        under_way = envelopes.filter(state__in=Envelope.UNDER_WAY)
        under_way = under_way.select_related("purchase").prefetch_related("signers")
        context |= {
            "attention": envelopes.needing_attention().order_by("-ended_at")[:SHOWN],
            "under_way": [(one, waiting(one, list(one.signers.all()))) for one in under_way[:SHOWN]],
            "under_way_count": under_way.count(),
            "completed": envelopes.filter(state=Envelope.State.COMPLETED).order_by("-ended_at")[:3],
        }
        context |= _orders(request)
    if member.can_view_activations:
        activations = Activation.objects.for_organisation(request.organisation)
        context["spid_attention"] = activations.needing_attention().order_by("-state_since")[:SHOWN]
    if member.can_send:
        context["drafts"] = envelopes.filter(state=Envelope.State.DRAFT, created_by=request.user)[:3]
    if member.can_view_usage:
        context["totals"] = totals_in(Period.this_month(), request.organisation)
    return render(request, "portal/home.html", context)


def _orders(request: CustomerRequest) -> dict[str, object]:
    """What members see of orders: states for all, the people they are for only for those who may order."""
    orders = Order.objects.for_organisation(request.organisation).defer("sealed_details")
    found: dict[str, object] = {
        "orders_attention": orders.needing_attention().order_by("-state_since")[:SHOWN],
        "orders_under_way": orders.filter(state__in=Order.UNDER_WAY).exclude(state__in=Order.FOR_CUSTOMER)[
            :SHOWN
        ],
    }
    if request.membership.can_send:
        drafts = orders.filter(state=Order.State.DRAFT, created_by=request.user)
        found["orders_drafts"] = drafts.order_by("-saved_at")[:3]
    return found


def health(request: HttpRequest) -> JsonResponse:
    """Whether the portal can serve: its database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state; in development only."""
    return render(request, "portal/styleguide.html", samples())


def error_page(request: HttpRequest, name: str) -> HttpResponse:
    """How an error looks, where Django would show its own page instead; in development only."""
    if name not in ERROR_PAGES:
        raise Http404
    return render(request, f"{name}.html")
