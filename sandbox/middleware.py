"""Around every call: faults, counts, and the headers of our own pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from . import faults, services, usage

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; object-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def provider_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The sandbox's one middleware: short, because every following check passes through it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if services.host_of(request.path) is None:
            return _dress(get_response(request))
        fault = faults.take_for_call(request.method or "GET", request.path)
        if fault is not None:
            response = faults.play(fault, request, get_response)
        else:
            response = get_response(request)
        usage.note(request, response)
        return response

    return middleware


def _dress(response: HttpResponse) -> HttpResponse:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cache-Control", "no-store")
    return response
