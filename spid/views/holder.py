"""The person's own pages: no account, their address is the key, in their language. Nothing changes by a GET."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.limits import allow
from facts.request_origin import client_ip

from ..dates import as_ics, dates_of
from ..flows import visit
from ..flows.addresses import activation_for
from ..flows.state import NotPossible
from ..forms import ActiveForm, FailedForm, UsedForm
from ..models import Activation

UNKNOWN_ADDRESSES_AN_HOUR = 60
State = Activation.State
HolderView = Callable[..., HttpResponse]
ask = require_http_methods(["GET", "HEAD", "POST"])
# The one page whose form may lead on to another house's.
leading_to_the_identity_provider = csp_update({"form-action": settings.SPID_FORM_ACTION})


def for_holders(view: HolderView) -> HolderView:
    """Open a page to whoever holds a person's present address, in that person's language.

    Addresses that nobody has are counted per visitor: guessing is hopeless, and not for free either.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        activation = activation_for(token)
        if activation is None:
            return _unknown(request)
        if not request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME):
            translation.activate(activation.language)
            request.LANGUAGE_CODE = activation.language
        response = view(request, activation, token, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


def _unknown(request: HttpRequest) -> HttpResponse:
    is_patient = allow(f"unknown-holder:{client_ip(request)}", UNKNOWN_ADDRESSES_AN_HOUR, 3600)
    return render(request, "spid/holder/unknown.html", status=404 if is_patient else 429)


def _show(
    request: HttpRequest, page: str, activation: Activation, token: str, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {
        "activation": activation,
        "organisation": activation.organisation,
        "provider": activation.provider,
        "rule": activation.rule,
        "token": token,
    }
    return render(request, f"spid/holder/{page}.html", context, status=status)


def _too_late(request: HttpRequest, token: str) -> HttpResponse:
    messages.info(request, _("That is not possible any more. This is how it stands:"))
    return redirect("holder:page", token)


@require_safe
@leading_to_the_identity_provider
@for_holders
def page(request: HttpRequest, activation: Activation, token: str) -> HttpResponse:
    """How it stands, what is needed, and what one can do."""
    if request.method == "GET":
        visit.visit(activation, client_ip(request))
    today = timezone.localdate()
    return _show(request, "page", activation, token, today=today, languages=_languages(activation))


def _languages(activation: Activation) -> list[str]:
    codes = (activation.rule.languages if activation.rule else "").split(",")
    known = {code.strip().lower() for code in codes if code.strip()}
    names = [str(label) for code, label in settings.LANGUAGES if code in known]
    return names + sorted(known - {code for code, _label in settings.LANGUAGES})


@require_POST
@for_holders
def start(request: HttpRequest, activation: Activation, token: str) -> HttpResponse:
    """On to the identity provider, with the voucher."""
    try:
        address = visit.leave(activation, client_ip(request))
    except NotPossible:
        return _too_late(request, token)
    return HttpResponseRedirect(address)


@ask
@for_holders
def active(request: HttpRequest, activation: Activation, token: str) -> HttpResponse:
    """“It is active”, and since when."""
    if State.ACTIVE not in Activation.TRANSITIONS[State(activation.state)]:
        return _too_late(request, token)
    form = ActiveForm(request.POST or None, activation=activation)
    if not form.is_valid():
        return _show(request, "active", activation, token, 422 if form.is_bound else 200, form=form)
    try:
        visit.say_active(activation, form.cleaned_data["since"], client_ip(request))
    except NotPossible:
        return _too_late(request, token)
    messages.success(request, _("Thank you. From now on we help you to keep it."))
    return redirect("holder:page", token)


@ask
@for_holders
def failed(request: HttpRequest, activation: Activation, token: str) -> HttpResponse:
    """“It did not succeed”, and why."""
    allowed = Activation.TRANSITIONS[State(activation.state)]
    if State.FAILED not in allowed and activation.state != State.FAILED:
        return _too_late(request, token)
    form = FailedForm(request.POST or None)
    if not form.is_valid():
        return _show(request, "failed", activation, token, 422 if form.is_bound else 200, form=form)
    try:
        visit.say_failed(
            activation, form.cleaned_data["failure"], form.cleaned_data["note"], client_ip(request)
        )
    except NotPossible:
        return _too_late(request, token)
    messages.success(
        request, _("Thank you. Whoever ordered is told. You may try again with the same address.")
    )
    return redirect("holder:page", token)


@ask
@for_holders
def used(request: HttpRequest, activation: Activation, token: str) -> HttpResponse:
    """“I used it”."""
    if activation.state != State.ACTIVE:
        return _too_late(request, token)
    form = UsedForm(request.POST or None, activation=activation)
    if not form.is_valid():
        return _show(request, "used", activation, token, 422 if form.is_bound else 200, form=form)
    try:
        visit.say_used(activation, form.cleaned_data["day"], client_ip(request))
    except NotPossible:
        return _too_late(request, token)
    messages.success(request, _("Noted: the time begins anew."))
    return redirect("holder:page", token)


@ask
@for_holders
def ended(request: HttpRequest, activation: Activation, token: str) -> HttpResponse:
    """“It is no longer active”."""
    if activation.state != State.ACTIVE:
        return _too_late(request, token)
    if request.method != "POST":
        return _show(request, "ended", activation, token)
    try:
        visit.say_ended(activation, client_ip(request))
    except NotPossible:
        return _too_late(request, token)
    messages.success(request, _("Noted. We write no more about it."))
    return redirect("holder:page", token)


@ask
@for_holders
def letters(request: HttpRequest, activation: Activation, token: str) -> HttpResponse:
    """Mails of ours: none, or again."""
    if request.method != "POST":
        return _show(request, "letters", activation, token)
    wanted = request.POST.get("wanted") == "yes"
    visit.choose_letters(activation, wanted=wanted, ip=client_ip(request))
    messages.success(request, _("We write to you again.") if wanted else _("We write to you no more."))
    return redirect("holder:letters", token)


@require_safe
@for_holders
def calendar(request: HttpRequest, activation: Activation, token: str) -> HttpResponse:
    """The days to know of."""
    if activation.state != State.ACTIVE:
        raise Http404
    return _show(request, "calendar", activation, token, dates=dates_of(activation, timezone.localdate()))


@require_safe
@for_holders
def calendar_file(request: HttpRequest, activation: Activation, token: str) -> HttpResponse:
    """The same days for other calendars."""
    if activation.state != State.ACTIVE:
        raise Http404
    dates = dates_of(activation, timezone.localdate())
    response = HttpResponse(
        as_ics(activation, dates, timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="spid.ics"'
    return response
