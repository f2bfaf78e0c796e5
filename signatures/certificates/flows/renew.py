"""Renew a certificate: bought once, its code brought to the holder, and not let go of before it is done.

Buying a renewal renews nothing. The holder uses its code at the maker, before the expiry; until they say that it is
done, or somebody records the new expiry, the certificate stays on the list and in the reminders.
"""

from datetime import date
from typing import Any

from django.utils import timezone

from customers.models import User
from signatures.catalogue.flows.shop import Item, item_for
from signatures.catalogue.products import Covers, Device
from upstream import ProductFamily

from ..models import Certificate, Order, RenewalRule
from ..steps import RENEWAL
from ..windows import years_after
from . import draft
from .finish import finish
from .notify import holder_of
from .renewable import is_renewed_already, why_not_this
from .state import NotPossible, locked, tell
from .videos import can_have_video

State, Renewal = Certificate.State, Certificate.Renewal
YEARS = 3


class CannotBeRenewed(Exception):
    """The certificate cannot be renewed now; ``reason`` says why, in the reader's language."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotSoldHere(Exception):
    """It could be renewed, but this customer cannot buy the renewal here."""


def renewal_item(certificate: Certificate, today: date | None = None) -> Item | None:
    """The product that renews it, if this customer can buy it."""
    on = today or timezone.localdate()
    rule = RenewalRule.objects.for_certificate(certificate.maker, certificate.covers, on)
    return item_for(certificate.organisation, rule.code) if rule and rule.code else None


def begin(certificate: Certificate, user: User) -> Order:
    """A draft of the renewal with everything filled in that we know: what is left is the review.

    A draft of the same renewal that somebody has begun already is gone on with. Raises ``CannotBeRenewed`` and
    ``NotSoldHere``.
    """
    if reason := why_not_this(certificate):
        raise CannotBeRenewed(reason)
    item = renewal_item(certificate)
    if item is None:
        raise NotSoldHere
    begun = Order.objects.for_organisation(certificate.organisation).filter(
        renews=certificate, state=Order.State.DRAFT, code=item.facts.code
    )
    if found := begun.first():
        return found
    order = draft.begin(certificate.organisation, user, item.offer, renews=certificate)
    expires_on = certificate.expires_on.isoformat()
    draft.save_step(order, RENEWAL, {"certificate": str(certificate.pk), "expires_on": expires_on})
    draft.take_over_holder(order)
    return order


def reserve(order: Order) -> None:
    """What belongs to something else is being bought: nobody can buy it for that a second time.

    In the transaction that intends the purchase. Raises ``NotPossible`` when another renewal of the same certificate,
    or another identification by video for the same order, was faster.
    """
    if order.video_for is not None:
        with locked(order.video_for.pk) as aruba:
            if not can_have_video(order, aruba):
                raise NotPossible
    if order.renews_id is None:
        # Intending the purchase has locked the customer's money: of two that describe the same, one comes second.
        if order.product_family is ProductFamily.RENEWAL and is_renewed_already(order):
            raise NotPossible
        return
    mine = Certificate.objects.filter(pk=order.renews_id, state=State.ACTIVE, renewal=Renewal.NONE)
    if not mine.update(renewal=Renewal.ORDERED, renewal_since=timezone.localdate()):
        raise NotPossible


def release(order: Order) -> None:
    """The renewal was not bought after all: the certificate may be renewed by another order."""
    ordered = Certificate.objects.filter(pk=order.renews_id, renewal=Renewal.ORDERED)
    ordered.update(renewal=Renewal.NONE, renewal_since=None)


def hand_to_holder(order: Order) -> None:
    """The code of a renewal has come: from here on the holder must act. Inside the caller's transaction.

    A certificate that we did not know of is recorded as it was described, so that nobody forgets it.
    """
    certificate = order.renews or _recorded(order)
    waiting = Certificate.objects.filter(pk=certificate.pk, renewal__in=[Renewal.NONE, Renewal.ORDERED])
    if waiting.update(renewal=Renewal.WITH_HOLDER, renewal_since=timezone.localdate()):
        tell(order, "renewal_with_holder", name=order.holder_name, expires_on=str(certificate.expires_on))


def _recorded(order: Order) -> Certificate:
    values = order.details.get(RENEWAL, {})
    expires_on = date.fromisoformat(values["expires_on"])
    was_renewed = bool(values.get("was_renewed"))
    covers = Covers(str(order.facts.renews))
    issued_on = years_after(expires_on, -YEARS)
    certificate = Certificate(
        organisation=order.organisation,
        holder_name=order.holder_name,
        language=order.language,
        maker=order.facts.maker,
        device=Device.REMOTE if covers == Covers.REMOTE else Device.NONE,
        covers=covers,
        issued_on=issued_on,
        expires_on=expires_on,
        device_since=years_after(issued_on, -YEARS) if was_renewed else issued_on,
        renewals_count=1 if was_renewed else 0,
        recorded_by=order.created_by,
    )
    certificate.holder = {name: value for name, value in holder_of(order).items() if value}
    certificate.save()
    order.renews = certificate
    order.save(update_fields=["renews"])
    return certificate


def mark_done(certificate_id: Any, *, expires_on: date | None = None, **who: Any) -> Certificate:
    """The renewal is done: the certificate goes on in a new one. Inside the caller's transaction.

    ``expires_on`` is the new expiry where somebody has read it off; otherwise what the makers promise, three years
    after the old one. Also said after the old expiry: the holder may have renewed in time and told us late. Raises
    ``NotPossible`` when it is not with the holder (any more).
    """
    with_holder = Certificate.objects.filter(pk=certificate_id, renewal__in=Certificate.OPEN_RENEWALS)
    if not with_holder.update(state=State.RENEWED, renewal=Renewal.DONE, renewal_since=timezone.localdate()):
        raise NotPossible
    old = Certificate.objects.select_related("order").get(pk=certificate_id)
    new = Certificate(
        organisation_id=old.organisation_id,
        holder_name=old.holder_name,
        sealed_holder=old.sealed_holder,
        tax_code_print=old.tax_code_print,
        email_print=old.email_print,
        mobile_print=old.mobile_print,
        language=old.language,
        maker=old.maker,
        device=old.device,
        covers=old.covers,
        code=old.code,
        issued_on=timezone.localdate(),
        expires_on=expires_on or years_after(old.expires_on, YEARS),
        device_since=old.device_since,
        renewals_count=old.renewals_count + 1,
        renewed=old,
        recorded_by=old.recorded_by or (old.order.created_by if old.order else None),
    )
    new.save()
    for order in old.renewal_orders.filter(state__in=Order.FULFILLED):
        finish(order)
        tell(order, "renewal_done", **who, expires_on=str(new.expires_on))
    return new
