"""Limits hold on the shared cache, and nobody gets round them by claiming other addresses."""

import pytest
from django.test import Client
from django.urls import reverse

from customers.tests.factories import UserFactory
from vault import new_token

pytestmark = pytest.mark.django_db
ATTEMPTS = 80


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings):
    settings.TRUSTED_PROXIES = 1


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
