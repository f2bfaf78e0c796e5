"""The one door to an activation and to a draft: their own organisation's, or 404."""

from typing import Any

from django.shortcuts import get_object_or_404

from customers.requests import CustomerRequest

from ..models import Activation, Order


def activation_of(request: CustomerRequest, pk: Any) -> Activation:
    """An ordered activation of the organisation that is acted for. Raises ``Http404``."""
    mine = Activation.objects.for_organisation(request.organisation).placed()
    return get_object_or_404(
        mine.select_related("organisation", "order__created_by", "purchase", "provider", "rule"), pk=pk
    )


def draft_of(request: CustomerRequest, pk: Any) -> Order:
    """A draft of the organisation that is acted for. Raises ``Http404``."""
    mine = Order.objects.for_organisation(request.organisation).drafts()
    return get_object_or_404(mine.select_related("organisation"), pk=pk)
