"""Staff's pages about people and organisations."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.flows.invite import invite
from customers.models import Membership, Organisation, User, VatProof
from customers.tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    member_client,
    staff_client,
)
from facts.append_only import FactIsFinal

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return staff_client()


def page(model, *args):
    """The address of a model's list, or of one row."""
    return reverse(f"admin:customers_{model}_{'change' if args else 'changelist'}", args=args)


@pytest.mark.parametrize("text", ["ferri", "007431", "RSSMRA", "giulia@"])
def test_organisations_are_found_by_name_numbers_and_members(staff, text):
    wanted = OrganisationFactory(name="Bottega Ferri", vat_number="00743110157", tax_code="RSSMRA85C15H501R")
    MembershipFactory(organisation=wanted, user__email="giulia@bottega.example")
    MembershipFactory(organisation=wanted, user__email="giulia@other.example")
    OrganisationFactory(name="Other", vat_number="06363391001")
    found = staff.get(page("organisation"), {"q": text}).context["cl"].result_list
    assert list(found) == [wanted]


@pytest.mark.parametrize("model", ["user", "organisation", "invitation"])
def test_nothing_here_is_ever_deleted(staff, model):
    membership = MembershipFactory()
    row = {
        "user": membership.user,
        "organisation": membership.organisation,
        "invitation": invite(membership.organisation, "paolo@bottega.example", "sender", membership.user),
    }[model]
    assert staff.post(reverse(f"admin:customers_{model}_delete", args=[row.pk])).status_code == 403


def test_the_digest_of_an_invitations_address_is_on_no_page(staff):
    membership = MembershipFactory()
    invitation = invite(membership.organisation, "paolo@bottega.example", "sender", membership.user)
    for address in (page("invitation"), page("invitation", invitation.pk)):
        answer = staff.get(address)
        assert answer.status_code == 200
        assert b"paolo@bottega.example" in answer.content
        assert invitation.token_digest.encode() not in answer.content


