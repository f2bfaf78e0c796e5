"""The staff's admin opens for staff who have shown a second factor in this session, and for nobody else."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.test import Client
from django.urls import reverse

from billing.models import Purchase
from customers.models import User
from customers.tests.factories import STAFF_SECRET, UserFactory, second_factor_code, staff_client
from signatures.envelopes.tests.factories import PurchaseFactory

pytestmark = pytest.mark.django_db
INDEX = "admin:index"
DOOR = "/staff/login/"


@pytest.fixture
def staff():
    return UserFactory(email="staff@example.it", is_staff=True, is_superuser=True)


def logged_in(user: User, password: str = "x") -> Client:
    """A browser after the log in's first step."""
    client = Client(headers={"accept-language": "en"})
    client.post(reverse("account_login"), {"login": user.email, "password": password})
    return client


def is_open(client: Client) -> bool:
    return client.get(reverse(INDEX)).status_code == 200


def led_to(client: Client) -> str:
    return client.get(reverse(INDEX), follow=True).redirect_chain[-1][0]


def test_a_stranger_is_led_to_the_portals_login(client):
    assert led_to(client).startswith(reverse("account_login"))


def test_staff_without_a_second_factor_are_led_to_set_one_up(staff):
    assert led_to(logged_in(staff)).startswith(reverse("mfa_index"))


def test_a_password_alone_opens_nothing(staff):
    TOTP.activate(staff, STAFF_SECRET)
    assert led_to(logged_in(staff)) == reverse("mfa_authenticate")


def test_staff_with_password_and_second_factor_enter():
    assert is_open(staff_client())


def test_a_recovery_code_opens_once(staff):
    TOTP.activate(staff, STAFF_SECRET)
    code = RecoveryCodes.activate(staff).get_unused_codes()[0]
    for opens in (True, False):
        client = logged_in(staff)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_open(client) is opens


def test_a_session_from_before_the_second_factor_must_show_it(staff):
    client = logged_in(staff)
    TOTP.activate(staff, STAFF_SECRET)
    address = led_to(client)
    assert address.startswith(reverse("mfa_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": "x"})
    assert not is_open(client), "the password once more is no second factor"
    answer = client.post(address, {"code": second_factor_code(), "next": reverse(INDEX)})
    assert answer["Location"] == reverse(INDEX)
    assert is_open(client)


