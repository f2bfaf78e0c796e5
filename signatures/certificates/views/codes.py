"""The holder's codes, for a holder who is a member: opened once, right after the second factor was proven."""

import time
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from customers.requests import CustomerRequest, for_members
from facts.request_origin import client_ip

from ..flows import open_secrets
from ..flows.seal_secrets import secret_of
from ..flows.state import NotPossible
from ..models import Order
from ..secret_words import names_in_words
from .finding import order_of

# How long a proven second factor opens the vault.
RECENT_SECONDS = 300


@never_cache
@for_members()
def codes(request: CustomerRequest, pk: Any) -> HttpResponse:
    """What waits for this member, and only for them; posted, it is shown once."""
    order = order_of(request, pk)
    secret = secret_of(order)
    if secret is None or not open_secrets.is_own(order, request.user):
        raise Http404
    shown = None
    if request.method == "POST":
        if not has_proven_second_factor(request):
            return _to_second_factor(request)
        try:
            shown = open_secrets.open_by_second_factor(order, request.user, client_ip(request))
        except (open_secrets.AlreadyOpened, NotPossible):
            return redirect("orders:codes", order.pk)
        secret.refresh_from_db()
    context = {
        "order": order,
        "facts": order.facts,
        "secret": secret,
        "shown": shown,
        "inside": names_in_words(secret.names),
        "has_second_factor": get_adapter().is_mfa_enabled(request.user),
        "is_proven": has_proven_second_factor(request),
        "prove_url": _second_factor_url(request),
        "set_up_url": f"{reverse('mfa_index')}?{urlencode({'next': request.path})}",
    }
    return render(request, "signatures/certificates/codes.html", context)


def has_proven_second_factor(request: CustomerRequest) -> bool:
    """Whether this person has shown their second factor (code, passkey) in the last minutes."""
    records = get_authentication_records(request, request.user)
    proven = [record["at"] for record in records if record.get("method") == "mfa"]
    return bool(proven) and time.time() - max(proven) < RECENT_SECONDS


def _second_factor_url(request: CustomerRequest) -> str:
    return f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.path})}"


def _to_second_factor(request: CustomerRequest) -> HttpResponse:
    return HttpResponseRedirect(_second_factor_url(request))


@require_POST
@for_members(able_to="can_send")
def write_again(request: CustomerRequest, pk: Any) -> HttpResponse:
    """A new letter to the holder, who has lost the first."""
    order: Order = order_of(request, pk)
    try:
        open_secrets.send_address_again(order, request.user, client_ip(request))
    except open_secrets.TooSoon:
        messages.info(request, _("The holder was written to a moment ago. Give the mail some minutes."))
    except NotPossible:
        messages.error(request, _("There is nothing to open any more, or no way for the holder to open it."))
    else:
        messages.success(request, _("The holder was written to. The address in the earlier mail is void."))
    return redirect("orders:detail", order.pk)
