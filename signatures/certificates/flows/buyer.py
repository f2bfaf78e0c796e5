"""How an order is bought: what the purchase fence asks of us."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from billing.flows.buyers import Bought, TooLate
from billing.flows.meter import MeteredPerson, meter
from billing.models import Purchase
from billing.provider import provider
from upstream import NewOrder, NotFound, ProductFamily, ProviderError
from upstream import Order as ProviderOrder

from .. import letters
from ..models import Order
from . import notify, renew
from .price import options_of
from .progress import take_in
from .renewable import why_not_any_longer
from .request import VideoRequest, request_digest, request_of
from .state import Actor, locked, move, tell

# The provider's list is read from a little before the call on: clocks differ.
CLOCKS_APART = timedelta(minutes=5)
# An identification by video is a part of another order, and has no reference of its own.
VIDEO_MARK = ":video"


class RequestChanged(Exception):
    """The order is no longer what the purchase was intended for."""


class OrderBuyer:
    """Buys, finds again and follows up orders of qualified signatures."""

    def prepare(self, purchase: Purchase) -> NewOrder | VideoRequest:
        """Say what is wanted: exactly what was intended, or ``RequestChanged``.

        A renewal may have waited for credit until its last day was over: then ``TooLate``.
        """
        order = _order_of(purchase)
        if order.product_family is ProductFamily.RENEWAL:
            _refuse_what_is_over(order)
        if request_digest(order) != purchase.request_digest:
            raise RequestChanged(str(order.pk))
        return request_of(order, purchase)

    def call(self, purchase: Purchase, request: NewOrder | VideoRequest) -> Bought:
        """Order at the provider; costs money. Raises ``ProviderError``."""
        qualified = provider().qualified
        if isinstance(request, VideoRequest):
            return _video(qualified.add_video_recognition(request.reference))
        told = qualified.create_order(request)
        return Bought(told.reference, told)

    def look_up(self, purchase: Purchase) -> list[Bought]:
        """Every order at the provider that carries this purchase's key. Raises ``ProviderError``.

        With an identification by video nothing of ours travels: it was bought if the order that it belongs to has one.
        """
        order = _order_of(purchase)
        if order.product_family is ProductFamily.RECOGNITION:
            bought = self.read(purchase, _video_reference(order))
            return [bought] if bought else []
        listed = provider().qualified.recent_orders(purchase.created_at - CLOCKS_APART, order.code)
        references = [summary.reference for summary in listed]
        known = _known_among(purchase, references)
        found = (self.read(purchase, reference) for reference in references if reference not in known)
        return [bought for bought in found if bought]

    def read(self, purchase: Purchase, reference: str) -> Bought | None:
        """This order, if it carries this purchase's key. Raises ``ProviderError``."""
        order = _order_of(purchase)
        is_video = order.product_family is ProductFamily.RECOGNITION
        if is_video and reference not in {_video_reference(order), _wanted(order).provider_reference}:
            return None
        try:
            told = provider().qualified.order(reference.removesuffix(VIDEO_MARK))
        except NotFound:
            return None
        if is_video:
            is_ours = told.has_video_recognition and not _known_among(purchase, [_video_reference(order)])
            return _video(told) if is_ours else None
        return Bought(reference, told) if told.callback_key == purchase.callback_key else None

    def on_bought(self, purchase: Purchase, bought: Bought) -> None:
        """Meter it once, take over what the answer tells, and begin to follow."""
        now = timezone.now()
        with locked(purchase.order.pk) as order:
            tell(order, "bought", actor=Actor.PROVIDER, reference=bought.reference)
            _meter(order, purchase)
            if order.product_family is ProductFamily.RECOGNITION:
                _add_video(order, bought.answer)
                return
            order.provider_reference = bought.reference
            order.next_check_at = now
            order.save(update_fields=["provider_reference", "next_check_at"])
            take_in(order, bought.answer)

    def on_refused(self, purchase: Purchase, error: ProviderError) -> None:
        """The provider will not have it: nothing was bought, and the customer is told."""
        with locked(purchase.order.pk) as order:
            if not move(order, Order.State.FAILED, last_problem=error.message[:300]):
                return
            if isinstance(error, TooLate):
                tell(order, "too_late", message=error.message[:300])
            else:
                tell(order, "purchase_refused", actor=Actor.PROVIDER, message=error.message[:300])
            renew.release(order)
            notify.mail_customer(order, letters.order_ended, fact="refused", problem=error.message)

    def on_waiting(self, purchase: Purchase) -> None:
        """Show the customer what the purchase waits for."""
        waiting = {
            Purchase.State.AWAITING_FUNDS: (Order.State.QUEUED, "awaiting_funds"),
            Purchase.State.AWAITING_CREDIT: (Order.State.QUEUED, "awaiting_credit"),
            Purchase.State.UNKNOWN: (Order.State.UNCLEAR, "purchase_unclear"),
            Purchase.State.UNDECIDED: (Order.State.UNCLEAR, ""),
            Purchase.State.INTENDED: (Order.State.BUYING, ""),
        }
        state, event = waiting[Purchase.State(purchase.state)]
        with locked(purchase.order.pk) as order:
            if order.state != state and move(order, state) and event:
                tell(order, event)

    def on_withdrawn(self, purchase: Purchase) -> None:
        """Staff gave the purchase up: nothing was bought."""
        with locked(purchase.order.pk) as order:
            if move(order, Order.State.WITHDRAWN):
                tell(order, "withdrawn", actor=Actor.STAFF)
                renew.release(order)
                notify.mail_customer(order, letters.order_ended, fact="withdrawn")


