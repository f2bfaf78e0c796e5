"""What staff do about a difference: give it an owner, and close it with a reason."""

from django.db import transaction
from django.utils import timezone

from customers.models import User

from ..models import Difference, DifferenceStep

State, What = Difference.State, DifferenceStep.What


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
