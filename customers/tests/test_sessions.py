"""The list of one's sessions, and what is noted for it."""

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.tests.factories import UserFactory, member_client

pytestmark = pytest.mark.django_db


def test_where_a_session_was_last_used_from_is_seen_by_its_owner():
    client, membership = member_client("viewer")
    client.get(reverse("home"), REMOTE_ADDR="192.0.2.44", headers={"user-agent": "Netscape 4"})
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "192.0.2.44" in page
    assert UserSession.objects.get().user == membership.user


def test_a_page_writes_nothing_when_the_session_was_noted_a_moment_ago():
    client, _ = member_client("viewer")
    client.get(reverse("home"))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("home"))
    assert not [query["sql"] for query in asked if not query["sql"].startswith("SELECT")]


def test_other_sessions_are_ended_at_once():
    user = UserFactory()
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.force_login(user)
        browser.get(reverse("home"))
    here.post(reverse("usersessions_list"))
    assert elsewhere.get(reverse("customers:profile"))["Location"].startswith(reverse("account_login"))
    assert here.get(reverse("customers:profile")).status_code == 200
