"""Following an activation: its page, and what whoever ordered can do."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from customers.models import User
from customers.requests import CustomerRequest, for_members
from facts.request_origin import client_ip
from outbox.models import Mail

from .. import timeline
from ..flows import close as closing
from ..flows import hand_over
from ..flows.line import line_now, place_of
from ..flows.notify import about
from ..flows.state import NotPossible
from ..forms import CorrectionForm
from ..models import Activation
from .finding import activation_of

# htmx stops asking when it gets this status.
STOP_POLLING = 286


@require_safe
@for_members(able_to="can_view_activations")
def detail(request: CustomerRequest, pk: Any) -> HttpResponse:
    """An activation: state, person, timeline. Asked by htmx, only the part that moves."""
    activation = activation_of(request, pk)
    line, place = line_now(), place_of(activation)
    may_act = request.membership.can_send
    context = {
        "activation": activation,
        "entries": timeline.entries(list(activation.events.order_by("number"))),
        "waiting": timeline.waiting(activation, line, place),
        "is_undelivered": _is_undelivered(activation),
        # Who only looks on sees whose it is and how far it has come.
        "can_see_contacts": may_act,
        "can_correct": may_act and (activation.has_page or activation.is_waiting),
        "can_resend": may_act and activation.has_page,
        "can_cancel": may_act and closing.can_cancel(activation),
        "can_close": may_act and closing.can_close(activation),
        "can_acknowledge": may_act
        and activation.state in Activation.ATTENTION
        and not activation.acknowledged_at,
    }
    if not request.htmx:
        return render(request, "spid/detail.html", context)
    status = 200 if activation.is_waiting else STOP_POLLING
    return render(request, "spid/detail.html#live", context, status=status)


def _is_undelivered(activation: Activation) -> bool:
    """Whether the newest mail to the person was given up by the mail server."""
    mails = Mail.objects.filter(about=about(activation), recipient=activation.email).order_by("-pk")
    return mails.values_list("state", flat=True).first() == Mail.State.FAILED


@require_POST
@for_members(able_to="can_send")
def resend(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Hand the voucher over again; the earlier address is void."""
    try:
        hand_over.resend(activation_of(request, pk), request.user, client_ip(request))
    except hand_over.TooSoon as error:
        text = ngettext(
            "They were written to a moment ago. Try again in %(seconds)s second.",
            "They were written to a moment ago. Try again in %(seconds)s seconds.",
            error.seconds,
        )
        messages.warning(request, text % {"seconds": error.seconds})
    except NotPossible:
        messages.error(request, _("There is nothing to hand over now."))
    else:
        messages.success(
            request, _("Handed over again. The address in the earlier mails leads nowhere any more.")
        )
    return redirect("spid:detail", pk)


@for_members(able_to="can_send")
def correct(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Correct a person's name and contacts."""
    activation = activation_of(request, pk)
    if not (activation.has_page or activation.is_waiting):
        messages.error(request, _("This can no longer be changed."))
        return redirect("spid:detail", pk)
    form = CorrectionForm(request.POST or None, activation=activation)
    if request.method == "POST" and form.is_valid():
        try:
            hand_over.correct(activation, form.person, request.user, client_ip(request))
        except NotPossible:
            messages.error(request, _("This can no longer be changed."))
        else:
            messages.success(request, _("Corrected."))
        return redirect("spid:detail", pk)
    context = {"activation": activation, "form": form}
    return render(request, "spid/correct.html", context, status=422 if form.is_bound else 200)


def _end(
    request: CustomerRequest, pk: Any, act: Callable[[Activation, User, str], None], done: str
) -> HttpResponse:
    try:
        act(activation_of(request, pk), request.user, client_ip(request))
    except NotPossible:
        messages.error(
            request, _("That is not possible just now: it is being bought, or has come to its end.")
        )
    else:
        messages.success(request, done)
    return redirect("spid:detail", pk)


@require_POST
@for_members(able_to="can_send")
def cancel(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Leave the line before anything is bought."""
    return _end(request, pk, closing.cancel, _("Cancelled. Nothing was bought, and nothing is to pay."))


@require_POST
@for_members(able_to="can_send")
def close(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Give up a voucher that was handed over."""
    return _end(request, pk, closing.close, _("Given up. Its person's page leads nowhere any more."))


@require_POST
@for_members(able_to="can_send")
def acknowledge(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Take it off the list of what needs attention."""
    closing.acknowledge(activation_of(request, pk))
    return redirect("home")
