"""Inviting colleagues, and what they find when they come."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.flows.invite import PER_ADDRESS, VALID, NoLongerOpen, accept, invite, resend, revoke
from customers.models import Invitation, Membership, Organisation, User
from customers.tests.factories import MembershipFactory, OrganisationFactory, UserFactory, member_client
from outbox.models import Mail

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "una-frase-lunga-42"


def browser():
    return Client(headers={"accept-language": "en"})


def invited(email="paolo@bottega.example", role="sender", membership=None):
    """An invitation, and the path in its mail."""
    membership = membership or MembershipFactory(organisation=OrganisationFactory(name="Bottega Ferri Srl"))
    invitation = invite(membership.organisation, email, role, membership.user)
    return invitation, path_in(mail.outbox[-1])


def path_in(message):
    return re.search(r"http://localhost:8000(/organisation/join/\S+)", message.body).group(1)


def test_the_whole_way_from_signing_up_to_switching():
    owner = browser()
    new = {"password1": PASSWORD, "password2": PASSWORD, "language": "en"}
    owner.post(reverse("account_signup"), new | {"name": "Giulia Ferri", "email": "giulia@bottega.example"})
    owner.post(re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body).group(1))
    organisation = {
        "name": "Bottega Ferri Srl", "kind": "business", "country": "IT", "vat_number": "00743110157",
        "address": "Via dei Mille 12", "postal_code": "50131", "city": "Firenze", "province": "FI",
    }  # fmt: skip
    owner.post(reverse("customers:create"), organisation)
    owner.post(reverse("customers:members"), {"email": "Paolo@Bottega.example", "role": "sender"})

    path = path_in(mail.outbox[-1])
    colleague = browser()
    page = colleague.get(path)
    assert b"Giulia Ferri invites you as: Sender" in page.content
    sign_up = page.context["go_on_url"]
    assert sign_up.startswith(reverse("account_signup"))
    form = colleague.get(sign_up)
    assert b'value="paolo@bottega.example"' in form.content
    mails = len(mail.outbox)
    answer = colleague.post(
        reverse("account_signup"),
        new | {"name": "Paolo Conti", "email": "paolo@bottega.example", "next": path},
    )
    assert answer["Location"] == path, "coming by the invitation has verified the address"
    assert len(mail.outbox) == mails
    answer = colleague.post(path, follow=True)
    assert b"You are now a member of Bottega Ferri Srl." in answer.content
    assert Membership.objects.get(user__email="paolo@bottega.example").role == "sender"

    colleague.post(reverse("customers:create"), organisation | {"name": "Conti Paolo"})
    assert colleague.get(reverse("customers:organisation")).context["organisation"].name == "Conti Paolo"
    first = Organisation.objects.get(name="Bottega Ferri Srl")
    colleague.post(reverse("customers:switch"), {"organisation": first.pk})
    assert colleague.get(reverse("customers:organisation")).context["organisation"] == first


def test_somebody_with_an_account_logs_in_and_accepts():
    user = UserFactory(email="paolo@bottega.example")
    _, path = invited()
    client = browser()
    log_in = client.get(path).context["go_on_url"]
    assert log_in.startswith(reverse("account_login"))
    answer = client.post(log_in, {"login": user.email, "password": "x", "next": path})
    assert answer["Location"] == path
    client.post(path)
    assert Membership.objects.get(user=user).role == "sender"


def test_the_wrong_account_is_told_plainly_and_cannot_accept():
    client, membership = member_client("owner")
    _, path = invited()
    page = client.get(path).content.decode()
    assert "The invitation is for paolo@bottega.example" in page
    assert membership.user.email in page
    client.post(path)
    assert Membership.objects.filter(user=membership.user).count() == 1


def test_who_comes_by_the_invitation_but_signs_up_with_another_address_verifies_it():
    _, path = invited()
    client = browser()
    client.get(path)
    answer = client.post(
        reverse("account_signup"),
        {
            "name": "M", "email": "mallory@example.it", "password1": PASSWORD, "password2": PASSWORD,
            "language": "en", "next": path,
        },
    )  # fmt: skip
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert not User.objects.get(email="mallory@example.it").emailaddress_set.get().verified


def test_an_invitation_that_was_withdrawn_meanwhile_proves_no_address():
    invitation, path = invited()
    client = browser()
    client.get(path)
    revoke(invitation)
    new = {"name": "P", "password1": PASSWORD, "password2": PASSWORD, "language": "en"}
    answer = client.post(reverse("account_signup"), {**new, "email": invitation.email})
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert not User.objects.get(email=invitation.email).emailaddress_set.get().verified


def test_the_address_is_kept_by_its_digest_only():
    invitation, path = invited()
    token = path.rstrip("/").rsplit("/", 1)[-1]
    assert len(token) >= 32
    stored = Invitation.objects.filter(pk=invitation.pk).values_list().get()
    assert token not in " ".join(map(str, stored))
    assert Mail.objects.filter(sealed_text__contains=token).count() == 0


def test_an_invitation_ends_with_its_week():
    _, path = invited()
    with time_machine.travel(timezone.now() + VALID - timedelta(minutes=1), tick=False):
        assert browser().get(path).status_code == 200
    with time_machine.travel(timezone.now() + VALID + timedelta(minutes=1), tick=False):
        page = browser().get(path)
    assert page.status_code == 404
    assert b"no longer open" in page.content


def test_a_withdrawn_invitation_leads_nowhere():
    client, membership = member_client("owner")
    invitation, path = invited(membership=membership)
    client.post(reverse("customers:revoke_invitation", args=[invitation.pk]))
    assert browser().get(path).status_code == 404
    with pytest.raises(NoLongerOpen):
        accept(invitation, UserFactory(email=invitation.email))


def test_sending_again_makes_a_new_address_and_ends_the_old_one():
    client, membership = member_client("owner")
    invitation, old = invited(membership=membership)
    client.post(reverse("customers:resend_invitation", args=[invitation.pk]))
    new = path_in(mail.outbox[-1])
    assert new != old
    assert browser().get(old).status_code == 404
    assert browser().get(new).status_code == 200


def test_an_invitation_that_was_withdrawn_meanwhile_is_not_sent_again():
    invitation, _ = invited()
    revoke(invitation)
    with pytest.raises(NoLongerOpen):
        resend(invitation)
    assert len(mail.outbox) == 1


def test_inviting_the_same_address_again_replaces_the_earlier_one():
    membership = MembershipFactory()
    _, old = invited(membership=membership)
    _, new = invited("PAOLO@bottega.example", "viewer", membership)
    assert browser().get(old).status_code == 404
    assert browser().get(new).status_code == 200
    assert Invitation.objects.open(timezone.now()).get().role == "viewer"


def test_accepting_twice_changes_nothing():
    invitation, _ = invited()
    user = UserFactory(email=invitation.email)
    assert accept(invitation, user) == accept(invitation, user)


def test_a_member_who_is_invited_is_told_to_the_owner():
    client, membership = member_client("owner")
    colleague = MembershipFactory(organisation=membership.organisation, viewer=True).user
    answer = client.post(reverse("customers:members"), {"email": colleague.email.upper(), "role": "owner"})
    assert b"This person is a member already." in answer.content
    assert not mail.outbox


def test_too_many_invitations_are_told_beside_the_address():
    client, membership = member_client("owner")
    for _ in range(PER_ADDRESS):
        client.post(reverse("customers:members"), {"email": "paolo@bottega.example", "role": "sender"})
    answer = client.post(reverse("customers:members"), {"email": "paolo@bottega.example", "role": "sender"})
    assert b"Too many invitations in an hour." in answer.content
    assert len(mail.outbox) == PER_ADDRESS


def test_the_mail_speaks_the_language_of_the_invited():
    UserFactory(email="paolo@bottega.example", language="fr")
    invited()
    assert Mail.objects.latest("pk").language == "fr"


@pytest.mark.parametrize("name", ["revoke_invitation", "resend_invitation"])
def test_invitations_of_another_organisation_are_not_found(name):
    client, _ = member_client("owner")
    invitation, path = invited()
    assert client.post(reverse(f"customers:{name}", args=[invitation.pk])).status_code == 404
    assert browser().get(path).status_code == 200


def test_a_suspended_organisation_invites_nobody_in():
    _, path = invited()
    Organisation.objects.update(is_suspended=True)
    assert browser().get(path).status_code == 404
