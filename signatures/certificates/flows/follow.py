"""Follow orders at the provider, many at once (``signatures.following``)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from signatures.following import wave
from signatures.following.wave import Batch, Follower
from upstream import Order as ProviderOrder
from upstream import ProviderError
from upstream.following import Following

from ..models import Order
from . import alarms, progress
from .pace import pause_of


class OrderFollower(Follower[Order, ProviderOrder]):
    """What the wave must know about orders."""

    model, told = Order, ProviderOrder

    def due(self, now: datetime) -> QuerySet[Order]:
        return Order.objects.due(now)

    def load(self, claimed: QuerySet[Order]) -> QuerySet[Order]:
        return claimed.select_related("secret")

    async def ask(self, wave: Following, things: Sequence[Order]) -> list[ProviderOrder | ProviderError]:
        return await wave.orders([one.provider_reference for one in things])

    def has_moved(self, thing: Order, told: ProviderOrder) -> bool:
        return progress.has_moved(thing, told)

    def pause(self, thing: Order, now: datetime) -> timedelta | None:
        return pause_of(thing, now)

    def apply(self, pk: Any, told: ProviderOrder, mark: datetime) -> None:
        progress.apply(pk, told, mark)

    def is_over(self, thing: Order) -> bool:
        return thing.is_ended

    def alarm(self, thing: Order, problem: str) -> None:
        alarms.cannot_be_followed(thing, problem)


FOLLOWER = OrderFollower()


def follow_due() -> int:
    """Ask about every order that is due. Returns how many were asked about."""
    return wave.follow_due(FOLLOWER)


def claim(limit: int) -> Batch[Order] | None:
    """Take up to ``limit`` due orders, so that no other claimant gets them before the lease ends."""
    return wave.claim(FOLLOWER, limit)


def follow(batch: Batch[Order]) -> None:
    """Ask the provider about these orders at once, and write down what it says."""
    wave.follow(FOLLOWER, batch)
