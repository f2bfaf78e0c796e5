"""The holder's own page, by the secret address in their mail: a code to their mobile, then the codes, once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from customers.limits import allow
from facts.request_origin import client_ip
from outbox import sms

from ..flows import open_secrets
from ..flows.holder_done import holder_says_done
from ..flows.state import NotPossible
from ..forms.codes import CodeForm
from ..models import Certificate, HolderSecret
from ..secret_words import names_in_words

# Guessing addresses is hopeless; trying all the same is slowed down.
MOST_ADDRESSES = (60, 60)
HolderView = Callable[..., HttpResponse]


def for_holders(view: HolderView) -> HolderView:
    """Find the secret by its token; 404 where there is none. The page speaks the holder's language at first."""

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, token: str) -> HttpResponse:
        if not allow(f"holder-page:{client_ip(request)}", *MOST_ADDRESSES):
            return render(request, "429.html", status=429)
        secret = open_secrets.secret_for(token)
        if secret is None:
            return render(request, "signatures/certificates/holder_unknown.html", status=404)
        _speak(request, secret)
        return view(request, secret, token)

    return found


def _speak(request: HttpRequest, secret: HolderSecret) -> None:
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and not request.user.is_authenticated:
        translation.activate(secret.order.language)
        request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]


@require_safe
@for_holders
def codes(request: HttpRequest, secret: HolderSecret, token: str) -> HttpResponse:
    """What waits, and the ways to open it."""
    return _show(request, secret, token)


@require_POST
@for_holders
def send_code(request: HttpRequest, secret: HolderSecret, token: str) -> HttpResponse:
    """A code to the holder's mobile."""
    try:
        open_secrets.send_code(secret, client_ip(request))
    except open_secrets.TooMany:
        return _show(
            request, secret, token, status=429, problem=_("Too many codes were sent. Try again later.")
        )
    except (open_secrets.AlreadyOpened, open_secrets.NoMobile):
        return redirect("codes:codes", token)
    return redirect("codes:codes", token)


@require_POST
@for_holders
def open_codes(request: HttpRequest, secret: HolderSecret, token: str) -> HttpResponse:
    """The codes, once, for the code that was sent."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show(request, secret, token, status=422, form=form)
    try:
        shown = open_secrets.open_by_mobile(secret, form.cleaned_data["code"], client_ip(request))
    except open_secrets.WrongCode as wrong:
        form.add_error("code", _wrong(wrong.left))
    except open_secrets.CodeGone:
        form.add_error("code", _("This code has run out or was tried too often. Have a new one sent."))
    except open_secrets.TooMany:
        form.add_error("code", _("Too many tries. Try again tomorrow."))
    except open_secrets.AlreadyOpened:
        return redirect("codes:codes", token)
    else:
        secret.refresh_from_db()
        return _show(request, secret, token, shown=shown)
    return _show(request, secret, token, status=422, form=form)


@require_POST
@for_holders
def done(request: HttpRequest, secret: HolderSecret, token: str) -> HttpResponse:
    """The holder has renewed their certificate at the maker, and says so."""
    try:
        holder_says_done(secret.order, client_ip(request))
    except NotPossible:
        pass  # Somebody else has said it meanwhile; the page shows what holds.
    return redirect("codes:codes", token)


def _show(
    request: HttpRequest, secret: HolderSecret, token: str, status: int = 200, **context: Any
) -> HttpResponse:
    order = secret.order
    mobile = open_secrets.mobile_of(order)
    renewed = Certificate.objects.filter(renewal_orders=order).first()
    context = {
        "form": CodeForm(),
        "shown": None,
        "problem": "",
        **context,
        "secret": secret,
        "token": token,
        "order": order,
        "facts": order.facts,
        "organisation": order.organisation,
        "inside": names_in_words(secret.names),
        "mobile": sms.masked(mobile) if mobile else "",
        "is_code_sent": bool(secret.code_digest),
        "is_member": bool(
            open_secrets.members_with(order.organisation, open_secrets.holder_of(order)["email"])
        ),
        "renewed": renewed,
        "can_say_done": renewed is not None and renewed.renewal in Certificate.OPEN_RENEWALS,
    }
    return render(request, "signatures/certificates/holder_codes.html", context, status=status)


def _wrong(left: int) -> str:
    if not left:
        return _("This is not the code, and there is no try left. Have a new one sent.")
    return ngettext(
        "This is not the code. %(left)s try left.", "This is not the code. %(left)s tries left.", left
    ) % {"left": left}
