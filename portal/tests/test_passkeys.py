"""A passkey's answer of any shape is a wrong one, never a fault of ours."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ANSWERS = [
    "", "x", "null", "1", "[]", "[1]", "{}", '{"id": 1}', '{"rawId": "x", "response": []}', '{"response": {"userHandle": "AA"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", "attestationObject": "AA"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "o2Nm"}}',
    '{"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "A"}}',
    "[" * 5000, '{"id": ' + "9" * 5000 + "}",
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
def test_nobody_logs_in_by_an_answer_that_is_none(answer):
    client = Client()
    assert client.post(reverse("mfa_login_webauthn"), {"credential": answer}).status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("answer", ANSWERS)
def test_nobody_passes_the_second_step_by_an_answer_that_is_none(answer):
    user = UserFactory()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": "x"})
    client.get(reverse("mfa_authenticate"))
    assert client.post(reverse("mfa_authenticate"), {"credential": answer}).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("answer", ANSWERS)
def test_no_passkey_is_added_by_an_answer_that_is_none(answer):
    user = UserFactory()
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": "x"})
    client.post(reverse("account_reauthenticate"), {"password": "x"})
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    assert client.post(reverse("mfa_add_webauthn"), {"name": "Key", "credential": answer}).status_code == 200
    assert not user.authenticator_set.exists()
