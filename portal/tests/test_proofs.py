"""Whoever changes a history in the database is found out the next night."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from outbox.models import Mail
from portal.tasks import check_histories
from signatures.envelopes.models import EnvelopeEvent
from signatures.envelopes.tests.factories import EnvelopeFactory

pytestmark = pytest.mark.django_db
STAFF = "staff@sigillo.example"


@pytest.fixture(autouse=True)
def _staff_hear(settings):
    settings.STAFF_ALERTS = [STAFF]


@pytest.fixture
def envelopes():
    made = EnvelopeFactory.create_batch(3)
    for envelope in made:
        for kind in ("created", "sent", "invited"):
            EnvelopeEvent.append(envelope, kind)
    return made


def rewrite(envelope):
    event = envelope.events.get(number=2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE signatures_envelopeevent SET kind = 'declined' WHERE id = %s", [event.pk])


def test_histories_that_hold_say_so(envelopes):
    told = io.StringIO()
    call_command("history_check", stdout=told)
    check_histories()
    assert "All histories hold." in told.getvalue()
    assert not Mail.objects.exists()


def test_a_changed_history_is_named_and_staff_hear_of_it_once(envelopes):
    rewrite(envelopes[1])
    told = io.StringIO()
    with pytest.raises(CommandError, match="1 histories do not hold"):
        call_command("history_check", stderr=told)
    assert f"{envelopes[1].pk} at event 2" in told.getvalue()
    check_histories()
    check_histories()
    assert Mail.objects.filter(recipient=STAFF).count() == 1
