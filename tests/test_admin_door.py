"""The staff's admin opens for staff with a second factor, and for nobody else."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from billing.models import Purchase
from customers.models import User
from signatures.envelopes.tests.factories import PurchaseFactory

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


def test_staff_who_are_nobodys_customer_come_to_their_pages(client, staff):
    TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    client.force_login(staff)
    assert client.get(reverse("home"))["Location"] == reverse("admin:index")


def test_the_overview_names_the_purchases_that_wait_for_a_decision_and_times_name_their_zone(client, staff):
    TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    client.force_login(staff)
    assert b"waits for your decision" not in client.get(reverse("admin:index")).content
    purchase = PurchaseFactory(state=Purchase.State.UNDECIDED)
    overview = client.get(reverse("admin:index")).content.decode()
    assert "1 purchase ended unclear and waits for your decision" in overview
    assert f"{reverse('admin:billing_purchase_changelist')}?state__exact=undecided" in overview
    page = client.get(reverse("admin:billing_purchase_change", args=[purchase.pk])).content.decode()
    assert re.search(r"\d{4}, \d\d:\d\d CES?T", page)


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
