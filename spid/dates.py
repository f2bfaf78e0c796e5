"""The dates of a person's identity, by the rule in force: on a page, and as a calendar that other programs read.

Every date here follows from what the person told us and from the identity provider's rules as we know them: none is
a promise of the provider's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .flows.plan import REMINDER_DAYS, add_months
from .models import Activation

# So many renewals are shown ahead.
YEARS_AHEAD = 3


@dataclass(frozen=True)
class Dated:
    """One day to know of. ``kind`` tells what it is, for icons and for the calendar's identifiers."""

    day: date
    kind: str
    title: str
    detail: str = ""


def dates_of(activation: Activation, today: date) -> list[Dated]:
    """What lies ahead, and the day it began, by time."""
    if activation.active_since is None:
        return []
    found = [Dated(activation.active_since, "active", _("Active since"), _("As you told us."))]
    found += _renewals(activation, today)
    if activation.revocation_on:
        last = activation.revocation_on
        for days in REMINDER_DAYS:
            if (day := last - timedelta(days=days)) >= today:
                before = ngettext("%(days)s day before", "%(days)s days before", days) % {"days": days}
                found.append(Dated(day, f"reminder-{days}", _("We remind you to use it"), before))
        detail = _("If it is not used before. Any use at level 1 or 2 will do.")
        found.append(Dated(last, "revocation", _("Revoked, if unused until here"), detail))
    return sorted(found, key=lambda one: (one.day, one.kind))


def _renewals(activation: Activation, today: date) -> Iterable[Dated]:
    rule, since = activation.rule, activation.active_since
    if rule is None or since is None or not rule.first_months or not rule.renewal_months:
        return
    words = {
        rule.Renewal.AUTOMATIC: _("The identity provider renews it by itself."),
        rule.Renewal.ON_REQUEST: _("The identity provider renews it only if you ask for it."),
        rule.Renewal.UNKNOWN: _("How it is renewed, we do not know: look at your identity provider's."),
    }[rule.Renewal(rule.renewal)]
    day, months = add_months(since, rule.first_months), rule.first_months
    until = add_months(today, 12 * YEARS_AHEAD)
    while day <= until:
        if day >= today:
            yield Dated(day, f"renewal-{months}", _("End of its validity"), words)
        months += rule.renewal_months
        day = add_months(since, months)


def as_ics(activation: Activation, dates: list[Dated], now: datetime) -> str:
    """The same dates as iCalendar (RFC 5545): whole days, so that no zone can move them."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sigillo//SPID//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_escaped('SPID')}")
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for one in dates:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{activation.pk}-{one.kind}@sigillo",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped('SPID: ' + one.title)}",
            *([f"DESCRIPTION:{_escaped(one.detail)}"] if one.detail else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _folded(line: str) -> str:
    """A line in pieces of at most 75 bytes, none of which splits a character."""
    pieces, piece, size = [], "", 0
    for sign in line:
        length = len(sign.encode())
        if size + length > 75:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + sign, size + length
    return "\r\n".join([*pieces, piece])
