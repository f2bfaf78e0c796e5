"""Tell people in time, each thing once: what is due is a question of days, what was told is a row of its own."""

import logging
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from .. import letters, reminders
from ..models import Certificate, HolderSecret, Notice, Order, RenewalRule
from ..reminders import Reminder
from ..windows import window_of
from . import alarms, notify
from .finish import finish
from .renewable import last_day_is_over, why_never
from .seal_secrets import write_to_holder
from .state import NotPossible, locked, tell

log = logging.getLogger(__name__)
State, Renewal = Certificate.State, Certificate.Renewal
# Nothing is promised so long before an expiry. A rule that opened earlier would have to raise it.
LOOK_AHEAD = 200
# Staff hear of papers that wait for them, and of renewals that are not bought, from so few days on.
STAFF_FROM = 14
AT_A_TIME = 500
QUIET_AFTER = {
    Order.State.IN_REVIEW: reminders.QUIET_WITH_STAFF,
    Order.State.SUBMITTED: reminders.QUIET_AT_MAKER,
    Order.State.IDENTIFIED: reminders.QUIET_AT_MAKER,
}
# A day less than the shortest of them: days are counted by the calendar.
QUIET_AT_LEAST = timedelta(days=min(min(days) for days in QUIET_AFTER.values()) - 1)

Rules = Mapping[tuple[str, str], RenewalRule]


def remind_due() -> int:
    """Tell whoever is to be told something today. Returns how many reminders went out."""
    return remind_of_identification() + remind_of_quiet() + remind_of_certificates() + remind_of_codes()


# Orders


def remind_of_identification() -> int:
    """The days for identification run out."""
    waiting = Order.objects.filter(state__in=Order.UNIDENTIFIED, identification_until__isnull=False)
    today, told = timezone.localdate(), 0
    for order in waiting.prefetch_related("notices").order_by("pk").iterator(chunk_size=AT_A_TIME):
        until = order.identification_until
        assert until is not None
        found = reminders.of_identification(timezone.localtime(until).date())
        if due := reminders.due(found, _told(order), today):
            told += _safely(order, _tell_order, due)
    return told


def _tell_order(order_id: Any, due: Reminder) -> bool:
    with locked(order_id) as order:
        if order.state not in Order.UNIDENTIFIED:
            return False
        Notice(order=order, kind=due.kind, due_on=due.due_on).save()
        left = _days_until(timezone.localtime(order.identification_until).date())
        if order.state == Order.State.IN_REVIEW:
            # It is staff's turn: the customer can do nothing, and need not be worried.
            if left <= STAFF_FROM:
                alarms.review_is_late(order, left)
            return True
        words = letters.identification_runs_out
        fact = f"{due.kind}:{due.due_on}"
        users = notify.mail_customer(order, words, fact=fact, days=left, is_holder=False)
        told = {user.email.casefold() for user in users}
        is_holders = order.state == Order.State.IDENTIFICATION_PENDING
        if is_holders and notify.holder_of(order)["email"].casefold() not in told:
            notify.mail_holder(order, words, fact=fact, days=left, is_holder=True)
        tell(order, "reminded", days=left)
    return True


def remind_of_quiet() -> int:
    """The maker, or staff, have let an order lie: no word of the provider's ends it, so somebody must ask."""
    today, told = timezone.localdate(), 0
    waiting = Order.objects.filter(state__in=QUIET_AFTER, state_since__lt=timezone.now() - QUIET_AT_LEAST)
    waiting = waiting.prefetch_related("notices")
    for order in waiting.order_by("pk").iterator(chunk_size=AT_A_TIME):
        since = timezone.localtime(order.state_since).date()
        found = reminders.of_quiet(since, QUIET_AFTER[Order.State(order.state)])
        if due := reminders.due(found, _told(order), today):
            told += _safely(order, _tell_staff, due)
    return told


def _tell_staff(order_id: Any, due: Reminder) -> bool:
    with locked(order_id) as order:
        if order.state not in QUIET_AFTER:
            return False
        Notice(order=order, kind=due.kind, due_on=due.due_on).save()
        alarms.is_quiet(order, -_days_until(timezone.localtime(order.state_since).date()))
    return True


# Certificates


def remind_of_certificates() -> int:
    """Certificates expire, or have expired."""
    today, told = timezone.localdate(), 0
    rules = RenewalRule.objects.in_force(today)
    ending = Certificate.objects.in_use().filter(expires_on__lte=_ahead(today)).prefetch_related("notices")
    for certificate in ending.order_by("pk").iterator(chunk_size=AT_A_TIME):
        if due := reminders.due(promised(certificate, rules, today), _told(certificate), today):
            told += _safely(certificate, _tell_certificate, due)
    return told


