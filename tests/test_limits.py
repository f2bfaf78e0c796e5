"""Limits hold on the shared cache, and nobody gets round them by claiming other addresses."""

from datetime import UTC, datetime

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from customers.flows.invite import PER_PERSON
from customers.limits import allow
from customers.models import Invitation, Organisation
from customers.tests.factories import (
    STAFF_SECRET,
    MembershipFactory,
    UserFactory,
    member_client,
    second_factor_code,
)
from outbox.models import Mail
from signatures.certificates.tests.factories import CertificateFactory, OrderFactory, OrderFileFactory
from signatures.certificates.views.limits import CONTACTS, PAPERS
from signatures.envelopes.tests.factories import EnvelopeFactory, give_token
from vault import new_token

pytestmark = pytest.mark.django_db
ATTEMPTS = 80


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings):
    settings.TRUSTED_PROXIES = 1


@pytest.fixture(autouse=True)
def _within_one_period():
    """Periods are stretches of the clock: on a slow machine the next one could begin in the middle of a test."""
    with time_machine.travel(datetime(2026, 12, 15, 12, 30, tzinfo=UTC), tick=False):
        yield


def claimed(number: int) -> dict[str, str]:
    """What a visitor claims, and after it what our proxy saw."""
    return {"x-forwarded-for": f"203.0.113.{number}, 198.51.100.7"}


def test_logins_are_limited_whatever_address_is_claimed():
    answers = [
        Client().post(
            reverse("account_login"), {"login": f"p{n}@example.it", "password": "x"}, headers=claimed(n)
        )
        for n in range(ATTEMPTS)
    ]
    assert answers[-1].status_code == 429


def test_passwords_of_one_account_are_limited_from_all_addresses_together():
    user = UserFactory()
    for number in range(6):
        elsewhere = {"x-forwarded-for": f"198.51.100.{number}"}
        answer = Client().post(
            reverse("account_login"), {"login": user.email, "password": "wrong"}, headers=elsewhere
        )
    assert b"Too many failed login attempts" in answer.content


def test_sign_ups_are_limited_whatever_address_is_claimed():
    new = {
        "name": "x",
        "password1": "una-frase-lunga-42",
        "password2": "una-frase-lunga-42",
        "language": "it",
    }
    answers = [
        Client().post(reverse("account_signup"), {**new, "email": f"p{n}@example.it"}, headers=claimed(n))
        for n in range(21)
    ]
    assert answers[-1].status_code == 429


def test_lost_passwords_are_limited_whatever_address_is_claimed():
    answers = [
        Client().post(reverse("account_reset_password"), {"email": f"p{n}@example.it"}, headers=claimed(n))
        for n in range(21)
    ]
    assert answers[-1].status_code == 429


def test_addresses_of_signers_are_guessed_seldom_whatever_address_is_claimed():
    answers = [
        Client().get(reverse("signing:invitation", args=[new_token()]), headers=claimed(n))
        for n in range(ATTEMPTS)
    ]
    assert answers[0].status_code == 404
    assert answers[-1].status_code == 429


@pytest.mark.parametrize(
    ("name", "method", "most"),
    [("document", "get", 40), ("leave", "post", 20), ("decline", "post", 20), ("copy", "get", 20)],
)
def test_a_signer_does_each_thing_only_so_often(name, method, most):
    envelope = EnvelopeFactory(**{"completed" if name == "copy" else "signing": True})
    first, second = envelope.signers.all()
    address = reverse(f"signing:{name}", args=[give_token(first)])
    told = [getattr(Client(), method)(address).status_code for _ in range(most + 1)]
    assert told[-1] == 429
    assert 429 not in told[:-1]
    assert envelope.events.count() <= most
    other = reverse(f"signing:{name}", args=[give_token(second)])
    assert getattr(Client(), method)(other).status_code != 429


def test_codes_of_a_second_factor_are_guessed_only_so_often():
    user = UserFactory()
    TOTP.activate(user, STAFF_SECRET)
    for number in range(7):
        client = Client(headers={"accept-language": "en", "x-forwarded-for": f"198.51.100.{number}"})
        client.post(reverse("account_login"), {"login": user.email, "password": "x"})
        answer = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert b"Too many failed login attempts" in answer.content
    client.post(reverse("mfa_authenticate"), {"code": second_factor_code()})
    assert "_auth_user_id" not in client.session


