"""Where a request comes from, as far as it can be believed."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The visitor's address: the connection's own, or the one that ``TRUSTED_PROXIES`` proxies of ours saw.

    What comes further left in ``X-Forwarded-For`` is anybody's claim. Empty when no address is known.
    """
    behind = settings.TRUSTED_PROXIES
    connection = _address(str(request.META.get("REMOTE_ADDR", "")))
    seen = [part for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if not behind or len(seen) < behind:
        return connection
    return _address(seen[-behind]) or connection


def _address(text: str) -> str:
    """An IP address as it is kept, without port, brackets and zone; empty for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return ""


def user_agent(request: HttpRequest) -> str:
    """What the browser calls itself, cut to what is kept."""
    return request.headers.get("User-Agent", "")[:300]
