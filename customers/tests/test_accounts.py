"""Signing up, verifying, logging in, and the profile, as a person in a browser does it."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from customers.models import User
from customers.tests.factories import UserFactory
from outbox.models import Mail

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "una-frase-lunga-42"
NEW = {
    "name": "Giulia Ferri",
    "email": "Giulia@Bottega.example",
    "password1": PASSWORD,
    "password2": PASSWORD,
    "language": "en",
}


def browser(language="en"):
    return Client(headers={"accept-language": language})


def link_in(message):
    return re.search(r"https?://[^/]+(/\S+)", message.body).group(1)


def test_somebody_signs_up_verifies_and_is_led_to_make_an_organisation():
    client = browser()
    answer = client.post(reverse("account_signup"), NEW)
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    (message,) = mail.outbox
    assert message.to == ["giulia@bottega.example"]
    assert message.subject == "Confirm your e-mail address"
    assert client.get(link_in(message)).status_code == 200
    assert not EmailAddress.objects.get().verified, "opening the mail's link alone confirms nothing"
    client.post(link_in(message))
    assert EmailAddress.objects.get().verified
    answer = client.get(reverse("home"))
    assert answer["Location"] == reverse("customers:create")
    user = User.objects.get()
    assert (user.email, user.name, user.language) == ("giulia@bottega.example", "Giulia Ferri", "en")


def test_the_mail_is_queued_for_the_outbox_with_both_bodies():
    browser().post(reverse("account_signup"), NEW)
    queued = Mail.objects.get()
    assert queued.about == "account"
    (message,) = mail.outbox
    html = message.alternatives[0][0]
    assert link_in(message) in html
    assert "Confirm the address" in html


@pytest.mark.parametrize(("language", "subject"), [("it", "Conferma"), ("fr", "Confirm")])
def test_the_mail_speaks_the_language_chosen_when_signing_up(language, subject):
    browser("en").post(reverse("account_signup"), NEW | {"language": language})
    assert Mail.objects.get().language == language
    assert mail.outbox[0].subject.startswith(subject)


def test_the_language_offered_is_the_one_of_the_page():
    form = browser("fr").get(reverse("account_signup")).context["form"]
    assert form["language"].initial == "fr"


def test_a_password_that_is_too_short_is_refused_and_the_form_keeps_what_was_typed():
    answer = browser().post(reverse("account_signup"), NEW | {"password1": "short", "password2": "short"})
    assert answer.status_code == 200
    assert answer.context["form"].errors["password1"]
    assert b"Giulia Ferri" in answer.content
    assert not User.objects.exists()


def test_signing_up_twice_tells_the_owner_by_mail_and_the_browser_nothing():
    UserFactory(email="giulia@bottega.example")
    answer = browser().post(reverse("account_signup"), NEW)
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert User.objects.count() == 1
    (message,) = mail.outbox
    assert message.subject == "You have an account already"
    assert reverse("account_reset_password") in message.alternatives[0][0]


def test_who_has_not_verified_does_not_get_in():
    user = UserFactory(has_verified_email=False)
    client = browser()
    answer = client.post(reverse("account_login"), {"login": user.email, "password": "x"})
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session


def test_an_address_is_recognised_in_any_case():
    user = UserFactory(email="giulia@bottega.example")
    client = browser()
    client.post(reverse("account_login"), {"login": "GIULIA@bottega.EXAMPLE", "password": "x"})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_lost_password_is_chosen_anew_by_mail_in_the_persons_language():
    user = UserFactory(language="it")
    client = browser("en")
    client.post(reverse("account_reset_password"), {"email": user.email})
    (message,) = mail.outbox
    assert message.subject == "Scegli una nuova password"
    page = client.get(link_in(message), follow=True)
    address = page.redirect_chain[-1][0]
    client.post(address, {"password1": PASSWORD, "password2": PASSWORD})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_each_address_offers_what_can_be_done_with_it():
    user = UserFactory(email="giulia@bottega.example")
    other = EmailAddress.objects.create(user=user, email="giulia@studio.example", verified=True)
    client = browser()
    client.force_login(user)
    page = client.get(reverse("account_email")).content.decode()
    assert page.count('name="action_remove"') == page.count('name="action_primary"') == 1
    assert 'name="action_send"' not in page
    client.post(reverse("account_email"), {"email": other.email, "action_primary": ""})
    user.refresh_from_db()
    assert user.email == "giulia@studio.example"


def test_a_lost_password_of_nobody_is_told_by_mail_only():
    known, unknown = browser(), browser()
    UserFactory(email="known@example.it")
    first = known.post(reverse("account_reset_password"), {"email": "known@example.it"})
    second = unknown.post(reverse("account_reset_password"), {"email": "nobody@example.it"})
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert mail.outbox[-1].subject == "No account with this address"
    assert reverse("account_signup") in mail.outbox[-1].body


def test_too_many_wrong_passwords_are_told_in_the_form():
    user = UserFactory()
    client = browser()
    for _ in range(6):
        answer = client.post(reverse("account_login"), {"login": user.email, "password": "wrong"})
    assert b"Too many failed login attempts" in answer.content
    answer = client.post(reverse("account_login"), {"login": user.email, "password": "x"})
    assert "_auth_user_id" not in client.session


def test_too_many_logins_from_one_address_get_a_clear_page():
    client = browser()
    for number in range(31):
        answer = client.post(
            reverse("account_login"), {"login": f"p{number}@example.it", "password": "wrong"}
        )
    assert answer.status_code == 429
    assert b"Too many attempts" in answer.content


def test_the_profile_keeps_name_and_language_and_the_next_page_speaks_it():
    user = UserFactory(name="Old Name", language="en")
    client = browser()
    client.force_login(user)
    answer = client.post(reverse("customers:profile"), {"name": "Giulia Ferri", "language": "it"})
    assert answer.cookies["django_language"].value == "it"
    user.refresh_from_db()
    assert (user.name, user.language) == ("Giulia Ferri", "it")
    page = client.get(reverse("customers:profile"))
    assert b'lang="it"' in page.content
    assert "Salvato" in page.content.decode()


def test_a_profile_needs_a_name_and_one_of_our_languages():
    client = browser()
    client.force_login(UserFactory())
    answer = client.post(reverse("customers:profile"), {"name": "", "language": "tlh"})
    assert set(answer.context["form"].errors) == {"name", "language"}


def test_a_new_browser_speaks_the_language_of_the_profile():
    client = browser("en")
    client.force_login(UserFactory(language="fr"))
    assert b'<html lang="fr"' in client.get(reverse("customers:profile")).content


@pytest.mark.parametrize("address", [f"a@{'é' * 63}.it", "a@．it.it"])
@pytest.mark.parametrize("name", ["account_signup", "account_reset_password"])
def test_an_address_that_no_mail_can_carry_is_told_beside_the_field(name, address):
    answer = browser().post(reverse(name), NEW | {"email": address})
    assert b"Enter a valid e-mail address." in answer.content
    assert not Mail.objects.exists()


def test_an_address_with_other_letters_is_kept_as_mail_servers_spell_it():
    browser().post(reverse("account_signup"), NEW | {"email": "Giulia@Bottegà.example"})
    assert User.objects.get().email == "giulia@xn--botteg-nta.example"
    assert mail.outbox[0].to == ["giulia@xn--botteg-nta.example"]
