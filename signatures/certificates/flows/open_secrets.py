"""Open what only the holder may see: once, by a code to their own mobile or by their own second factor.

Opening erases the sealed values in the same transaction. Whoever comes after finds that they were opened, and when.
"""

import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers.limits import allow
from customers.models import User
from outbox import sms
from outbox.flows.text import text
from vault import digest_of, fingerprints, open_sealed

from ..models import HolderSecret, Order
from ..models.secret import SECRET_PURPOSE
from ..secret_words import in_words
from .finish import finish_when_opened
from .notify import holder_of, members_with
from .seal_secrets import write_to_holder
from .state import Actor, NotPossible, locked, tell

OpenedBy = HolderSecret.OpenedBy
CODE_PURPOSE = "holder-code"
CODE_GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5
# (how many, in how many seconds), for one secret whoever asks
MOST_CODES = ((3, 600), (10, 86400))
MOST_TRIES_A_DAY = (30, 86400)
RESEND_PAUSE = timedelta(minutes=2)

Shown = Sequence[tuple[str, str]]


class AlreadyOpened(Exception):
    """It was opened before, and is gone."""


class NoMobile(Exception):
    """There is no mobile to send a code to, or no way to send one."""


class TooMany(Exception):
    """Too many codes were sent, or tried; the vault waits."""


class CodeGone(Exception):
    """No code was sent, or it has run out, or was tried too often: a new one is needed."""


class WrongCode(Exception):
    """Not the code that was sent; ``left`` tries remain."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} left")
        self.left = left


class TooSoon(Exception):
    """The holder was written to a moment ago."""


def secret_for(token: str) -> HolderSecret | None:
    """The secret whose holder's present address this is."""
    related = ("order__organisation", "order__created_by", "order__renews", "order__video_for")
    return HolderSecret.objects.select_related(*related).filter(token_digest=digest_of(token)).first()


def mobile_of(order: Order) -> str:
    """Where a code would go; empty where none can be sent."""
    return holder_of(order)["mobile"] if sms.is_available() else ""


def send_code(secret: HolderSecret, ip: str) -> None:
    """Send a fresh code to the holder's mobile. Raises ``AlreadyOpened``, ``NoMobile`` and ``TooMany``."""
    order, mobile = secret.order, mobile_of(secret.order)
    if not secret.sealed:
        raise AlreadyOpened
    if not mobile:
        raise NoMobile
    if not all(allow(f"holder-code:{secret.pk}", count, seconds) for count, seconds in MOST_CODES):
        raise TooMany
    code, now = f"{secrets.randbelow(10**6):06d}", timezone.now()
    with locked(order.pk) as ours, translation.override(ours.language):
        closed = HolderSecret.objects.filter(pk=secret.pk).exclude(sealed="")
        digest = fingerprints(code, _purpose(secret))[0]
        if not closed.update(code_digest=digest, code_sent_at=now, code_attempts=0):
            raise AlreadyOpened
        words = _(
            "Sigillo: your code is %(code)s. It opens your signature’s codes within 10 minutes. Tell it to nobody."
        )
        text(kind="holder_code", recipient=mobile, words=words % {"code": code}, good_until=now + CODE_GOOD_FOR,
             about=f"order:{ours.pk}")  # fmt: skip
        tell(
            ours,
            "holder_code_sent",
            actor=Actor.HOLDER,
            actor_name=ours.holder_name,
            ip=ip,
            to=sms.masked(mobile),
        )
    secret.refresh_from_db()


def open_by_mobile(secret: HolderSecret, typed: str, ip: str) -> Shown:
    """Show the values, once, to whoever has the code. Raises ``AlreadyOpened``, ``CodeGone``, ``WrongCode``, "
    "``TooMany``."""
    if not allow(f"holder-try:{secret.pk}", *MOST_TRIES_A_DAY):
        raise TooMany
    with locked(secret.order_id) as order:
        closed = _closed(secret)
        if not _is_waiting(closed):
            raise CodeGone
        digests = fingerprints(typed, _purpose(secret))
        if any(hmac.compare_digest(closed.code_digest, digest) for digest in digests):
            return _open(
                order, closed, OpenedBy.MOBILE_CODE, actor=Actor.HOLDER, actor_name=order.holder_name, ip=ip
            )
        closed.code_attempts += 1
        closed.save(update_fields=["code_attempts"])
        left = MOST_TRIES - closed.code_attempts
        if not left:
            tell(order, "holder_code_void", actor=Actor.HOLDER, ip=ip)
    raise WrongCode(left)


def is_own(order: Order, user: User) -> bool:
    """Whether this member is the holder: the order names their own verified address."""
    return user in members_with(order.organisation, holder_of(order)["email"])


def open_by_second_factor(order: Order, user: User, ip: str) -> Shown:
    """Show the values, once, to the holder as a member, who has just proven their second factor.

    Raises ``AlreadyOpened``, and ``NotPossible`` when there is nothing, or this is not the holder.
    """
    secret = HolderSecret.objects.filter(order=order).first()
    if secret is None or not is_own(order, user):
        raise NotPossible
    with locked(order.pk) as ours:
        closed = _closed(secret)
        return _open(ours, closed, OpenedBy.SECOND_FACTOR, actor=Actor.HOLDER, actor_name=str(user), ip=ip)


def send_address_again(order: Order, user: User, ip: str) -> None:
    """Write to the holder again, with a new address. Raises ``TooSoon`` and ``NotPossible``."""
    with locked(order.pk) as ours:
        secret = HolderSecret.objects.filter(order=ours).first()
        if secret and secret.told_at and timezone.now() < secret.told_at + RESEND_PAUSE:
            raise TooSoon
        write_to_holder(ours, actor=Actor.CUSTOMER, actor_name=str(user), ip=ip)


def _closed(secret: HolderSecret) -> HolderSecret:
    """The secret as it stands, under its order's lock. Raises ``AlreadyOpened``."""
    closed = HolderSecret.objects.get(pk=secret.pk)
    if not closed.sealed:
        raise AlreadyOpened
    return closed


def _is_waiting(secret: HolderSecret) -> bool:
    """Whether a code was sent that may still be tried."""
    if not secret.code_digest or secret.code_sent_at is None or secret.code_attempts >= MOST_TRIES:
        return False
    return timezone.now() <= secret.code_sent_at + CODE_GOOD_FOR


def _open(order: Order, secret: HolderSecret, by: str, **who: Any) -> Shown:
    values: dict[str, str] = json.loads(open_sealed(secret.sealed, SECRET_PURPOSE))
    HolderSecret.objects.filter(pk=secret.pk).update(
        sealed="", opened_at=timezone.now(), opened_by=by, code_digest="", code_sent_at=None
    )
    tell(order, "secrets_opened", **who, what=sorted(values), by=by)
    finish_when_opened(order)
    return in_words(values)


def _purpose(secret: HolderSecret) -> str:
    return f"{CODE_PURPOSE}:{secret.pk}"
