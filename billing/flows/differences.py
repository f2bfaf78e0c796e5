"""What staff do about a difference: give it an owner, and close it with a reason."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from customers.models import User

from ..models import Difference, DifferenceStep, Explanation
from .reconcile.calls import HOSTS, call_of
from .reconcile.load import window

State, What = Difference.State, DifferenceStep.What
# Nobody reads more than that there are so many.
MOST_COUNTED = 1_000


def like_lines_since(difference: Difference) -> int:
    """How many lines explain other purchases, and may be the late ones of a purchase that is listed as missing."""
    purchase = difference.purchase
    if difference.kind != Difference.Kind.MISSING or purchase is None or difference.expected is None:
        return 0
    _start, end = window(purchase)
    later = Explanation.objects.filter(
        line__host=HOSTS[call_of(purchase)],
        line__amount=-difference.expected,
        line__at__gt=end,
        line__at__lte=end + settings.RECONCILIATION_LATE_WITHIN,
    )
    return later.order_by()[:MOST_COUNTED].count()


def assign(difference: Difference, owner: User | None, who: User) -> bool:
    """Give an open difference to somebody, or to nobody. False when it is closed, or theirs already."""
    with transaction.atomic():
        changed = (
            Difference.objects.open().filter(pk=difference.pk).exclude(owner=owner).update(owner=owner)
            if owner is not None
            else Difference.objects.open().filter(pk=difference.pk, owner__isnull=False).update(owner=None)
        )
        if changed:
            DifferenceStep(
                difference=difference, what=What.ASSIGNED, who=str(who)[:200], note=str(owner or "—")
            ).save()
    difference.refresh_from_db()
    return bool(changed)


def close(difference: Difference, reason: str, who: User) -> bool:
    """Close an open difference for a reason that others will read. False when it is closed already."""
    with transaction.atomic():
        closed = (
            Difference.objects.open()
            .filter(pk=difference.pk)
            .update(state=State.CLOSED, closed_at=timezone.now(), reason=reason)
        )
        if closed:
            DifferenceStep(difference=difference, what=What.CLOSED, who=str(who)[:200], note=reason).save()
    difference.refresh_from_db()
    return bool(closed)


def reopen(difference: Difference, reason: str, who: User) -> bool:
    """Open a closed difference again. False when it is open."""
    with transaction.atomic():
        opened = Difference.objects.filter(pk=difference.pk, state=State.CLOSED).update(
            state=State.OPEN, closed_at=None, reason=""
        )
        if opened:
            DifferenceStep(difference=difference, what=What.REOPENED, who=str(who)[:200], note=reason).save()
    difference.refresh_from_db()
    return bool(opened)
