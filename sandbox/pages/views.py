"""Overview and error pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .. import services
from ..api.answers import Refusal, failed
from ..flows.charge import wallet
from ..models import Message, Phase, Procedure


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is here."""
    context = {
        "url": settings.SANDBOX_URL,
        "smtp_port": settings.SANDBOX_SMTP_PORT,
        "email": settings.SANDBOX_EMAIL,
        "api_key": settings.SANDBOX_API_KEY,
        "wallet": wallet(),
        "procedures": Procedure.objects.exclude(phase=Phase.WITHDRAWN)
        .order_by("-created_at", "-pk")
        .prefetch_related("signers")[:12],
        "messages": Message.objects.order_by("-pk").defer("raw", "html")[:6],
        "directory": settings.SANDBOX_DIR,
    }
    return render(request, "sandbox/overview.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


def _problem(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if services.host_of(request.path) is not None or request.path.startswith("/control/api/"):
        return failed(Refusal(status, title))
    return render(request, "sandbox/problem.html", {"title": title, "text": text}, status=status)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404, as a page or in the envelope."""
    return _problem(request, 404, "Not Found", "There is nothing at this address, or not any more.")


def broken(request: HttpRequest) -> HttpResponse:
    """500 of the sandbox's own making."""
    return _problem(request, 500, "Internal Server Error", "The sandbox itself stumbled; its log says where.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is not ours, or too old."""
    return _problem(
        request, 403, "Form Expired", "This form has expired. Go back, reload the page and try again."
    )
