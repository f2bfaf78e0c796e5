"""The sender has seen what needed their attention."""

from django.utils import timezone

from ..models import Envelope


def acknowledge(envelope: Envelope) -> None:
    """Take an ended envelope off the list of what needs attention."""
    Envelope.objects.filter(pk=envelope.pk, acknowledged_at=None).update(acknowledged_at=timezone.now())
    envelope.refresh_from_db()
