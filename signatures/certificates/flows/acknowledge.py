"""The customer has seen what needed their attention."""

from django.utils import timezone

from ..models import Order


def acknowledge(order: Order) -> None:
    """Take an order that ended badly off the list of what needs attention."""
    Order.objects.filter(pk=order.pk, state__in=Order.ENDED_BADLY, acknowledged_at=None).update(
        acknowledged_at=timezone.now()
    )
    order.refresh_from_db()
