"""When we write to a person by ourselves, and why: computed from what is known, so that it can be computed again.

Local times are the portal's zone. A day's offset is counted in days, so a change of the clock moves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from ..models import Activation, Contact, KeepingRule
from .state import State, locked

Kind = Contact.Kind
# Days after handing over on which whoever has not opened the voucher is asked to.
OPEN_DAYS = (2, 7, 21)
# Days after going on to the identity provider on which we ask what came of it.
ASK_DAYS = (1, 3, 10)
# Days before a revocation for want of use (the days on which identity providers themselves write).
REMINDER_DAYS = (90, 60, 30, 10, 1)
REMINDER_TIME = time(9, 0)
ASK_TIME = time(10, 0)
# What is late is not sent at night.
EARLIEST, LATEST = time(9, 0), time(20, 0)


@dataclass(frozen=True, order=True)
class Planned:
    """One mail to come."""

    at: datetime
    kind: str
    key: str


def at_local(day: date, clock: time) -> datetime:
    """A local time of a day, in UTC."""
    return datetime.combine(day, clock, tzinfo=ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


def in_daytime(now: datetime) -> datetime:
    """Now, if it is day; else the coming morning."""
    local = timezone.localtime(now)
    if local.time() < EARLIEST:
        return at_local(local.date(), EARLIEST)
    if local.time() >= LATEST:
        return at_local(local.date() + timedelta(days=1), EARLIEST)
    return now


def add_months(day: date, months: int) -> date:
    """The same day some months later; the last of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def series_of(activation: Activation) -> list[Planned]:
    """All mails that the present state calls for, by time: those of the past too."""
    match activation.state:
        case State.HANDED_OVER if activation.handed_over_at:
            return _after(Kind.OPEN, activation.handed_over_at, OPEN_DAYS)
        case State.OPENED if activation.opened_at:
            return _after(Kind.ASK, activation.opened_at, ASK_DAYS)
        case State.ACTIVE if activation.revocation_on:
            last = activation.revocation_on
            reminders = [
                Planned(at_local(last - timedelta(days=days), REMINDER_TIME), Kind.REMINDER, f"{last}:{days}")
                for days in REMINDER_DAYS
            ]
            afterwards = at_local(last + timedelta(days=1), ASK_TIME)
            return [*reminders, Planned(afterwards, Kind.AFTERWARDS, f"{last}")]
    return []


def _after(kind: str, moment: datetime, days: Iterable[int]) -> list[Planned]:
    first = timezone.localtime(moment).date()
    return [Planned(at_local(first + timedelta(days=n), ASK_TIME), kind, f"{first}:{n}") for n in days]


def next_of(series: list[Planned], written: set[tuple[str, str]], now: datetime) -> Planned | None:
    """The next mail of a series. What was written ends all before it; of what is overdue only the last is sent."""
    done = [place for place, one in enumerate(series) if (one.kind, one.key) in written]
    rest = series[done[-1] + 1 :] if done else series
    overdue = [one for one in rest if one.at <= now]
    if overdue:
        return overdue[-1]
    return rest[0] if rest else None


def next_contact(activation: Activation, now: datetime) -> Planned | None:
    """The next mail to this person, if any. Whoever opted out gets none."""
    if activation.opted_out_at or not activation.email:
        return None
    series = series_of(activation)
    if not series:
        return None
    written = set(activation.contacts.filter(key__in=[one.key for one in series]).values_list("kind", "key"))
    return next_of(series, written, now)


def replan(activation: Activation) -> None:
    """Compute the revocation by the rule in force today, and when we write next. Inside the caller's transaction."""
    now = timezone.now()
    rule = KeepingRule.objects.in_force(activation.provider_id, timezone.localdate(now))
    used = activation.last_used_on or activation.active_since
    months = rule.unused_months if rule else None
    is_kept = activation.state == State.ACTIVE and used is not None and months is not None
    activation.rule = rule
    activation.revocation_on = add_months(used, months) if is_kept and used and months else None
    planned = next_contact(activation, now)
    activation.next_contact_at = planned.at if planned else None
    activation.save(update_fields=["rule", "revocation_on", "next_contact_at"])


def replan_by_new_rules(limit: int = 500) -> int:
    """Whoever is kept by a rule that is no longer the one in force is planned anew. Returns how many."""
    today = timezone.localdate()
    count = 0
    providers = Activation.objects.filter(state=State.ACTIVE).values_list("provider", flat=True).distinct()
    for provider in list(providers.order_by()):
        rule = KeepingRule.objects.in_force(provider, today)
        stale = Activation.objects.filter(state=State.ACTIVE, provider=provider).exclude(rule=rule)
        for pk in list(stale.values_list("pk", flat=True)[:limit]):
            with locked(pk) as kept:
                replan(kept)
            count += 1
    return count
