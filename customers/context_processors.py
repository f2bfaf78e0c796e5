from typing import Any

from django.http import HttpRequest


def memberships(request: HttpRequest) -> dict[str, Any]:
    """The organisations that this person may switch between, and what they may do in the current one."""
    return {
        "memberships": getattr(request, "memberships", []),
        "membership": getattr(request, "membership", None),
        "organisation": getattr(request, "organisation", None),
    }
