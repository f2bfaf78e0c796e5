"""Organisations: made by whoever will own them, and never left without an owner."""

from typing import Any

from django.db import transaction

from ..models import Membership, Organisation, User


class LastOwner(Exception):
    """The change would leave the organisation without an owner."""


def create_organisation(user: User, fields: dict[str, Any]) -> Membership:
    """Make an organisation; its maker becomes its owner."""
    with transaction.atomic():
        organisation = Organisation.objects.create(**fields)
        return Membership.objects.create(organisation=organisation, user=user, role=Membership.Role.OWNER)


def change_role(membership: Membership, role: str) -> None:
    """Give a member another role. Raises ``LastOwner``."""
    with transaction.atomic():
        if role != Membership.Role.OWNER:
            _guard_last_owner(membership)
        Membership.objects.filter(pk=membership.pk).update(role=role)


def remove(membership: Membership) -> None:
    """End a membership. Raises ``LastOwner``."""
    with transaction.atomic():
        _guard_last_owner(membership)
        Membership.objects.filter(pk=membership.pk).delete()


def _guard_last_owner(membership: Membership) -> None:
    # The organisation's row is the lock: two owners who remove each other come one after the other, and the
    # second one reads what the first one left. Someone who can no longer log in owns nothing that matters here.
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    owners = Membership.objects.for_organisation(membership.organisation).filter(role=Membership.Role.OWNER)
    is_owner = owners.filter(pk=membership.pk).exists()
    if is_owner and not owners.filter(user__is_active=True).exclude(pk=membership.pk).exists():
        raise LastOwner
