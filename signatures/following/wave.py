"""Follow what is due at the provider, many at once (design decision 3).

1. Claim a batch of what is due: one conditional UPDATE moves its due time ahead to a moment that nobody else
   uses; the rows that carry that moment are ours.
2. Ask about all of them in one wave, outside any transaction.
3. What has not moved is put back in bulk; what has moved changes in a transaction of its own.
One that raises is put off and logged; it never stops the line.

What is followed (an envelope, an order) has ``provider_reference``, ``next_check_at``, ``checked_at``,
``check_failures`` and ``last_problem``; a ``Follower`` says the rest.
"""

import asyncio
import logging
import random
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from billing.provider import provider, record_all
from upstream import Exchange, NotFound, ProviderError
from upstream.following import Following

from .pace import pause_after_failure, unless_hinted

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=90)
# The next beat goes on; a task that never ends would be stopped in the middle.
FOLLOWING_SECONDS = 120
FAILURES_ALARM_AT = 10
GONE_ALARMS_AT = 3

Thing = TypeVar("Thing", bound=Model)
Told = TypeVar("Told")


class Follower(ABC, Generic[Thing, Told]):
    """How one kind of thing is followed; ``model`` is what it is, ``told`` what the provider answers about it."""

    model: type[Thing]
    told: type[Told]

    @abstractmethod
    def due(self, now: datetime) -> QuerySet[Thing]:
        """Everything that is to be asked about by now."""

    @abstractmethod
    def load(self, claimed: QuerySet[Thing]) -> QuerySet[Thing]:
        """The claimed ones with all that ``has_moved`` looks at."""

    @abstractmethod
    async def ask(self, wave: Following, things: Sequence[Thing]) -> list[Told | ProviderError]:
        """What the provider says of each, in the same order."""

    @abstractmethod
    def has_moved(self, thing: Thing, told: Told) -> bool:
        """Whether the answer differs from what we know."""

    @abstractmethod
    def pause(self, thing: Thing, now: datetime) -> timedelta | None:
        """How long to leave it alone that has not moved; None: it is asked about no more."""

    @abstractmethod
    def apply(self, pk: Any, told: Told, mark: datetime) -> None:
        """Bring it up to what the provider says, in a transaction; ``mark`` is the due time it was claimed with."""

    @abstractmethod
    def is_over(self, thing: Thing) -> bool:
        """Whether "no such thing" at the provider is nothing but the end of it."""

    @abstractmethod
    def alarm(self, thing: Thing, problem: str) -> None:
        """Tell staff that it could not be asked about for long."""


@dataclass(frozen=True)
class Batch(Generic[Thing]):
    """Things that are ours to ask about until ``mark``, which stands on each as its due time."""

    things: list[Thing]
    mark: datetime


def follow_due(follower: Follower[Thing, Told]) -> int:
    """Ask about everything that is due, batch by batch. Returns how many were asked about."""
    asked = 0
    end = time.monotonic() + FOLLOWING_SECONDS
    while time.monotonic() < end and (batch := claim(follower, settings.FOLLOW_BATCH)):
        follow(follower, batch)
        asked += len(batch.things)
    return asked


def claim(follower: Follower[Thing, Told], limit: int) -> Batch[Thing] | None:
    """Take up to ``limit`` that are due, so that no other claimant gets them before the lease ends."""
    now = timezone.now()
    rows = follower.model._default_manager
    due = list(follower.due(now).order_by("next_check_at").values_list("pk", flat=True)[:limit])
    if not due:
        return None
    mark = now + LEASE + timedelta(microseconds=random.randrange(1_000_000))
    taken = follower.due(now).filter(pk__in=due).update(next_check_at=mark)
    claimed = rows.filter(pk__in=due, next_check_at=mark) if taken else rows.none()
    return Batch(list(follower.load(claimed.exclude(provider_reference=""))), mark)


def follow(follower: Follower[Thing, Told], batch: Batch[Thing]) -> None:
    """Ask the provider about these at once, and write down what it says."""
    results = _answers(follower, batch.things)
    now = timezone.now()
    quiet: dict[timedelta | None, list[Any]] = defaultdict(list)
    for thing, result in zip(batch.things, results, strict=True):
        try:
            if not isinstance(result, follower.told):
                assert result is None or isinstance(result, ProviderError)
                _put_off(follower, thing, result, batch.mark)
            elif follower.has_moved(thing, result):
                follower.apply(thing.pk, result, batch.mark)
            else:
                quiet[follower.pause(thing, now)].append(thing.pk)
        except Exception:
            log.exception("%s %s could not be followed", _name(follower), thing.pk)
            _put_off(follower, thing, None, batch.mark)
    for pause, ids in quiet.items():
        follower.model._default_manager.filter(pk__in=ids).update(
            next_check_at=None if pause is None else unless_hinted(batch.mark, now + pause),
            checked_at=now,
            check_failures=0,
            last_problem="",
        )


def _answers(
    follower: Follower[Thing, Told], things: Sequence[Thing]
) -> Sequence[Told | ProviderError | None]:
    """What the provider says of each; None where asking itself broke.

    A wave that breaks is asked again in halves, until the one that breaks it stands alone.
    """
    if not things:
        return []
    try:
        results, exchanges = asyncio.run(_ask(follower, things))
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        if len(things) == 1:
            log.exception("%s %s cannot be asked about", _name(follower), things[0].pk)
            return [None]
        middle = len(things) // 2
        return [*_answers(follower, things[:middle]), *_answers(follower, things[middle:])]
    # Here and not in the event loop: another thread would open a database connection that nobody closes.
    if exchanges:
        record_all(exchanges)
    return results


async def _ask(
    follower: Follower[Thing, Told], things: Sequence[Thing]
) -> tuple[list[Told | ProviderError], list[Exchange]]:
    async with provider().following(settings.FOLLOW_CONCURRENCY) as wave:
        results = await follower.ask(wave, things)
    return results, wave.exchanges


def _put_off(
    follower: Follower[Thing, Told], thing: Any, error: ProviderError | None, mark: datetime
) -> None:
    """A question that failed is asked again later and later; "no such thing" is the end of what is over."""
    rows = follower.model._default_manager.filter(pk=thing.pk)
    is_gone = isinstance(error, NotFound)
    if is_gone and follower.is_over(thing):
        rows.update(next_check_at=None)
        return
    now, failures = timezone.now(), thing.check_failures + 1
    rows.update(
        next_check_at=unless_hinted(mark, now + pause_after_failure(failures)),
        check_failures=failures,
        last_problem=str(error or "internal error")[:300],
    )
    if failures == (GONE_ALARMS_AT if is_gone else FAILURES_ALARM_AT):
        with transaction.atomic():
            follower.alarm(thing, str(error or "internal error"))


def _name(follower: Follower[Thing, Told]) -> str:
    return follower.model._meta.model_name or ""
