"""Mail is written with its cause, sealed until it is delivered, then forgotten."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from outbox.flows.deliver import deliver, deliver_due
from outbox.flows.write import queue
from outbox.models import Mail
from portal import celery_app as app

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "http://localhost:8000/s/only-for-the-signer/"


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    """Nobody is woken: what is queued stays queued until a test delivers it."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


def written(**changes):
    """A mail that waits."""
    fields = {"kind": "test", "recipient": "anna@example.it", "language": "it", "subject": "Da firmare"}
    fields |= {"text": f"Apri {SECRET}", "html": f"<p>{SECRET}</p>", "fact_key": "fact:1", **changes}
    with transaction.atomic():
        return queue(**fields)


def test_a_mail_is_delivered_and_its_text_forgotten():
    letter = written()
    assert deliver(letter.pk)
    assert mail.outbox[0].to == ["anna@example.it"]
    assert SECRET in mail.outbox[0].body
    letter.refresh_from_db()
    assert (letter.state, letter.sealed_text, letter.sealed_html) == (Mail.State.SENT, "", "")


def test_the_text_is_never_readable_in_the_database():
    letter = written()
    assert SECRET not in letter.sealed_text + letter.sealed_html


def test_the_same_fact_is_written_once():
    assert written().pk == written().pk


def test_a_mail_is_delivered_once_however_often_it_is_asked_for():
    letter = written()
    assert deliver(letter.pk)
    assert not deliver(letter.pk)
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_is_tried_again_later(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    letter = written()
    assert not deliver(letter.pk)
    letter.refresh_from_db()
    assert letter.state == Mail.State.QUEUED
    assert letter.next_attempt_at > timezone.now()
    assert "ConnectionRefused" in letter.last_error


def test_a_mail_whose_worker_was_killed_is_taken_up_again():
    letter = written()
    Mail.objects.filter(pk=letter.pk).update(
        state=Mail.State.SENDING, next_attempt_at=timezone.now() - timedelta(seconds=1)
    )
    assert deliver_due() == 1


def test_a_mail_that_no_mail_can_carry_never_stops_the_others():
    poisoned = written(recipient=f"a@{'é' * 63}.it", fact_key="fact:poison")
    sealed_for_nobody = written(fact_key="fact:sealed")
    Mail.objects.filter(pk=sealed_for_nobody.pk).update(sealed_text="broken")
    good = written(fact_key="fact:good")
    Mail.objects.exclude(pk=good.pk).update(next_attempt_at=timezone.now() - timedelta(hours=1))
    assert deliver_due() == 1
    good.refresh_from_db()
    assert good.state == Mail.State.SENT
    poisoned.refresh_from_db()
    assert poisoned.state == Mail.State.QUEUED
    assert poisoned.next_attempt_at > timezone.now()
    assert "UnicodeError" in poisoned.last_error
