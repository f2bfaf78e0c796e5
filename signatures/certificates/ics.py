"""Expiries and windows of renewal as a calendar file (RFC 5545): whole days, one event for each."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _

from .models import Certificate, RenewalRule
from .windows import window_of

LINE_BYTES = 75


def calendar(
    certificates: Iterable[Certificate], rules: Mapping[tuple[str, str], RenewalRule], made_at: datetime
) -> str:
    """The text of the file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sigillo//Certificates//IT", "CALSCALE:GREGORIAN"]
    for certificate in certificates:
        for event in _events(certificate, rules.get((certificate.maker, certificate.covers))):
            lines += [*event, f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}", "END:VEVENT"]
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _events(certificate: Certificate, rule: RenewalRule | None) -> Iterator[list[str]]:
    about = {
        "holder": certificate.holder_name,
        "what": certificate.get_covers_display(),
        "maker": certificate.maker,
    }
    yield _event(certificate, "expiry", certificate.expires_on, certificate.expires_on,
                 _("Expires: %(holder)s, %(what)s (%(maker)s)") % about)  # fmt: skip
    if rule and rule.code and certificate.renewal == Certificate.Renewal.NONE:
        window = window_of(rule, certificate.expires_on)
        yield _event(certificate, "renewal", window.opens_on, window.closes_on,
                     _("To be renewed: %(holder)s, %(what)s (%(maker)s)") % about)  # fmt: skip


def _event(certificate: Certificate, name: str, first: date, last: date, summary: str) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{name}-{certificate.pk}@sigillo",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(summary)}",
        "TRANSP:TRANSPARENT",
    ]


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 bytes, never inside a letter; each further one begins with a space."""
    piece = ""
    for sign in line:
        if len((piece + sign).encode()) > LINE_BYTES:
            yield piece
            piece = " "
        piece += sign
    yield piece
