"""The inbox: every mail and SMS that the sandbox caught."""

from __future__ import annotations

import secrets

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..flows.messages import links_in
from ..models import Message
from .mail_html import tame

_SHOWN = 200


def _message(number: int) -> Message:
    message = Message.objects.filter(pk=number).first()
    if message is None:
        raise Http404
    return message


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Newest first, of one recipient or of all; with the page's script it keeps itself fresh."""
    wanted, kind = request.GET.get("to", "").strip(), request.GET.get("kind", "")
    rows = Message.objects.order_by("-pk").defer("raw", "html")
    if wanted:
        rows = rows.filter(Q(to__icontains=wanted) | Q(subject__icontains=wanted))
    if kind in {"email", "sms"}:
        rows = rows.filter(kind=kind)
    context = {
        "messages": rows[:_SHOWN],
        "wanted": wanted,
        "kind": kind,
        "count": rows.count(),
        "shown": _SHOWN,
    }
    return render(request, "sandbox/inbox.html", context)


@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One message."""
    message = _message(number)
    return render(request, "sandbox/message.html", {"message": message, "links": links_in(message)})


@require_safe
def html(request: HttpRequest, number: int) -> HttpResponse:
    """The HTML part of a mail by itself, tamed and in a browser sandbox."""
    nonce = secrets.token_urlsafe(16)
    response = HttpResponse(tame(_message(number).html, nonce))
    response["Content-Security-Policy"] = (
        f"sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'nonce-{nonce}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    return response


@require_safe
def source(request: HttpRequest, number: int) -> HttpResponse:
    """A mail as it came in, to be read and not shown."""
    return HttpResponse(bytes(_message(number).raw), content_type="text/plain; charset=utf-8")
