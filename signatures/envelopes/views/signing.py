"""The signer's pages: no account, one document, in their own language."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from customers.limits import allow
from documents.responses import file_response
from facts.request_origin import client_ip, user_agent

from ..flows import sign
from ..forms import DeclineForm
from ..models import Envelope, Signer

TOKEN_KEY = "signer"  # noqa: S105  the name of a place in the session
UNKNOWN_ADDRESSES_AN_HOUR = 60
TEN_MINUTES = 600
SignerView = Callable[..., HttpResponse]
# The one page whose form may lead on to another house's.
leading_to_the_provider = csp_update({"form-action": settings.SIGNING_FORM_ACTION})


def for_signers(view: SignerView) -> SignerView:
    """Open a page to whoever holds a signer's present address, in that signer's language.

    Addresses that nobody has are counted per visitor: guessing is hopeless, and not for free either.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        signer = sign.signer_for(token)
        if signer is None:
            return _unknown(request)
        if not request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME):
            translation.activate(signer.language)
            request.LANGUAGE_CODE = signer.language
        response = view(request, signer, token, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


def seldom(times: int) -> Callable[[SignerView], SignerView]:
    """Let each signer through so many times in ten minutes: every visit is an event or a whole file opened."""

    def decorate(view: SignerView) -> SignerView:
        @wraps(view)
        def guarded(request: HttpRequest, signer: Signer, token: str) -> HttpResponse:
            if not allow(f"signer:{view.__name__}:{signer.pk}", times, TEN_MINUTES):
                return render(request, "429.html", status=429)
            return view(request, signer, token)

        return guarded

    return decorate


def _unknown(request: HttpRequest) -> HttpResponse:
    is_patient = allow(f"unknown-signer:{client_ip(request)}", UNKNOWN_ADDRESSES_AN_HOUR, 3600)
    status = 404 if is_patient else 429
    return render(request, "signatures/envelopes/signer_unknown.html", status=status)


def _show(request: HttpRequest, signer: Signer, token: str, **context: Any) -> HttpResponse:
    envelope = signer.envelope
    context |= {
        "signer": signer,
        "envelope": envelope,
        "organisation": envelope.organisation,
        "sender": envelope.created_by,
        "token": token,
        "stage": _stage(signer),
        "masked": _masked(signer),
        "form": context.get("form") or DeclineForm(),
    }
    status = 422 if context["form"].is_bound else 200
    return render(request, "signatures/envelopes/signer.html", context, status=status)


def _stage(signer: Signer) -> str:
    """Which face the page shows."""
    state = signer.envelope.state
    if signer.state == Signer.State.DECLINED:
        return "declined"
    if state == Envelope.State.COMPLETED:
        return "completed"
    if signer.state == Signer.State.SIGNED or state == Envelope.State.COLLECTING:
        return "signed"
    if state != Envelope.State.SIGNING:
        return "closed"
    return "waiting" if signer.state == Signer.State.WAITING else "open"


def _masked(signer: Signer) -> str:
    """Where the code goes, so that its owner knows it and nobody else learns it."""
    if signer.otp_channel == Signer.OtpChannel.SMS:
        return f"{signer.mobile[:3]} ••• {signer.mobile[-3:]}"
    name, _, host = signer.email.partition("@")
    return f"{name[:2]}•••@{host}"


@require_safe
@leading_to_the_provider
@for_signers
def invitation(request: HttpRequest, signer: Signer, token: str) -> HttpResponse:
    """Who asks, what for, the document, and what the signer can do."""
    sign.open_invitation(signer, client_ip(request), user_agent(request))
    if request.htmx:  # type: ignore[attr-defined]
        return _show_live(request, signer, token)
    return _show(request, signer, token)


def _show_live(request: HttpRequest, signer: Signer, token: str) -> HttpResponse:
    """Back from signing: reload when there is something new to see, else keep asking."""
    if _stage(signer) == request.GET.get("stage"):
        return HttpResponse(status=204)
    response = HttpResponse(status=200)
    response["HX-Refresh"] = "true"
    return response


@require_safe
@for_signers
@seldom(40)
def document(request: HttpRequest, signer: Signer, token: str) -> HttpResponse:
    """The document to be signed, for the viewer on the page."""
    try:
        data = sign.view_document(signer, client_ip(request), user_agent(request))
    except sign.NoLongerOpen as error:
        raise Http404 from error
    return file_response(
        data, signer.envelope.filename, "application/pdf", is_inline="download" not in request.GET
    )


@require_POST
@for_signers
@seldom(20)
def leave(request: HttpRequest, signer: Signer, token: str) -> HttpResponse:
    """On to the provider's signing page."""
    try:
        address = sign.leave_to_sign(signer, client_ip(request), user_agent(request))
    except (sign.NoLongerOpen, sign.NotYourTurn):
        return redirect("signing:invitation", token)
    # The provider sends everybody back to one address: this browser remembers whose page to show there.
    request.session[TOKEN_KEY] = token
    return HttpResponseRedirect(address)


@require_POST
@leading_to_the_provider
@for_signers
@seldom(20)
def decline(request: HttpRequest, signer: Signer, token: str) -> HttpResponse:
    """The signer will not sign, and says why."""
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _show(request, signer, token, form=form)
    try:
        sign.decline(signer, form.cleaned_data["reason"], client_ip(request), user_agent(request))
    except sign.NoLongerOpen:
        pass  # The page says what has happened meanwhile.
    return redirect("signing:invitation", token)


@require_safe
@for_signers
@seldom(20)
def copy(request: HttpRequest, signer: Signer, token: str) -> HttpResponse:
    """The signed document, where the sender allows it."""
    try:
        data = sign.copy_for(signer, client_ip(request), user_agent(request))
    except sign.NotAllowed as error:
        raise Http404 from error
    name = f"{signer.envelope.filename.removesuffix('.pdf')}-signed.pdf"
    return file_response(data, name, "application/pdf")


@require_safe
@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """Where the provider sends signers back to: on to their own page, if this browser knows whose it is."""
    token = request.session.get(TOKEN_KEY, "")
    signer = sign.signer_for(token) if token else None
    if signer is None:
        return render(request, "signatures/envelopes/signer_back.html")
    sign.come_back(signer)
    return redirect("signing:invitation", token)
