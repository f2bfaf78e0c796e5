"""Where a request comes from, as far as it can be believed."""

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The visitor's address: the connection's own, or the one that ``TRUSTED_PROXIES`` proxies of ours saw."""
    behind = settings.TRUSTED_PROXIES
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    if behind and len(forwarded) >= behind:
        return forwarded[-behind][:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def user_agent(request: HttpRequest) -> str:
    """What the browser calls itself, cut to what is kept."""
    return request.headers.get("User-Agent", "")[:300]