def test_a_stolen_session_guesses_password_and_codes_only_so_often():
    client, _ = member_client("owner")
    answers = [client.post(reverse("account_reauthenticate"), {"password": "wrong"}) for _ in range(11)]
    assert answers[-1].status_code == 429


def test_mail_to_confirm_an_address_is_sent_only_so_often():
    user = UserFactory(has_verified_email=False)
    for _ in range(5):
        Client().post(reverse("account_login"), {"login": user.email, "password": "x"})
    assert Mail.objects.filter(recipient=user.email).count() == 1


def test_one_person_invites_only_so_many_whatever_organisation_they_act_for():
    client, membership = member_client("owner")
    for number in range(3):
        other = MembershipFactory(user=membership.user)
        client.post(reverse("customers:switch"), {"organisation": other.organisation_id})
        for place in range(25):
            address = f"p{number}-{place}@example.it"
            answer = client.post(reverse("customers:members"), {"email": address, "role": "viewer"})
    assert b"Too many invitations in an hour." in answer.content
    assert Invitation.objects.count() == PER_PERSON


def test_one_person_makes_only_so_many_organisations():
    client, _ = member_client("owner")
    data = {
        "name": "x", "kind": "business", "country": "IT", "vat_number": "00743110157", "address": "Via Roma 1",
        "postal_code": "50131", "city": "Firenze", "province": "FI",
    }  # fmt: skip
    for _ in range(11):
        answer = client.post(reverse("customers:create"), data)
    assert b"Too many organisations in an hour." in answer.content
    assert b'value="Via Roma 1"' in answer.content
    assert Organisation.objects.filter(name="x").count() == 10


def test_one_person_has_only_so_many_documents_inspected():
    client, _ = member_client("sender")
    for _ in range(31):
        upload = SimpleUploadedFile("a.pdf", b"no pdf")
        answer = client.post(reverse("envelopes:new"), {"document": upload, "title": "A title to keep"})
    assert b"Too many uploads" in answer.content
    assert b"A title to keep" in answer.content


def test_one_person_asks_only_so_often_whose_a_contact_is():
    client, membership = member_client("sender")
    order = OrderFactory(organisation=membership.organisation)
    address = reverse("orders:check", args=[order.pk, "person"])
    form = reverse("orders:step", args=[order.pk, "person"])
    person = {"tax_code": "RSSMRA85C15H501R", "given_name": "Mario", "surname": "Rossi"}
    for number in range(CONTACTS[0]):
        assert client.post(address, {**person, "email": f"p{number}@example.it"}).status_code == 200
    last = {**person, "email": f"p{number}@example.it"}
    # The rest of the form asks nothing new.
    assert client.post(address, {**last, "surname": "Rosso"}).status_code == 200
    for asked in (
        {"email": "other@example.it"},
        {"mobile": "+393331234567"},
        {"tax_code": "DNGNCL78M08L219I"},
    ):
        assert client.post(address, {**last, **asked}).status_code == 429
        assert client.post(form, {**last, **asked}).status_code == 429
        assert client.post(form, {**last, **asked, "later": "1"}).status_code == 429
    certificate = CertificateFactory(organisation=membership.organisation)
    assert client.post(reverse("certificates:renew", args=[certificate.pk])).status_code == 429


def test_one_person_has_only_so_many_pictures_and_papers_looked_at():
    client, membership = member_client("sender")
    order = OrderFactory(organisation=membership.organisation)
    address = reverse("orders:upload", args=[order.pk, "id_front"])
    for _ in range(PAPERS[0] - 1):
        allow(f"papers:{membership.user.pk}", *PAPERS)
    answer = client.post(address, {"file": SimpleUploadedFile("a.jpg", b"no picture")})
    assert b"Too many uploads" not in answer.content
    answer = client.post(address, {"file": SimpleUploadedFile("a.jpg", b"no picture")})
    assert b"Too many uploads" in answer.content
    wants_form = OrderFactory(organisation=membership.organisation, documents_needed=True)
    OrderFileFactory(order=wants_form, kind="form_blank")
    answer = client.post(
        reverse("orders:upload_form", args=[wants_form.pk]),
        {"signed": SimpleUploadedFile("form.pdf", b"no form")},
    )
    assert b"Too many uploads" in answer.content
