"""Which Aruba orders may still be given identification by video (VIDEORIC)."""

from upstream import ProductFamily

from ..models import Order
from ..models.order import OrderQuerySet

# Once somebody is identified, there is nothing left to buy it for.
OPEN = (
    Order.State.DOCUMENTS_NEEDED, Order.State.IN_REVIEW, Order.State.RETURNED, Order.State.SUBMITTED,
    Order.State.IDENTIFICATION_PENDING,
)  # fmt: skip
GIVEN_UP = (Order.State.FAILED, Order.State.WITHDRAWN, Order.State.REJECTED, Order.State.LAPSED)


def candidates(order: Order) -> list[Order]:
    """The organisation's orders that this one may add a video identification to, newest first."""
    return [one for one in _open(order).order_by("-ordered_at")[:200] if not _has_video(one)]


def can_have_video(order: Order, wanted: Order | None) -> bool:
    """Whether the chosen one may still be given it."""
    if wanted is None:
        return False
    found = _open(order).filter(pk=wanted.pk).first()
    return found is not None and not _has_video(found)


def _open(order: Order) -> OrderQuerySet:
    mine = Order.objects.for_organisation(order.organisation).filter(
        family=ProductFamily.ARUBA, state__in=OPEN
    )
    others = Order.objects.exclude(pk=order.pk).exclude(state__in=[*GIVEN_UP, Order.State.DRAFT])
    return mine.exclude(provider_reference="").exclude(video_orders__in=others)


def _has_video(order: Order) -> bool:
    return bool(order.details.get("options", {}).get("has_video"))
