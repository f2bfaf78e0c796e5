"""Where a signer signs."""

from __future__ import annotations

from django.conf import settings

from ..models import Signer


def link_of(signer: Signer) -> str:
    """The signer's own link; a secret."""
    return f"{settings.SANDBOX_URL}/sign/{signer.secret}"
