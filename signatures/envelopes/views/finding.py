"""The one door to an envelope: its own organisation's, or 404."""

from typing import Any

from django.shortcuts import get_object_or_404

from customers.requests import CustomerRequest

from ..models import Envelope


def envelope_of(request: CustomerRequest, pk: Any, **conditions: Any) -> Envelope:
    """An envelope of the organisation that is acted for. Raises ``Http404``."""
    mine = Envelope.objects.for_organisation(request.organisation)
    return get_object_or_404(
        mine.select_related("organisation", "created_by", "original"), pk=pk, **conditions
    )
