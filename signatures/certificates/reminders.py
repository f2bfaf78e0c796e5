"""What people are promised to be told before something ends, and which of it is due: days alone, no database.

Who was not told in time (the clockwork stood still) is told the latest of what was due, not all of it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .windows import Window

# Days before the end on which people are told.
IDENTIFICATION = (45, 30, 14, 7, 3, 1, 0)
RENEWAL = (60, 30, 14, 7, 3, 1, 0)
REPLACEMENT = (90, 60, 30, 14, 7, 1)
# The renewal is bought, and the holder has its code: days after that, and days before the last one.
UNUSED_AFTER = (3, 10, 21, 42)
UNUSED_BEFORE = (14, 7, 3, 1, 0)
# It is somebody else's turn than the customer's, and nothing moves: days after which staff hear of it.
QUIET_WITH_STAFF = (7, 14, 30, 60)
QUIET_AT_MAKER = (30, 60, 90, 180)
# Codes that the holder has not opened: days after they were offered.
UNOPENED_AFTER = (7, 30, 90)


@dataclass(frozen=True, order=True)
class Reminder:
    """Something to be told from a day on; ``kind`` names it among all that are told of one thing."""

    due_on: date
    kind: str

    @property
    def key(self) -> tuple[str, date]:
        """What marks it as told (``models.Notice``)."""
        return self.kind, self.due_on

    @property
    def name(self) -> str:
        """The kind without its days."""
        return self.kind.partition(":")[0]


def of_identification(until: date) -> list[Reminder]:
    """The holder is to be identified until a day."""
    return list(_before("identification", until, IDENTIFICATION))


def of_renewal(window: Window) -> list[Reminder]:
    """A certificate can be renewed within these days: told when it opens, and then again and again."""
    opens = Reminder(window.opens_on, "renew:opens")
    later = [one for one in _before("renew", window.closes_on, RENEWAL) if one.due_on > window.opens_on]
    return [opens, *later]


def of_replacement(expires_on: date) -> list[Reminder]:
    """A certificate expires that cannot be renewed here."""
    return list(_before("replace", expires_on, REPLACEMENT))


def of_unused_code(since: date, closes_on: date) -> list[Reminder]:
    """The holder has the renewal code since a day, and must use it until another."""
    after = [_at("unused", since + timedelta(days=days), closes_on) for days in UNUSED_AFTER]
    before = [one for one in _before("unused", closes_on, UNUSED_BEFORE) if one.due_on > since]
    return sorted({one.due_on: one for one in [*after, *before] if one.due_on <= closes_on}.values())


def of_unopened(told_on: date) -> list[Reminder]:
    """Codes wait for the holder since a day."""
    return [Reminder(told_on + timedelta(days=days), f"unopened:{days}") for days in UNOPENED_AFTER]


def of_quiet(since: date, days: Collection[int]) -> list[Reminder]:
    """Nothing has moved since a day."""
    return [Reminder(since + timedelta(days=count), f"quiet:{count}") for count in days]


def of_expiry(expires_on: date) -> Reminder:
    """The day after the last day of validity."""
    return Reminder(expires_on + timedelta(days=1), "expired")


def due(reminders: Collection[Reminder], told: Collection[tuple[str, date]], today: date) -> Reminder | None:
    """The latest that is due by now, unless it was told already."""
    passed = [one for one in reminders if one.due_on <= today]
    latest = max(passed, default=None)
    return None if latest is None or latest.key in told else latest


def _before(name: str, end: date, days: Collection[int]) -> Iterator[Reminder]:
    for left in days:
        yield Reminder(end - timedelta(days=left), f"{name}:{left}")


def _at(name: str, day: date, end: date) -> Reminder:
    return Reminder(day, f"{name}:{(end - day).days}")