def _refuse_what_is_over(order: Order) -> None:
    """An impossible renewal is never bought. Raises ``TooLate``, with the reason in the customer's language."""
    with translation.override(order.created_by.language or settings.LANGUAGE_CODE):
        if why := why_not_any_longer(order):
            raise TooLate(why)


def _order_of(purchase: Purchase) -> Order:
    return Order.objects.select_related("organisation", "created_by", "video_for", "renews").get(
        purchase=purchase
    )


def _wanted(order: Order) -> Order:
    """The Aruba order that an identification by video belongs to."""
    assert order.video_for is not None, "an identification by video names its order"
    return order.video_for


def _video_reference(order: Order) -> str:
    return _wanted(order).provider_reference + VIDEO_MARK


def _video(told: ProviderOrder) -> Bought:
    return Bought(told.reference + VIDEO_MARK, told)


def _known_among(purchase: Purchase, references: Sequence[str]) -> set[str]:
    """Those that belong to other purchases of ours."""
    others = Purchase.objects.filter(generation=purchase.generation, provider_reference__in=references)
    return set(others.exclude(pk=purchase.pk).values_list("provider_reference", flat=True))


def _meter(order: Order, purchase: Purchase) -> None:
    """One row for each piece and each option, at the prices that the customer agreed to when ordering."""
    now = timezone.now()
    title = str(order.facts.title)
    person = (
        order.holder_name or (order.video_for.holder_name if order.video_for else "") or _recipient(order)
    )
    pieces = [
        MeteredPerson(f"{order.pk}:{number}", person, order.pk, title)
        for number in range(1, order.quantity + 1)
    ]
    meter(purchase, pieces, now)
    for option in options_of(order):
        along = [MeteredPerson(f"{order.pk}:{option.name}", person, order.pk, title)]
        meter(purchase, along, now, product=option.key)


def _recipient(order: Order) -> str:
    """Who gets what is for nobody in particular."""
    return str(order.details.get("options", {}).get("recipient") or order.organisation.name)


def _add_video(order: Order, told: Any) -> None:
    """The identification by video is there: the Aruba order goes on with it, and needs no papers any more."""
    now = timezone.now()
    move(order, Order.State.ISSUED)
    move(order, Order.State.ACTIVE, provider_state=told.raw_state[:60], provider_number=told.number[:40])
    tell(order, "video_added", actor=Actor.PROVIDER)
    with locked(_wanted(order).pk) as aruba:
        tell(aruba, "video_added", actor=Actor.PROVIDER)
        take_in(aruba, told)
        Order.objects.filter(pk=aruba.pk, next_check_at__isnull=False).update(next_check_at=now)
