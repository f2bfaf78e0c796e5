"""What every page may show."""

from django.conf import settings
from django.http import HttpRequest


def contact(request: HttpRequest) -> dict[str, str]:
    """The address that people write to when they need help."""
    return {"contact_email": settings.CONTACT_EMAIL}
