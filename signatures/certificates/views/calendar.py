"""Certificates and their expiries: the calendar, each one's page, and what one can do there."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from customers.requests import CustomerRequest, for_members
from facts.request_origin import client_ip

from .. import ics
from ..flows import record, renew
from ..flows.holder_done import member_says_done
from ..flows.state import NotPossible
from ..forms.certificate import MAKERS, CertificateForm, DoneForm
from ..models import Certificate, RenewalRule
from ..outlook import Outlook, outlook_of
from .limits import may_ask

A_PAGE = 50
State = Certificate.State
GROUPS = {
    "": (gettext_lazy("In use"), (State.ACTIVE, State.SUSPENDED)),
    "soon": (gettext_lazy("To be acted on"), (State.ACTIVE,)),
    "past": (gettext_lazy("Past"), (State.RENEWED, State.REPLACED, State.EXPIRED, State.REVOKED)),
}
# What "soon" looks ahead: the earliest rule opens 90 days before.
SOON_DAYS = 92


def certificate_of(request: CustomerRequest, pk: Any) -> Certificate:
    """A certificate of the organisation that is acted for. Raises ``Http404``."""
    mine = Certificate.objects.for_organisation(request.organisation)
    return get_object_or_404(mine.select_related("organisation", "order", "renewed"), pk=pk)


@require_safe
@for_members(able_to="can_view_envelopes")
def certificates(request: CustomerRequest) -> HttpResponse:
    """All certificates by the month in which they expire."""
    group = request.GET.get("show", "")
    group = group if group in GROUPS else ""
    wanted = request.GET.get("q", "").strip().replace("\0", "")[:100]
    today = timezone.localdate()
    found = Certificate.objects.for_organisation(request.organisation).filter(state__in=GROUPS[group][1])
    if group == "soon":
        found = found.filter(expires_on__lte=date.fromordinal(today.toordinal() + SOON_DAYS))
    if wanted and request.membership.can_send:
        found = found.filter(holder_name__icontains=wanted)
    order_by = ("-expires_on", "-pk") if group == "past" else ("expires_on", "pk")
    page = Paginator(found.order_by(*order_by), A_PAGE).get_page(request.GET.get("page"))
    rules = RenewalRule.objects.in_force(today)
    context = {
        "page": page,
        "months": list(_by_month(outlook_of(one, rules, today) for one in page.object_list)),
        "group": group,
        "groups": [(name, label) for name, (label, _states) in GROUPS.items()],
        "wanted": wanted,
        "can_see_person": request.membership.can_send,
    }
    return render(request, "signatures/certificates/calendar.html", context)


def _by_month(outlooks: Iterable[Outlook]) -> Iterable[tuple[date, list[Outlook]]]:
    for month, ones in groupby(outlooks, key=lambda one: one.certificate.expires_on.replace(day=1)):
        yield month, list(ones)


@require_safe
@for_members(able_to="can_send")
def calendar_file(request: CustomerRequest) -> HttpResponse:
    """The expiries and windows of all certificates in use, for a calendar program."""
    mine = Certificate.objects.for_organisation(request.organisation).in_use().order_by("expires_on", "pk")
    rules = RenewalRule.objects.in_force(timezone.localdate())
    text = ics.calendar(mine, rules, timezone.now())
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="sigillo.ics"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
@for_members(able_to="can_view_envelopes")
def detail(request: CustomerRequest, pk: Any) -> HttpResponse:
    """One certificate: whose, on what, until when, and what is to be done."""
    return _show(request, certificate_of(request, pk))


def _show(
    request: CustomerRequest, certificate: Certificate, status: int = 200, **context: Any
) -> HttpResponse:
    today = timezone.localdate()
    outlook = outlook_of(certificate, RenewalRule.objects.in_force(today), today)
    can_act = request.membership.can_send
    item = renew.renewal_item(certificate) if can_act and outlook.can_renew else None
    context = {
        "done_form": DoneForm(certificate=certificate),
        **context,
        "certificate": certificate,
        "outlook": outlook,
        "item": item,
        "can_see_person": can_act,
        "can_correct": can_act and record.can_correct(certificate),
        "can_say_done": can_act and certificate.renewal in Certificate.OPEN_RENEWALS,
        "renewals": certificate.renewal_orders.exclude(state="draft").order_by("-ordered_at"),
        "follower": Certificate.objects.filter(renewed=certificate).first(),
        "sayable": _sayable(certificate) if can_act else [],
    }
    return render(request, "signatures/certificates/certificate.html", context, status=status)


def _sayable(certificate: Certificate) -> list[tuple[str, str]]:
    """What may be said of it by hand now."""
    if certificate.state not in {State.ACTIVE, State.SUSPENDED}:
        return []
    return [(to.value, str(to.label)) for to in record.SAYABLE if to != certificate.state]


@for_members(able_to="can_send")
def new(request: CustomerRequest) -> HttpResponse:
    """Record a certificate that was bought elsewhere."""
    form = CertificateForm(request.POST or None, initial={"language": request.user.language or "it"})
    if request.method == "POST" and form.is_valid():
        certificate = record.record(request.organisation, request.user, form.values())
        messages.success(request, _("Recorded. You and the holder are told in time."))
        return redirect("certificates:detail", certificate.pk)
    return _form(request, form, None)


@for_members(able_to="can_send")
def edit(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Put right what was recorded by hand."""
    certificate = certificate_of(request, pk)
    if not record.can_correct(certificate):
        raise Http404
    form = CertificateForm(request.POST or None, certificate=certificate)
    if request.method == "POST" and form.is_valid():
        try:
            record.correct(certificate, form.values())
        except NotPossible:
            messages.error(request, _("It cannot be changed any more."))
        return redirect("certificates:detail", certificate.pk)
    return _form(request, form, certificate)