def set_up_a_factor(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": "x"})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    client.post(reverse("mfa_activate_totp"), {"code": second_factor_code(secret)})


@pytest.mark.django_db(transaction=True)
def test_setting_up_a_second_factor_ends_all_other_sessions(staff):
    here, elsewhere = logged_in(staff), logged_in(staff)
    set_up_a_factor(here)
    assert Authenticator.objects.filter(user=staff, type="totp").exists()
    assert elsewhere.get(reverse("customers:profile"))["Location"].startswith(reverse("account_login"))
    assert here.get(reverse("customers:profile")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_taking_a_second_factor_away_ends_other_sessions_and_closes_the_door():
    here = staff_client()
    staff = User.objects.get()
    elsewhere = logged_in(staff)
    RecoveryCodes.activate(staff)
    elsewhere.post(reverse("mfa_authenticate"), {"code": RecoveryCodes.activate(staff).get_unused_codes()[0]})
    assert is_open(elsewhere)
    here.post(reverse("account_reauthenticate"), {"password": "x"})
    here.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert led_to(here).startswith(reverse("mfa_index"))
    assert led_to(elsewhere).startswith(reverse("account_login"))


def test_a_session_whose_second_factor_was_replaced_must_show_the_new_one():
    client = staff_client()
    Authenticator.objects.all().delete()
    TOTP.activate(User.objects.get(), STAFF_SECRET)
    assert led_to(client).startswith(reverse("mfa_reauthenticate"))


@pytest.mark.django_db(transaction=True)
def test_a_new_password_by_mail_opens_nothing_without_the_second_factor(staff):
    TOTP.activate(staff, STAFF_SECRET)
    client = Client(headers={"accept-language": "en"})
    client.post(reverse("account_reset_password"), {"email": staff.email})
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body).group(1)
    page = client.get(link, follow=True)
    new = "una-frase-lunga-42"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert not is_open(client)
    assert led_to(logged_in(staff, new)) == reverse("mfa_authenticate")


def test_a_changed_password_ends_other_sessions_and_keeps_the_second_factor_of_this_one():
    here = staff_client()
    staff = User.objects.get()
    elsewhere = Client()
    elsewhere.cookies["sessionid"] = _copy_of_session(here)
    assert is_open(elsewhere)
    new = "una-frase-lunga-42"
    here.post(reverse("account_change_password"), {"oldpassword": "x", "password1": new, "password2": new})
    staff.refresh_from_db()
    assert staff.check_password(new)
    assert is_open(here)
    assert not is_open(elsewhere)


def _copy_of_session(client: Client) -> str:
    copy = SessionStore()
    copy.create()
    copy.update(dict(client.session.items()))
    copy.save()
    return str(copy.session_key)


def test_staff_who_are_nobodys_customer_come_to_their_pages():
    client = staff_client()
    assert client.get(reverse("home"))["Location"] == reverse("admin:index")


def test_the_overview_names_the_purchases_that_wait_for_a_decision_and_times_name_their_zone():
    client = staff_client()
    assert b"waits for your decision" not in client.get(reverse("admin:index")).content
    purchase = PurchaseFactory(state=Purchase.State.UNDECIDED)
    overview = client.get(reverse("admin:index")).content.decode()
    assert "1 purchase ended unclear and waits for your decision" in overview
    assert f"{reverse('admin:billing_purchase_changelist')}?state__exact=undecided" in overview
    page = client.get(reverse("admin:billing_purchase_change", args=[purchase.pk])).content.decode()
    assert re.search(r"\d{4}, \d\d:\d\d CES?T", page)


def test_a_second_factor_makes_nobody_staff():
    client = staff_client(is_staff=False, is_superuser=False)
    response = client.get(reverse(INDEX), follow=True)
    assert reverse("home") in [url for url, _ in response.redirect_chain]


def test_staff_who_may_no_longer_log_in_are_out_at_once():
    client = staff_client()
    User.objects.update(is_active=False)
    assert led_to(client).startswith(reverse("account_login"))


def test_the_second_factors_secret_is_sealed_in_the_database(staff):
    authenticator = TOTP.activate(staff, STAFF_SECRET).instance
    authenticator.refresh_from_db()
    assert STAFF_SECRET not in str(authenticator.data)


def addresses() -> list[str]:
    """Every address of the admin that needs no object, and one with an object for each model."""
    names = ["index", "jsi18n", "autocomplete", "password_change", "billing_usage_export"]
    for model in admin.site._registry:
        about = f"{model._meta.app_label}_{model._meta.model_name}"
        names += [f"{about}_changelist", f"{about}_add"]
    plain = [reverse(f"admin:{name}") for name in names]
    with_object = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=["1"])
        for model in admin.site._registry
        for page in ("change", "delete", "history")
    ]
    own = [
        reverse("admin:auth_user_password_change", args=["1"]),
        reverse("admin:billing_purchase_decide", args=["3d1e1f9e-0000-4000-8000-000000000000"]),
        reverse("admin:billing_usage_correct", args=["3d1e1f9e-0000-4000-8000-000000000000"]),
    ]
    return [*plain, *with_object, *own]


def test_no_page_opens_without_the_second_factor(staff):
    stranger, without, not_shown = Client(), Client(), logged_in(staff)
    TOTP.activate(staff, STAFF_SECRET)
    without.force_login(UserFactory(email="new@example.it", is_staff=True, is_superuser=True))
    for address in addresses():
        for visitor in (stranger, without, not_shown):
            for answer in (visitor.get(address), visitor.post(address)):
                assert answer.status_code == 302, address
                assert answer["Location"].startswith(DOOR), address
