"""Following an envelope: its page, what one can do there, and what one can take home."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from customers.requests import CustomerRequest, for_members
from documents.flows.store import Damaged, read
from documents.responses import file_response
from facts.chain import ChainedEvent
from facts.request_origin import client_ip
from upstream import redacted_audit

from .. import timeline
from ..flows.acknowledge import acknowledge as see
from ..flows.bundle import evidence as bundle
from ..flows.cancel import can_cancel
from ..flows.cancel import cancel as end_envelope
from ..flows.invite import TooSoon
from ..flows.invite import resend as invite_again
from ..flows.prepare import copy_of
from ..flows.state import NotPossible, locked, tell
from ..models import Envelope, Signer
from .finding import envelope_of

# htmx stops asking when it gets this status.
STOP_POLLING = 286


@require_safe
@for_members(able_to="can_view_envelopes")
def detail(request: CustomerRequest, pk: Any) -> HttpResponse:
    """An envelope: state, signers, timeline, downloads. Asked by htmx, only the part that moves."""
    envelope = envelope_of(request, pk)
    if envelope.state == Envelope.State.DRAFT:
        if request.membership.can_send:
            return redirect(
                "envelopes:review" if envelope.signers.exists() else "envelopes:signers", envelope.pk
            )
        return render(request, "signatures/envelopes/draft.html", {"envelope": envelope})
    signers = list(envelope.signers.order_by("position"))
    entries = timeline.entries(list(envelope.events.order_by("number")))
    waiting = timeline.waiting(envelope, signers)
    may_send = request.membership.can_send
    context = {
        "envelope": envelope,
        "signers": signers,
        "entries": entries,
        "waiting": waiting,
        # Whatever there is to see comes with an event: while this is the same, nothing has moved.
        "version": f"{envelope.state}.{len(entries)}",
        "can_cancel": may_send and can_cancel(envelope),
        "can_resend": may_send and envelope.state == Envelope.State.SIGNING,
        "can_acknowledge": may_send
        and envelope.state in Envelope.ATTENTION
        and envelope.acknowledged_at is None,
        "can_copy": may_send and envelope.is_ended,
    }
    if not request.htmx:
        return render(request, "signatures/envelopes/detail.html", context)
    return _show_live(request, envelope, context)


def _show_live(request: CustomerRequest, envelope: Envelope, context: dict[str, Any]) -> HttpResponse:
    """The part that moves, with a sentence to be read aloud; nothing when the page shows it already."""
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)
    status = 200 if envelope.is_under_way else STOP_POLLING
    response = render(request, "signatures/envelopes/detail.html#live", context, status=status)
    news = [entry.title for entry in context["entries"][-1:]] + [context["waiting"].title]
    return trigger_client_event(response, "sigillo:say", {"value": ". ".join(filter(None, news))})


@require_POST
@for_members(able_to="can_send")
def cancel(request: CustomerRequest, pk: Any) -> HttpResponse:
    """End an envelope that is under way."""
    envelope = envelope_of(request, pk)
    try:
        end_envelope(envelope, request.user, client_ip(request))
    except NotPossible:
        messages.error(request, _("It cannot be cancelled just now: it has ended, or is being handed over."))
    else:
        messages.success(request, _("Cancelled. Whoever was invited is told."))
    return redirect("envelopes:detail", pk)


@require_POST
@for_members(able_to="can_send")
def resend(request: CustomerRequest, pk: Any, signer: Any) -> HttpResponse:
    """Send a signer's invitation again."""
    mine = Signer.objects.for_organisation(request.organisation).filter(envelope_id=pk)
    person = get_object_or_404(mine, pk=signer)
    try:
        invite_again(person, request.user, client_ip(request))
    except TooSoon as error:
        text = ngettext(
            "They were written to a moment ago. Try again in %(seconds)s second.",
            "They were written to a moment ago. Try again in %(seconds)s seconds.",
            error.seconds,
        )
        messages.warning(request, text % {"seconds": error.seconds})
    except NotPossible:
        messages.error(request, _("This signer cannot be invited now."))
    else:
        messages.success(
            request, _("The invitation to %(name)s was sent again.") % {"name": person.full_name}
        )
    return redirect("envelopes:detail", pk)


@require_POST
@for_members(able_to="can_send")
def acknowledge(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Take an ended envelope off the list of what needs attention."""
    see(envelope_of(request, pk))
    return redirect("home")


@require_POST
@for_members(able_to="can_send")
def copy(request: CustomerRequest, pk: Any) -> HttpResponse:
    """Prepare an envelope that has ended once more: a new draft with all that was typed for it."""
    envelope = envelope_of(request, pk, state__in=Envelope.ENDED)
    try:
        draft = copy_of(envelope, request.user)
    except Damaged:
        messages.error(request, _("Its document is not kept any more. Start with a new envelope."))
        return redirect("envelopes:detail", pk)
    messages.success(
        request, _("This is a new draft with the same document and signers. Nothing is sent yet.")
    )
    return redirect("envelopes:document", draft.pk)


def _completed(request: CustomerRequest, pk: Any) -> Envelope:
    return envelope_of(request, pk, state=Envelope.State.COMPLETED)


def _note(request: CustomerRequest, envelope: Envelope, kind: str, **data: str) -> None:
    with locked(envelope.pk) as completed:
        who = {
            "actor": ChainedEvent.Actor.CUSTOMER,
            "actor_name": str(request.user),
            "ip": client_ip(request),
        }
        tell(completed, kind, **who, **data)


@require_safe
@for_members(able_to="can_view_envelopes")
def original(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The document as it was sent."""
    envelope = envelope_of(request, pk)
    return file_response(read(envelope.original), envelope.filename, "application/pdf")


@require_safe
@for_members(able_to="can_view_envelopes")
def signed(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The signed document."""
    envelope = _completed(request, pk)
    if envelope.signed is None:
        raise Http404
    data = read(envelope.signed)
    _note(request, envelope, "document_downloaded")
    return file_response(data, f"{envelope.filename.removesuffix('.pdf')}-signed.pdf", "application/pdf")


@require_safe
@for_members(able_to="can_view_envelopes")
def audit(request: CustomerRequest, pk: Any, form: str) -> HttpResponse:
    """The audit trail, as PDF or as JSON; what opens something is blacked out."""
    envelope = _completed(request, pk)
    stored = {"pdf": envelope.audit_trail_pdf, "json": envelope.audit_trail}.get(form)
    if stored is None:
        raise Http404
    data = read(stored)
    _note(request, envelope, "audit_downloaded", form=form)
    stem = envelope.filename.removesuffix(".pdf")
    if form == "pdf":
        return file_response(data, f"{stem}-audit-trail.pdf", "application/pdf")
    return file_response(redacted_audit(data), f"{stem}-audit-trail.json", "application/json")


@require_safe
@for_members(able_to="can_view_envelopes")
def evidence(request: CustomerRequest, pk: Any) -> HttpResponse:
    """The evidence bundle."""
    envelope = _completed(request, pk)
    data = bundle(envelope, request.user, client_ip(request))
    return file_response(data, f"{envelope.filename.removesuffix('.pdf')}-evidence.zip", "application/zip")
