"""Nobody learns from the portal who has an account: not by what it says, nor where it leads, nor how long it takes."""

from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "una-frase-lunga-42"
NEW = {"name": "Giulia", "password1": PASSWORD, "password2": PASSWORD, "language": "en"}


class CountedHasher(MD5PasswordHasher):
    """Hashing is what takes long; this one is counted."""

    done = 0

    def encode(self, password: str, salt: str) -> str:
        CountedHasher.done += 1
        return str(super().encode(password, salt))


def outcome(name: str, data: dict[str, str]) -> tuple[Any, ...]:
    """What a visitor can tell by: status, address, page (without what they typed) and work done."""
    client = Client(headers={"accept-language": "en"})
    before = CountedHasher.done
    answer = client.post(reverse(name), data)
    work = CountedHasher.done - before
    typed = data.get("email") or data["login"]
    page = answer.content.decode().replace(typed, "")
    shown = [line for line in page.splitlines() if "csrf" not in line]
    return answer.status_code, answer.get("Location"), shown, sorted(client.cookies), work


@pytest.fixture
def known(settings):
    settings.PASSWORD_HASHERS = ["tests.test_enumeration.CountedHasher"]
    return UserFactory(email="known@example.it").email


def test_signing_up(known):
    assert outcome("account_signup", {**NEW, "email": known}) == outcome(
        "account_signup", {**NEW, "email": "fresh@example.it"}
    )


def test_logging_in_with_a_wrong_password(known):
    wrong = {"password": "wrong"}
    assert outcome("account_login", {"login": known, **wrong}) == outcome(
        "account_login", {"login": "nobody@example.it", **wrong}
    )


def test_logging_in_with_a_wrong_password_where_the_account_is_inactive_or_unverified(known):
    UserFactory(email="gone@example.it", is_active=False)
    UserFactory(email="late@example.it", has_verified_email=False)
    wrong = {"password": "wrong"}
    nobody = outcome("account_login", {"login": "nobody@example.it", **wrong})
    assert outcome("account_login", {"login": "gone@example.it", **wrong}) == nobody
    assert outcome("account_login", {"login": "late@example.it", **wrong}) == nobody


def test_asking_for_a_new_password(known):
    assert outcome("account_reset_password", {"email": known}) == outcome(
        "account_reset_password", {"email": "nobody@example.it"}
    )


def test_logging_in_by_a_passkey():
    client = Client()
    answers = [
        client.post(reverse("mfa_login_webauthn"), {"credential": credential})
        for credential in ('{"response": {"userHandle": "MQ"}}', '{"response": {"userHandle": "OTk5"}}')
    ]
    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
