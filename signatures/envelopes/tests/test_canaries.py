"""A whole story, and afterwards no secret of it in the database, the logs, the workers' messages or the mail records."""

import io
import logging
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import task_prerun
from django.apps import apps
from django.core import mail, signing
from django.test import Client
from django.urls import reverse

from customers.models import User
from customers.tests.factories import STAFF_SECRET, UserFactory, member_client
from documents.flows.store import archive
from signatures.envelopes.flows import send
from signatures.envelopes.models import Envelope

from . import steps
from .factories import EnvelopeFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price")]
PASSWORD = "una-frase-lunga-42"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that is logged, as it would be written, from the lowest level on."""
    root = logging.getLogger()
    written, level = io.StringIO(), root.level
    handler = logging.StreamHandler(written)
    handler.setFormatter(next(h.formatter for h in root.handlers if h.name == "console"))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What the workers' messages carry."""
    messages: list[str] = []

    def note(args: Any, kwargs: Any, **_: Any) -> None:
        messages.append(f"{args} {kwargs}")

    task_prerun.connect(note)
    yield messages
    task_prerun.disconnect(note)


def written_down() -> str:
    """Every value of every row, as somebody with the database and without our keys can read it."""
    values: list[str] = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values_list():
            values += map(str, row)
    return "\n".join([*values, *map(_unpacked, values)])


def _unpacked(text: str) -> str:
    """A signed text (a session) opened without its key: signing hides nothing."""
    payload = text.partition(":")[0]
    try:
        data = signing.b64_decode(payload.lstrip(".").encode())
        return (zlib.decompress(data) if payload.startswith(".") else data).decode("utf-8", "replace")
    except Exception:
        return ""


def path_in(message: Any) -> str:
    return re.search(r"https?://[^/\s]+(/\S+)", str(message.body)).group(1)


def tokens_in(path: str) -> list[str]:
    return [part for part in path.split("/") if len(part) > 25]


def test_signers_secrets_are_written_down_nowhere(sandbox, logged, told):
    client, membership = member_client("owner")
    draft = EnvelopeFactory(ready=True, organisation=membership.organisation, created_by=membership.user)
    send.order(draft, membership.user, "192.0.2.7", steps.PRICE)
    sandbox.validated()
    steps.beat()
    envelope = Envelope.objects.get()
    tokens = [steps.token_of(email) for email in steps.emails(envelope)]
    links = [_visit_everything(token) for token in tokens]
    assert all(links)
    client.get(reverse("envelopes:detail", args=[envelope.pk]))
    steps.signed_by_all(sandbox, envelope)
    steps.beat()
    steps.beat()
    envelope.refresh_from_db()
    assert envelope.state == Envelope.State.COMPLETED
    tokens += [steps.token_of(email) for email in steps.emails(envelope)]
    for token in tokens:
        _visit_everything(token)
    archive().delete(envelope.original.storage_name)
    broken = Client(raise_request_exception=False)
    assert broken.get(reverse("signing:document", args=[tokens[0]])).status_code == 500

    secrets = [*tokens, *(link.rsplit("/", 1)[-1] for link in links)]
    _found_nowhere(
        secrets, {"database": written_down(), "logs": logged.getvalue(), "messages": "\n".join(told)}
    )


def _visit_everything(token: str) -> str:
    """Every page of a signer, by every method, with and without what the page expects. Gives the provider's link."""
    browser, link = Client(), ""
    for name in ("invitation", "document", "leave", "decline", "copy"):
        address = reverse(f"signing:{name}", args=[token])
        for visit in (browser.get, browser.head, browser.put, Client(enforce_csrf_checks=True).post):
            visit(address)
    answer = browser.post(reverse("signing:leave", args=[token]))
    if answer["Location"].startswith("http"):
        link = answer["Location"]
    browser.get(reverse("signing:back"))
    browser.post(reverse("signing:decline", args=[token]), {"reason": ""})
    browser.get(reverse("signing:invitation", args=[token]) + "nothing")
    browser.get(reverse("signing:invitation", args=[token]).rstrip("/"))
    return link


def test_peoples_secrets_are_written_down_nowhere(logged, told):
    new = {"name": "Giulia", "password1": PASSWORD, "password2": PASSWORD, "language": "en"}
    owner = Client(headers={"accept-language": "en"})
    owner.post(reverse("account_signup"), {**new, "email": "giulia@bottega.example"})
    confirmation = path_in(mail.outbox[-1])
    owner.get(confirmation)
    owner.post(confirmation)
    Client().post(reverse("account_reset_password"), {"email": "giulia@bottega.example"})
    reset = path_in(mail.outbox[-1])
    elsewhere = Client()
    elsewhere.get(reset, follow=True)
    Client().put(reset)

    client, _ = member_client("owner")
    client.post(reverse("customers:members"), {"email": "paolo@bottega.example", "role": "sender"})
    invitation = path_in(mail.outbox[-1])
    colleague = Client()
    colleague.get(invitation)
    Client(enforce_csrf_checks=True).post(invitation)
    Client().put(invitation)
    # Not verified yet, with the invitation's page as the way on: kept in the session until then.
    colleague.post(reverse("account_signup"), {**new, "email": "another@bottega.example", "next": invitation})
    other = UserFactory(email="late@bottega.example", has_verified_email=False)
    Client().post(reverse("account_login"), {"login": other.email, "password": "x", "next": invitation})

    staff = Client()
    staff.force_login(UserFactory(email="staff@example.it", is_staff=True))
    staff.post(reverse("account_reauthenticate"), {"password": "x"})
    staff.get(reverse("mfa_activate_totp"))
    being_set_up = staff.session["mfa.totp.secret"]

    key_of_reset = elsewhere.session.get("_password_reset_key", "")
    secrets = [
        PASSWORD,
        being_set_up,
        key_of_reset,
        *tokens_in(confirmation),
        *tokens_in(reset),
        *tokens_in(invitation),
    ]
    assert all(secrets)
    assert len(secrets) >= 6
    assert User.objects.count() > 3
    assert STAFF_SECRET not in secrets
    _found_nowhere(
        secrets, {"database": written_down(), "logs": logged.getvalue(), "messages": "\n".join(told)}
    )


def _found_nowhere(secrets: list[str], places: dict[str, str]) -> None:
    found = [
        f"{secret} in the {place}: …{text[max(0, text.index(secret) - 120) : text.index(secret) + 80]}…"
        for place, text in places.items()
        for secret in secrets
        if secret in text
    ]
    assert not found, "\n".join(found)
