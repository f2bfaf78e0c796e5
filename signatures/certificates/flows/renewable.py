"""Whether a certificate may be renewed now, and why not: an impossible renewal is never offered nor bought."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from signatures.catalogue.products import ProductFacts
from vault import fingerprints

from ..models import Certificate, Order, RenewalRule
from ..models.prints import PURPOSES, kept
from ..steps import PERSON, RENEWAL
from ..windows import window_of

State, Renewal = Certificate.State, Certificate.Renewal


def why_not(
    rule: RenewalRule | None,
    *,
    expires_on: date,
    renewals_count: int = 0,
    device_since: date | None = None,
    today: date,
) -> str:
    """Why such a certificate cannot be renewed today, in the reader's language; empty if it can."""
    if rule is None or not rule.code:
        return what_instead(rule)
    window = window_of(rule, expires_on)
    if expires_on < today:
        return _("It has expired, and what has expired is not renewed: a new one is needed.")
    if today > window.closes_on:
        return _last_day_was(window.closes_on)
    if never := why_never(rule, renewals_count, device_since, max(today, window.opens_on)):
        return never
    if today < window.opens_on:
        return _("It can be renewed from %(day)s on.") % {"day": _said(window.opens_on)}
    return ""


def why_never(rule: RenewalRule | None, renewals_count: int, device_since: date | None, on: date) -> str:
    """Why a certificate cannot be renewed from a day on, however soon one comes; empty if it can."""
    if rule is None or not rule.code:
        return what_instead(rule)
    if rule.max_renewals is not None and renewals_count >= rule.max_renewals:
        return _("This device was renewed already, and is renewed no more: a new one is needed.")
    if rule.max_device_years and device_since and _years(device_since, on) >= rule.max_device_years:
        return _("This device is too old to be renewed: a new one is needed.")
    return ""


def why_not_this(certificate: Certificate, today: date | None = None, rule: RenewalRule | None = None) -> str:
    """The same for a certificate that we know; ``rule`` spares the question where it is at hand."""
    if certificate.state == State.ACTIVE and certificate.renewal != Renewal.NONE:
        return _("Its renewal is under way already.")
    return _why_not_by_its_days(certificate, today or timezone.localdate(), rule)


def _why_not_by_its_days(certificate: Certificate, today: date, rule: RenewalRule | None = None) -> str:
    if certificate.state != State.ACTIVE:
        return _("It is %(state)s, and only an active one is renewed.") % {
            "state": certificate.get_state_display().lower()
        }
    return why_not(
        rule or RenewalRule.objects.for_certificate(certificate.maker, certificate.covers, today),
        expires_on=certificate.expires_on,
        renewals_count=certificate.renewals_count,
        device_since=certificate.device_since,
        today=today,
    )


def last_day_is_over(certificate: Certificate, rule: RenewalRule | None) -> str:
    """That the last day to renew a certificate has passed."""
    return _last_day_was(
        window_of(rule, certificate.expires_on).closes_on if rule else certificate.expires_on
    )


def _last_day_was(day: date) -> str:
    return _("The last day to renew it was %(day)s: a new one is needed.") % {"day": _said(day)}


def what_instead(rule: RenewalRule | None) -> str:
    """What to do where no renewal can be bought here."""
    language = (translation.get_language() or "it")[:2]
    told = getattr(rule, f"text_{language}", "") if rule else ""
    return told or _("This maker's certificates cannot be renewed here: a new one is needed.")


def why_not_for(order: Order, values: Mapping[str, Any], today: date | None = None) -> str:
    """Why the certificate that a renewal order names cannot be renewed; empty if it can."""
    facts = order.facts
    if order.renews:
        if not is_of(order.renews, facts):
            return _("This product renews another kind of certificate.")
        return why_not_this(order.renews, today)
    return is_renewed_already(order) or _why_not_as_described(facts, values, today or timezone.localdate())


def why_not_any_longer(order: Order) -> str:
    """Why a renewal that waits to be bought is not possible any more, in the reader's language; empty if it is."""
    today = timezone.localdate()
    if order.renews:
        return _why_not_by_its_days(order.renews, today)
    return _why_not_as_described(order.facts, order.details.get(RENEWAL, {}), today)


def is_renewed_already(order: Order) -> str:
    """That the certificate which a renewal order describes is renewed by another, in the reader's language.

    It is the same one if kind, holder (by tax code or e-mail) and last day are: nobody buys twice what was described
    twice.
    """
    expires_on = str(order.details.get(RENEWAL, {}).get("expires_on") or "")
    person = Q()
    for name in ("tax_code", "email"):
        if found := [found for found in _prints(order, name) if found]:
            person |= Q(**{f"{name}_print__in": found})
    if not person or not expires_on:
        return ""
    mine = Q(person, organisation=order.organisation_id)
    facts = order.facts
    certificates = Certificate.objects.filter(
        mine, maker=facts.maker, covers=facts.renews, expires_on=expires_on
    )
    orders = Order.objects.filter(mine, code=order.code, renews=None, state__in=Order.UNDER_WAY)
    is_described_again = any(
        other.details.get(RENEWAL, {}).get("expires_on") == expires_on
        for other in orders.exclude(pk=order.pk).only("sealed_details")[:200]
    )
    if is_described_again or certificates.exclude(renewal=Renewal.NONE).exists():
        return _("Its renewal is under way already.")
    known = certificates.first()
    return why_not_this(known) if known else ""


def _prints(order: Order, name: str) -> list[str]:
    value = kept(name, str(order.details.get(PERSON, {}).get(name) or ""))
    return fingerprints(value, PURPOSES[name]) if value else []


def _why_not_as_described(facts: ProductFacts, values: Mapping[str, Any], today: date) -> str:
    try:
        expires_on = date.fromisoformat(str(values.get("expires_on") or ""))
    except ValueError:
        return _("Say when the certificate expires.")
    rule = RenewalRule.objects.for_certificate(facts.maker, str(facts.renews), today)
    count = 1 if values.get("was_renewed") else 0
    return why_not(rule, expires_on=expires_on, renewals_count=count, today=today)


def is_of(certificate: Certificate, facts: ProductFacts) -> bool:
    """Whether a renewal product is made for this certificate."""
    return (certificate.maker, certificate.covers) == (facts.maker, facts.renews)


def renewable_of(order: Order) -> list[Certificate]:
    """The organisation's certificates that an order's product may renew now, those that expire first in front."""
    facts = order.facts
    certificates = Certificate.objects.for_organisation(order.organisation).in_use()
    mine = certificates.filter(maker=facts.maker, covers=facts.renews, renewal=Renewal.NONE)
    return [one for one in mine.order_by("expires_on", "holder_name")[:200] if not why_not_this(one)]


def _said(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _years(since: date, today: date) -> int:
    return today.year - since.year - ((today.month, today.day) < (since.month, since.day))
