"""Making and changing organisations, each kind by its own rules."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.forms import OrganisationForm
from customers.models import Membership, Organisation
from customers.tests.factories import MembershipFactory, OrganisationFactory, UserFactory, member_client

pytestmark = pytest.mark.django_db

COMPANY = {
    "name": "Bottega Ferri Srl",
    "kind": "business",
    "country": "IT",
    "vat_number": "IT 00743110157",
    "tax_code": "",
    "address": "Via dei Mille 12",
    "postal_code": "50131",
    "city": "Firenze",
    "province": "fi",
    "recipient_code": "",
    "pec": "",
}
PERSON = COMPANY | {
    "name": "Mario Rossi",
    "kind": "consumer",
    "vat_number": "",
    "tax_code": "rssmra85c15h501r",
}
OFFICE = COMPANY | {
    "kind": "public_body",
    "vat_number": "",
    "tax_code": "80078750587",
    "recipient_code": "ufy9mh",
}
FRENCH = COMPANY | {
    "kind": "eu_business",
    "country": "FR",
    "vat_number": "40 303 265 045",
    "postal_code": "75008",
    "city": "Paris",
    "province": "",
}
SWISS = FRENCH | {"kind": "foreign", "country": "CH", "vat_number": "CHE-123.456.788", "postal_code": "8001"}


def kept(data):
    form = OrganisationForm(data)
    assert form.is_valid(), form.errors
    return form.cleaned_data


def errors(data):
    form = OrganisationForm(data)
    assert not form.is_valid()
    return form.errors


def test_a_company_is_kept_in_its_normal_form():
    data = kept(COMPANY)
    assert (data["vat_number"], data["province"], data["recipient_code"]) == ("00743110157", "FI", "0000000")


def test_a_company_may_have_a_codice_fiscale_only():
    assert kept(COMPANY | {"vat_number": "", "tax_code": "97103880585"})["tax_code"] == "97103880585"


def test_a_company_without_any_number_is_refused_beside_the_partita_iva():
    assert list(errors(COMPANY | {"vat_number": ""})) == ["vat_number"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vat_number", "00743110158"), ("tax_code", "RSSMRA85C15H501Q"), ("postal_code", "5013"),
        ("province", "Firenze"), ("province", ""), ("recipient_code", "UFY9MH"), ("pec", "no mail"),
        ("country", "FR"), ("country", "ZZ"), ("country", ""), ("name", ""), ("address", "x" * 61),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_beside_its_field_alone(field, value):
    assert list(errors(COMPANY | {field: value})) == [field]


def test_pasted_spaces_do_no_harm():
    data = kept(
        COMPANY | {"recipient_code": " M5 UXCR1 ", "province": " f i ", "tax_code": "RSS MRA 85C15 H501R"}
    )
    assert (data["recipient_code"], data["province"], data["tax_code"]) == (
        "M5UXCR1",
        "FI",
        "RSSMRA85C15H501R",
    )


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [("vat_number", "12345678903", "tax office"), ("postal_code", "00100", "whole city")],
)
def test_what_is_odd_is_taken_with_a_warning(field, value, part):
    form = OrganisationForm(COMPANY | {field: value})
    assert form.is_valid(), form.errors
    (warning,) = form.warnings
    assert part in warning


def test_a_private_person_needs_a_codice_fiscale_and_nothing_else():
    data = kept(PERSON | {"vat_number": "nonsense", "recipient_code": "nonsense"})
    assert (data["vat_number"], data["tax_code"], data["recipient_code"]) == (
        "",
        "RSSMRA85C15H501R",
        "0000000",
    )
    assert list(errors(PERSON | {"tax_code": ""})) == ["tax_code"]
    assert list(errors(PERSON | {"tax_code": "80078750587"})) == ["tax_code"]


def test_a_private_person_abroad_needs_no_italian_number():
    data = kept(PERSON | {"country": "FR", "tax_code": "", "province": "", "postal_code": "75008"})
    assert data["recipient_code"] == "XXXXXXX"


def test_a_public_body_has_a_code_of_six_characters():
    assert kept(OFFICE)["recipient_code"] == "UFY9MH"
    assert list(errors(OFFICE | {"recipient_code": "0000000"})) == ["recipient_code"]
    assert list(errors(OFFICE | {"recipient_code": ""})) == ["recipient_code"]


def test_a_public_body_may_say_what_its_invoices_must_name():
    data = kept(OFFICE | {"contract_reference": "ORD-77", "cig": "zb1 2345678", "cup": "j41b21000010001"})
    assert (data["contract_reference"], data["cig"], data["cup"]) == (
        "ORD-77",
        "ZB12345678",
        "J41B21000010001",
    )


@pytest.mark.parametrize(("field", "value"), [("cig", "ZB123"), ("cup", "141B21000010001")])
def test_a_wrong_tender_code_is_told_beside_its_field(field, value):
    assert set(errors(OFFICE | {field: value})) == {field}


def test_what_only_public_bodies_have_is_emptied_for_others():
    data = kept(COMPANY | {"contract_reference": "ORD-77", "cig": "nonsense", "cup": "nonsense"})
    assert (data["contract_reference"], data["cig"], data["cup"]) == ("", "", "")


def test_every_organisation_has_a_code_of_its_own_that_no_spreadsheet_takes_for_a_number():
    codes = {OrganisationFactory().code for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 8 and code[0].isalpha() and code.isalnum() for code in codes)


def test_a_company_in_the_eu_has_its_countrys_vat_number():
    data = kept(FRENCH | {"tax_code": "x", "pec": "a@b.example", "province": "IdF"})
    assert (data["vat_number"], data["recipient_code"], data["province"]) == ("FR40303265045", "XXXXXXX", "")
    assert (data["tax_code"], data["pec"]) == ("", "")
    assert list(errors(FRENCH | {"vat_number": ""})) == ["vat_number"]
    assert list(errors(FRENCH | {"vat_number": "FR41303265045"})) == ["vat_number"]
    assert "country" in errors(FRENCH | {"country": "CH"})
    assert "country" in errors(FRENCH | {"country": "IT"})


def test_a_company_outside_the_eu_is_taken_as_it_writes_itself():
    assert kept(SWISS)["vat_number"] == "CHE-123.456.788"
    assert "country" in errors(SWISS | {"country": "FR"})


def test_whoever_makes_an_organisation_owns_it_and_acts_for_it():
    client, earlier = member_client("viewer")
    answer = client.post(reverse("customers:create"), COMPANY, follow=True)
    made = Organisation.objects.exclude(pk=earlier.organisation_id).get()
    assert Membership.objects.get(organisation=made).role == Membership.Role.OWNER
    assert answer.context["organisation"] == made
    assert b"Bottega Ferri Srl is ready." in answer.content


def test_a_refused_form_keeps_what_was_typed_and_makes_nothing():
    client, _ = member_client("owner")
    answer = client.post(reverse("customers:create"), COMPANY | {"vat_number": "00743110158"})
    assert answer.status_code == 200
    assert b"00743110158" in answer.content
    assert b"a digit is mistyped" in answer.content
    assert Organisation.objects.count() == 1


def test_a_warning_is_shown_after_saving():
    client, _ = member_client("owner")
    answer = client.post(reverse("customers:organisation"), COMPANY | {"postal_code": "00100"}, follow=True)
    assert b"whole city" in answer.content
    assert b"Saved." in answer.content


def test_an_owner_changes_the_organisation():
    client, membership = member_client("owner")
    client.post(reverse("customers:organisation"), COMPANY | {"name": "Another Name Srl"})
    membership.organisation.refresh_from_db()
    assert membership.organisation.name == "Another Name Srl"


def test_a_refused_change_leaves_the_name_in_the_header_alone():
    client, membership = member_client("owner")
    answer = client.post(reverse("customers:organisation"), COMPANY | {"name": "Refused", "province": ""})
    assert answer.context["organisation"].name == membership.organisation.name


@pytest.mark.parametrize("role", ["sender", "viewer", "accountant"])
def test_the_others_read_and_may_not_change(role):
    client, _ = member_client(role)
    page = client.get(reverse("customers:organisation"))
    assert b"Only an owner can change this." in page.content
    assert b"Italy" in page.content
    assert client.post(reverse("customers:organisation"), COMPANY).status_code == 403


def test_switching_is_remembered_and_foreign_organisations_are_not_found():
    client, first = member_client("owner")
    second = MembershipFactory(
        user=first.user, organisation=OrganisationFactory(name="Zeta Srl"), viewer=True
    )
    client.post(reverse("customers:switch"), {"organisation": second.organisation_id})
    assert client.get(reverse("customers:organisation")).context["organisation"] == second.organisation
    for foreign in (OrganisationFactory().pk, "nonsense", ""):
        assert client.post(reverse("customers:switch"), {"organisation": foreign}).status_code == 404
    assert client.get(reverse("customers:switch")).status_code == 405


@pytest.mark.parametrize(
    ("target", "led_to"),
    [
        ("/usage/", "/usage/"), ("", "/"), ("https://evil.example/", "/"), ("//evil.example", "/"),
        ("/\\evil.example", "/"), ("javascript:alert(1)", "/"),
    ],
)  # fmt: skip
def test_a_mails_address_enters_the_organisation_and_leads_to_our_pages_only(target, led_to):
    client, first = member_client("owner")
    second = MembershipFactory(user=first.user, organisation=OrganisationFactory(name="Zeta Srl"))
    answer = client.get(reverse("customers:enter", args=[second.organisation_id]), {"next": target})
    assert answer["Location"] == led_to
    assert client.session["organisation"] == str(second.organisation_id)


def test_a_suspended_organisation_is_told_so_and_opens_nothing():
    client, membership = member_client("owner")
    Organisation.objects.update(is_suspended=True)
    for name in ("home", "customers:organisation", "customers:members"):
        answer = client.get(reverse(name))
        assert answer.status_code == 403
        assert b"is suspended" in answer.content
    entered = client.get(reverse("customers:enter", args=[membership.organisation_id]))
    assert entered.status_code == 404


def test_a_member_of_a_suspended_organisation_still_acts_for_the_other():
    client, first = member_client("owner")
    second = MembershipFactory(user=first.user)
    Organisation.objects.filter(pk=first.organisation_id).update(is_suspended=True)
    assert client.get(reverse("customers:organisation")).context["organisation"] == second.organisation


@pytest.mark.parametrize("name", ["customers:members", "customers:organisation", "customers:profile"])
def test_pages_ask_the_database_as_often_for_many_members_as_for_few(name):
    client, membership = member_client("owner")
    client.post(reverse("customers:switch"), {"organisation": membership.organisation_id})

    def questions():
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(name))
        return len(asked)

    few = questions()
    MembershipFactory.create_batch(20, organisation=membership.organisation)
    MembershipFactory.create_batch(5, user=membership.user)
    assert questions() == few


def test_somebody_without_an_organisation_is_led_to_make_one():
    from django.test import Client

    client = Client()
    client.force_login(UserFactory())
    assert client.get(reverse("customers:members"))["Location"] == reverse("customers:create")
    assert client.get(reverse("customers:create")).status_code == 200