def people(*rows):
    data = {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": len(rows)} | proofs(total=0)
    for number, (membership, role) in enumerate(rows):
        data |= {
            f"memberships-{number}-id": membership.pk,
            f"memberships-{number}-organisation": membership.organisation_id,
            f"memberships-{number}-user": membership.user_id,
            f"memberships-{number}-role": role,
        }
    return data


def organisation_data(organisation, **changes):
    names = (
        "name",
        "kind",
        "country",
        "vat_number",
        "address",
        "postal_code",
        "city",
        "province",
        "recipient_code",
    )
    return {name: getattr(organisation, name) for name in names} | changes


def test_staff_suspends_an_organisation(staff):
    membership = MembershipFactory()
    data = organisation_data(membership.organisation, is_suspended="on") | people((membership, "owner"))
    staff.post(page("organisation", membership.organisation_id), data)
    assert Organisation.objects.get().is_suspended


def test_staff_too_leave_an_organisation_with_an_owner(staff):
    membership = MembershipFactory()
    data = organisation_data(membership.organisation) | people((membership, "viewer"))
    answer = staff.post(page("organisation", membership.organisation_id), data)
    assert b"An organisation needs an owner." in answer.content
    assert Membership.objects.get().role == "owner"


def test_staff_removes_no_last_owner(staff):
    membership = MembershipFactory()
    data = organisation_data(membership.organisation) | people((membership, "owner"))
    staff.post(page("organisation", membership.organisation_id), data | {"memberships-0-DELETE": "on"})
    assert Membership.objects.filter(pk=membership.pk).exists()


def proofs(*rows, total=1):
    data = {"vat_proofs-TOTAL_FORMS": total, "vat_proofs-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        data |= {f"vat_proofs-{number}-{name}": value for name, value in row.items()}
    return data


def test_staff_keeps_what_vies_answered(staff):
    membership = MembershipFactory()
    answer = {
        "vat_number": "FR40303265045", "answer": "valid", "asked_at_0": "2026-11-02", "asked_at_1": "10:00",
        "reference": "WAPIAAAAXxx",
    }  # fmt: skip
    data = organisation_data(membership.organisation) | people((membership, "owner")) | proofs(answer)
    staff.post(page("organisation", membership.organisation_id), data)
    proof = membership.organisation.vat_proofs.get()
    assert (proof.answer, proof.reference) == ("valid", "WAPIAAAAXxx")


def test_an_answer_of_vies_is_never_changed(staff):
    membership = MembershipFactory()
    proof = VatProof(organisation=membership.organisation, vat_number="FR40303265045", answer="valid")
    proof.save()
    assert staff.get(page("organisation", membership.organisation_id)).status_code == 200
    with pytest.raises(FactIsFinal):
        VatProof.objects.update(answer="invalid")


def test_staff_adds_a_person(staff):
    data = {
        "email": "New@Example.it", "name": "New", "usable_password": "true",
        "password1": "una-frase-lunga-42", "password2": "una-frase-lunga-42",
    }  # fmt: skip
    staff.post(reverse("admin:customers_user_add"), data)
    assert User.objects.get(email="new@example.it").check_password("una-frase-lunga-42")


def test_a_persons_page_opens_and_saves(staff):
    person = UserFactory(name="Old")
    assert staff.get(page("user", person.pk)).status_code == 200
    data = {"email": person.email, "name": "New", "language": "it", "is_active": "on"}
    staff.post(page("user", person.pk), data)
    person.refresh_from_db()
    assert person.name == "New"


@pytest.mark.parametrize("model", ["user", "organisation", "invitation"])
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(staff, model):
    def questions(rows):
        for membership in MembershipFactory.create_batch(rows):
            invite(membership.organisation, f"{rows}@bottega.example", "sender", membership.user)
            cache.clear()
        with CaptureQueriesContext(connection) as asked:
            staff.get(page(model))
        return len(asked)

    questions(1)
    assert questions(2) == questions(15)


RIGHTS = ("view_user", "change_user", "add_user")


def staff_with(*rights):
    """Staff who are no superusers, with these rights."""
    client = staff_client(email="helper@example.it", is_superuser=False)
    helper = User.objects.get(email="helper@example.it")
    helper.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return client, helper


def test_staff_who_may_edit_people_give_nobody_rights_and_least_of_all_themselves():
    client, helper = staff_with(*RIGHTS)
    customer = UserFactory()
    for person in (helper, customer):
        data = {
            "email": person.email,
            "name": "New",
            "is_active": "on",
            "is_staff": "on",
            "is_superuser": "on",
        }
        client.post(page("user", person.pk), data)
        person.refresh_from_db()
        assert not person.is_superuser
    assert customer.name == "New"
    assert not customer.is_staff


def test_staff_who_may_edit_people_change_no_password_of_staff():
    client, _ = staff_with(*RIGHTS)
    chief = UserFactory(is_staff=True, is_superuser=True)
    new = {"password1": "una-frase-lunga-42", "password2": "una-frase-lunga-42", "usable_password": "true"}
    address = reverse("admin:auth_user_password_change", args=[chief.pk])
    assert client.post(address, new).status_code == 403
    client.post(page("user", chief.pk), {"email": "mine@example.it", "name": "x"})
    chief.refresh_from_db()
    assert chief.check_password("x")
    assert chief.email != "mine@example.it"


def test_staff_without_rights_see_nothing():
    client, _ = staff_with()
    for model in ("user", "organisation", "invitation"):
        assert client.get(page(model)).status_code == 403


def test_a_persons_address_is_kept_in_small_letters_by_staff_too(staff):
    person = UserFactory()
    staff.post(page("user", person.pk), {"email": "New@Example.it", "name": "x", "is_active": "on"})
    person.refresh_from_db()
    assert person.email == "new@example.it"


def test_staff_see_who_is_logged_in_and_never_the_key_of_a_session(staff):
    client, membership = member_client("owner")
    client.get(reverse("home"))
    session = UserSession.objects.get(user=membership.user)
    listed = staff.get(reverse("admin:usersessions_usersession_changelist"), {"q": membership.user.email})
    assert membership.user.email.encode() in listed.content or str(membership.user).encode() in listed.content
    shown = staff.get(reverse("admin:usersessions_usersession_change", args=[session.pk]))
    for answer in (listed, shown):
        assert answer.status_code == 200
        assert session.session_key.encode() not in answer.content


def test_staff_see_which_second_factor_somebody_has_and_take_a_lost_one_away(staff):
    person = UserFactory()
    factor = TOTP.activate(person, "JBSWY3DPEHPK3PXP").instance
    address = reverse("admin:mfa_authenticator_change", args=[factor.pk])
    answer = staff.get(address)
    assert answer.status_code == 200
    assert factor.data["secret"].encode() not in answer.content
    staff.post(address, {"user": User.objects.get(email="staff@example.it").pk, "type": "totp", "data": "{}"})
    factor.refresh_from_db()
    assert factor.user == person
    staff.post(reverse("admin:mfa_authenticator_delete", args=[factor.pk]), {"post": "yes"})
    assert not person.authenticator_set.exists()
