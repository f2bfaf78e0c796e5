"""Invite colleagues: by a mail whose address is theirs alone."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from outbox.flows.write import write
from vault import digest_of, new_token

from ..limits import allow
from ..models import Invitation, Membership, Organisation, User

VALID = timedelta(days=7)
HOUR = 3600
PER_ORGANISATION = 30
# Whatever organisations they act for: anybody can make another.
PER_PERSON = 60
PER_ADDRESS = 5


class TooMany(Exception):
    """Too many invitations in an hour."""


class AlreadyMember(Exception):
    """Somebody with this address is a member already."""


class WrongPerson(Exception):
    """The invitation is for another address than the one logged in."""


class NoLongerOpen(Exception):
    """The invitation was accepted, withdrawn or replaced, or its week has passed."""


def invite(organisation: Organisation, email: str, role: str, by: User) -> Invitation:
    """Invite an address, in place of any earlier invitation of it. Raises ``AlreadyMember`` and ``TooMany``."""
    email = email.lower()
    if Membership.objects.for_organisation(organisation).filter(user__email__iexact=email).exists():
        raise AlreadyMember
    _count(organisation, email)
    if not allow(f"invited-by:{by.pk}", PER_PERSON, HOUR):
        raise TooMany
    token, now = new_token(), timezone.now()
    with transaction.atomic():
        # The organisation's row is the lock: two owners who invite the same address leave one open invitation.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        earlier = Invitation.objects.for_organisation(organisation).open(now)
        earlier.filter(email__iexact=email).update(revoked_at=now)
        invitation = Invitation.objects.create(
            organisation=organisation,
            email=email,
            role=role,
            token_digest=digest_of(token),
            invited_by=by,
            expires_at=now + VALID,
        )
        _mail(invitation, token)
    return invitation


def resend(invitation: Invitation) -> None:
    """Write the mail again, with a new address and a new week. Raises ``NoLongerOpen`` and ``TooMany``.

    The address in the earlier mail leads nowhere from now on.
    """
    _count(invitation.organisation, invitation.email)
    token, now = new_token(), timezone.now()
    renewed = {"token_digest": digest_of(token), "expires_at": now + VALID}
    with transaction.atomic():
        if not Invitation.objects.open(now).filter(pk=invitation.pk).update(**renewed):
            raise NoLongerOpen
        invitation.token_digest, invitation.expires_at = digest_of(token), now + VALID
        _mail(invitation, token)


def _count(organisation: Organisation, email: str) -> None:
    if not allow(f"invite:{organisation.pk}", PER_ORGANISATION, HOUR) or not allow(
        f"invite:{email}", PER_ADDRESS, HOUR
    ):
        raise TooMany


def _mail(invitation: Invitation, token: str) -> None:
    known = User.objects.filter(email__iexact=invitation.email).first()
    write(
        template="customers/mail/colleague",
        recipient=invitation.email,
        language=(known and known.language) or translation.get_language() or settings.LANGUAGE_CODE,
        context={
            "invitation": invitation,
            "organisation": invitation.organisation,
            "inviter": invitation.invited_by,
            "address": settings.PORTAL_URL + reverse("customers:join", args=[token]),
        },
        fact_key=f"colleague:{invitation.pk}:{invitation.token_digest[:16]}",
        about=f"organisation:{invitation.organisation_id}",
    )


def revoke(invitation: Invitation) -> None:
    """Take an invitation back; its address leads nowhere from now on."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(revoked_at=timezone.now())


def invitation_for(token: str) -> Invitation | None:
    """The open invitation behind an address; that of a suspended organisation leads nowhere."""
    return (
        Invitation.objects.open(timezone.now())
        .select_related("organisation", "invited_by")
        .filter(token_digest=digest_of(token), organisation__is_suspended=False)
        .first()
    )


def accept(invitation: Invitation, user: User) -> Membership:
    """Make the invited person a member. Raises ``WrongPerson`` and ``NoLongerOpen``.

    Accepting a second time gives the membership again; who is a member already keeps their role.
    """
    if user.email.lower() != invitation.email.lower():
        raise WrongPerson
    now = timezone.now()
    with transaction.atomic():
        taken = Invitation.objects.open(now).filter(pk=invitation.pk).update(accepted_at=now)
        if not taken:
            earlier = Membership.objects.for_organisation(invitation.organisation).filter(user=user).first()
            if earlier is None:
                raise NoLongerOpen
            return earlier
        membership, _ = Membership.objects.get_or_create(
            organisation=invitation.organisation, user=user, defaults={"role": invitation.role}
        )
    return membership
