"""Staff's pages about people and organisations."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.flows.invite import invite
from customers.models import Membership, Organisation, User, VatProof
from customers.tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from facts.append_only import FactIsFinal

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    person = UserFactory(email="staff@example.it", is_staff=True, is_superuser=True)
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    client.force_login(person)
    return client


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