def _form(request: CustomerRequest, form: CertificateForm, certificate: Certificate | None) -> HttpResponse:
    context = {"form": form, "certificate": certificate, "makers": MAKERS}
    status = 422 if form.errors else 200
    return render(request, "signatures/certificates/certificate_form.html", context, status=status)


@require_POST
@for_members(able_to="can_send")
def state(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Suspended, revoked, replaced, or active again."""
    certificate = certificate_of(request, pk)
    try:
        record.change_state(certificate, request.POST.get("state", ""))
    except NotPossible:
        messages.error(request, _("It cannot be changed any more."))
    return redirect("certificates:detail", certificate.pk)


@require_POST
@for_members(able_to="can_send")
def begin_renewal(request: CustomerRequest, pk: Any) -> HttpResponse:
    """One click: on to the review of a renewal that asks nothing we know."""
    certificate = certificate_of(request, pk)
    if not may_ask(request):
        return render(request, "429.html", status=429)
    try:
        order = renew.begin(certificate, request.user)
    except renew.CannotBeRenewed as error:
        messages.error(request, error.reason)
    except renew.NotSoldHere:
        messages.error(request, _("The renewal cannot be bought here at the moment. Please write to us."))
    else:
        return redirect("orders:detail", order.pk)
    return redirect("certificates:detail", certificate.pk)


@require_POST
@for_members(able_to="can_send")
def done(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The renewal is done at the maker."""
    certificate = certificate_of(request, pk)
    form = DoneForm(request.POST, certificate=certificate)
    if not form.is_valid():
        return _show(request, certificate, status=422, done_form=form)
    try:
        follower = member_says_done(
            certificate, request.user, client_ip(request), form.cleaned_data["expires_on"]
        )
    except NotPossible:
        messages.info(request, _("This is known already."))
        return redirect("certificates:detail", certificate.pk)
    messages.success(request, _("Recorded: it is renewed."))
    return redirect("certificates:detail", follower.pk)
