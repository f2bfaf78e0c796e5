"""Roles and leaving: never without an owner, whatever happens at once."""

import threading

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from customers.flows.organise import LastOwner, change_role, remove
from customers.models import Invitation, Membership
from customers.tests.factories import MembershipFactory, member_client

OWNER, VIEWER = Membership.Role.OWNER, Membership.Role.VIEWER


@pytest.mark.django_db
def test_an_owner_gives_another_role():
    client, membership = member_client("owner")
    colleague = MembershipFactory(organisation=membership.organisation, viewer=True)
    client.post(reverse("customers:change_member", args=[colleague.pk]), {"role": "sender"})
    colleague.refresh_from_db()
    assert colleague.role == "sender"


@pytest.mark.django_db
def test_a_role_that_does_not_exist_is_not_found():
    client, membership = member_client("owner")
    address = reverse("customers:change_member", args=[membership.pk])
    assert client.post(address, {"role": "emperor"}).status_code == 404


@pytest.mark.django_db
def test_an_owner_removes_a_colleague():
    client, membership = member_client("owner")
    colleague = MembershipFactory(organisation=membership.organisation, viewer=True)
    answer = client.post(reverse("customers:remove_member", args=[colleague.pk]), follow=True)
    assert not Membership.objects.filter(pk=colleague.pk).exists()
    assert b"is no longer a member" in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["change_member", "remove_member"])
def test_the_last_owner_stays_and_is_told_why(name):
    client, membership = member_client("owner")
    MembershipFactory(organisation=membership.organisation, viewer=True)
    address = reverse(f"customers:{name}", args=[membership.pk])
    answer = client.post(address, {"role": "viewer"}, follow=True)
    assert b"An organisation needs an owner." in answer.content
    membership.refresh_from_db()
    assert membership.role == OWNER


@pytest.mark.django_db
def test_an_owner_who_cannot_log_in_does_not_count():
    membership = MembershipFactory()
    MembershipFactory(organisation=membership.organisation, user__is_active=False)
    with pytest.raises(LastOwner):
        remove(membership)


@pytest.mark.django_db
def test_who_gives_up_their_own_ownership_is_led_home():
    client, membership = member_client("owner")
    MembershipFactory(organisation=membership.organisation)
    answer = client.post(reverse("customers:change_member", args=[membership.pk]), {"role": "viewer"})
    assert answer["Location"] == reverse("home")


@pytest.mark.django_db
def test_who_removes_themselves_is_out():
    client, membership = member_client("owner")
    MembershipFactory(organisation=membership.organisation)
    client.post(reverse("customers:remove_member", args=[membership.pk]))
    assert client.get(reverse("customers:members"))["Location"] == reverse("customers:create")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["change_member", "remove_member"])
def test_members_of_another_organisation_are_not_found(name):
    client, _ = member_client("owner")
    theirs = MembershipFactory(viewer=True)
    assert client.post(reverse(f"customers:{name}", args=[theirs.pk]), {"role": "sender"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.role == VIEWER


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [remove, lambda membership: change_role(membership, VIEWER)])
def test_two_owners_who_remove_each_other_at_once_leave_one(act):
    first = MembershipFactory()
    second = MembershipFactory(organisation=first.organisation)
    together, outcomes = threading.Barrier(2), []

    def go(membership):
        together.wait(timeout=10)
        while True:
            try:
                act(membership)
            except OperationalError:  # SQLite in memory refuses where a file and PostgreSQL wait
                continue
            except LastOwner:
                outcomes.append("last")
            else:
                outcomes.append("done")
            connection.close()
            return

    threads = [threading.Thread(target=go, args=[membership]) for membership in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["done", "last"]
    assert Membership.objects.filter(organisation=first.organisation, role=OWNER).count() == 1


@pytest.mark.django_db
def test_an_address_longer_than_mail_servers_take_is_told_beside_the_field():
    client, _ = member_client("owner")
    address = f"{'a' * 64}@{'.'.join(['b' * 63] * 3)}.example"
    answer = client.post(reverse("customers:members"), {"email": address, "role": "viewer"})
    assert b"at most 254 characters" in answer.content
    assert not Invitation.objects.exists()
