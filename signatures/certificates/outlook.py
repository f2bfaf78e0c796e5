"""What lies ahead of a certificate: until when it can be renewed, and what is to be done now, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .flows.remind import why_not_any_more
from .flows.renewable import why_not_this
from .models import Certificate, RenewalRule
from .windows import Window, window_of

State, Renewal = Certificate.State, Certificate.Renewal
SOON_DAYS = 30


@dataclass(frozen=True)
class Outlook:
    """``advice`` is what to do or know now; ``window`` is None where nothing can be renewed here."""

    certificate: Certificate
    days: int
    window: Window | None
    can_renew: bool
    advice: str
    tone: str


def outlook_of(
    certificate: Certificate, rules: Mapping[tuple[str, str], RenewalRule], today: date
) -> Outlook:
    """What lies ahead of a certificate today."""
    rule = rules.get((certificate.maker, certificate.covers))
    window = window_of(rule, certificate.expires_on) if rule and rule.code else None
    days = (certificate.expires_on - today).days
    # Asked of the rules that are at hand: a list of certificates costs no query each.
    is_open = window is not None and window.is_open(today)
    reason = why_not_this(certificate, today, rule) if certificate.state == State.ACTIVE else ""
    can_renew = certificate.state == State.ACTIVE and is_open and not reason
    advice = _advice(certificate, rule, window, today, reason)
    return Outlook(certificate, days, window, can_renew, advice, _tone(certificate, days, is_open))


def _advice(
    certificate: Certificate, rule: RenewalRule | None, window: Window | None, today: date, reason: str
) -> str:
    if certificate.state != State.ACTIVE:
        return ""
    match certificate.renewal:
        case Renewal.ORDERED:
            return _("Its renewal is ordered.")
        case Renewal.WITH_HOLDER:
            last_day = window.closes_on if window else certificate.expires_on
            return _("The holder has the renewal code and must use it by %(day)s.") % {"day": _said(last_day)}
    if reason or rule is None:
        return reason or why_not_any_more(certificate, rule)
    assert window is not None
    return _("It can be renewed until %(day)s.") % {"day": _said(window.closes_on)}


def _tone(certificate: Certificate, days: int, is_open: bool) -> str:
    if certificate.state == State.EXPIRED:
        return "danger"
    if certificate.state != State.ACTIVE:
        return "neutral"
    return "attention" if is_open or days <= SOON_DAYS else "neutral"


def _said(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