def promised(certificate: Certificate, rules: Rules, today: date) -> list[Reminder]:
    """All that whoever looks after a certificate is promised to be told of it, as it stands."""
    expired = reminders.of_expiry(certificate.expires_on)
    if expired.due_on <= today:
        return [expired]
    rule = rules.get((certificate.maker, certificate.covers))
    if rule is None or cannot_be_renewed(certificate, rule):
        return reminders.of_replacement(certificate.expires_on)
    window = window_of(rule, certificate.expires_on)
    match certificate.renewal:
        case Renewal.WITH_HOLDER if certificate.renewal_since is not None:
            return reminders.of_unused_code(certificate.renewal_since, window.closes_on)
        case Renewal.NONE if today > window.closes_on:
            return reminders.of_replacement(certificate.expires_on)
        case _:
            return reminders.of_renewal(window)


def cannot_be_renewed(certificate: Certificate, rule: RenewalRule | None) -> str:
    """Why a certificate can never be renewed here, in the reader's language; empty if it can."""
    on = window_of(rule, certificate.expires_on).opens_on if rule else certificate.expires_on
    if certificate.renewal in {Renewal.ORDERED, Renewal.WITH_HOLDER}:
        return ""
    return why_never(rule, certificate.renewals_count, certificate.device_since, on)


def why_not_any_more(certificate: Certificate, rule: RenewalRule | None) -> str:
    """What to do instead of renewing, in the reader's language."""
    return cannot_be_renewed(certificate, rule) or last_day_is_over(certificate, rule)


def _tell_certificate(certificate_id: Any, due: Reminder) -> bool:
    with transaction.atomic():
        # An order is locked before the certificate that it renews, here as by whoever says that the renewal is done.
        renewals = Order.objects.filter(renews=certificate_id, state=Order.State.ISSUED).order_by("pk")
        list(renewals.select_for_update(of=("self",)).values_list("pk"))
        certificate = Certificate.objects.select_for_update().get(pk=certificate_id)
        if certificate.state != State.ACTIVE:
            return False
        Notice(certificate=certificate, kind=due.kind, due_on=due.due_on).save()
        _write_about(certificate, due)
    return True


def _write_about(certificate: Certificate, due: Reminder) -> None:
    rule = RenewalRule.objects.for_certificate(certificate.maker, certificate.covers, timezone.localdate())
    last_day = window_of(rule, certificate.expires_on).closes_on if rule else certificate.expires_on
    left, fact = _days_until(last_day), f"{due.kind}:{due.due_on}"
    write = partial(notify.mail_about_certificate, certificate, fact=fact)
    match due.name:
        case "expired":
            _expire(certificate)
            write(letters.certificate_expired)
        case "unused":
            write(letters.renewal_waits, last_day=last_day, days=left)
        case "renew" if certificate.renewal == Renewal.ORDERED:
            # Somebody has done their part; that it is still not bought is staff's affair.
            if left <= STAFF_FROM:
                alarms.renewal_is_late(certificate, left)
        case "renew":
            write(letters.renewal_opens, last_day=last_day, days=left)
        case _:
            instead = partial(why_not_any_more, certificate, rule)
            write(letters.replacement_needed, days=_days_until(certificate.expires_on), instead=instead)


def _days_until(day: date) -> int:
    return (day - timezone.localdate()).days


def _expire(certificate: Certificate) -> None:
    is_open = certificate.renewal in {Renewal.ORDERED, Renewal.WITH_HOLDER}
    certificate.state = State.EXPIRED
    certificate.renewal = Renewal.MISSED if is_open else certificate.renewal
    certificate.save(update_fields=["state", "renewal"])
    for renewal in certificate.renewal_orders.filter(state=Order.State.ISSUED) if is_open else ():
        with locked(renewal.pk) as order:
            finish(order)
            tell(order, "renewal_missed")


# Codes


def remind_of_codes() -> int:
    """Codes wait that the holder has not opened."""
    today, told = timezone.localdate(), 0
    waiting = HolderSecret.objects.exclude(sealed="").filter(told_at__isnull=False)
    for secret in waiting.select_related("order").order_by("pk").iterator(chunk_size=AT_A_TIME):
        assert secret.told_at is not None
        found = reminders.of_unopened(timezone.localtime(secret.arrived_at).date())
        if due := reminders.due(found, _told(secret.order), today):
            told += _safely(secret.order, _tell_holder, due)
    return told


def _tell_holder(order_id: Any, due: Reminder) -> bool:
    with locked(order_id) as order:
        Notice(order=order, kind=due.kind, due_on=due.due_on).save()
        try:
            write_to_holder(order)
        except NotPossible:
            return False
    return True


def _told(thing: Any) -> Collection[tuple[str, date]]:
    return {(notice.kind, notice.due_on) for notice in thing.notices.all()}


def _safely(thing: Any, how: Any, due: Reminder) -> bool:
    """Tell of one; whoever was told by another worker meanwhile is not told again, and one that raises stops nobody."""
    try:
        return bool(how(thing.pk, due))
    except IntegrityError:
        return False
    except Exception:
        log.exception("nobody could be told %s of %s", due.kind, thing.pk)
        return False


def _ahead(today: date) -> date:
    return date.fromordinal(today.toordinal() + LOOK_AHEAD)
