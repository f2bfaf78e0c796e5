"""The one door to an order: its own organisation's, or 404."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from customers.requests import CustomerRequest

from ..models import Order


def order_of(request: CustomerRequest, pk: Any, **conditions: Any) -> Order:
    """An order of the organisation that is acted for. Raises ``Http404``."""
    mine = Order.objects.for_organisation(request.organisation)
    return get_object_or_404(
        mine.select_related("organisation", "created_by", "renews", "video_for"), pk=pk, **conditions
    )


def editable_order(request: CustomerRequest, pk: Any) -> Order:
    """The same, while its data may be changed. Raises ``Http404``."""
    order = order_of(request, pk)
    if not order.is_editable:
        raise Http404
    return order
