"""The staff's admin opens for staff with a second factor, and for nobody else."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from customers.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return User.objects.create_user("staff@example.it", "x", is_staff=True, is_superuser=True)


def test_a_stranger_is_led_to_the_portals_login(client):
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_staff_without_a_second_factor_are_led_to_set_one_up(client, staff):
    client.force_login(staff)
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("mfa_index"))


def test_staff_with_a_second_factor_enter(client, staff):
    TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    client.force_login(staff)
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_second_factor_makes_nobody_staff(client):
    member = User.objects.create_user("member@example.it", "x")
    TOTP.activate(member, "JBSWY3DPEHPK3PXP")
    client.force_login(member)
    response = client.get(reverse("admin:index"), follow=True)
    assert reverse("home") in [url for url, _ in response.redirect_chain]


def test_the_second_factors_secret_is_sealed_in_the_database(staff):
    authenticator = TOTP.activate(staff, "JBSWY3DPEHPK3PXP").instance
    authenticator.refresh_from_db()
    assert "JBSWY3DPEHPK3PXP" not in str(authenticator.data)
