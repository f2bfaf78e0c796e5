"""A history that cannot be rewritten unnoticed."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from facts.chain import GENESIS, canonical, first_break, utc_text
from signatures.envelopes.models import Envelope, EnvelopeEvent
from signatures.envelopes.tests.factories import EnvelopeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def envelope() -> Envelope:
    """An envelope with a history of four events."""
    made: Envelope = EnvelopeFactory()
    for kind in ("created", "sent", "invited", "signed"):
        EnvelopeEvent.append(made, kind, actor="signer", actor_name="Anna Rossi", ip="192.0.2.7", page=2)
    return made


def rewrite(envelope: Envelope, number: int, **columns: str) -> None:
    """What somebody with the database in their hands could do."""
    with connection.cursor() as cursor:
        for column, value in columns.items():
            cursor.execute(
                f"UPDATE signatures_envelopeevent SET {column} = %s WHERE number = %s", [value, number]
            )


def test_events_are_numbered_and_each_carries_the_hash_of_the_one_before(envelope: Envelope) -> None:
    events = list(envelope.events.all())
    assert [event.number for event in events] == [1, 2, 3, 4]
    assert [event.previous_hash for event in events] == [GENESIS, *[event.hash for event in events[:-1]]]
    assert first_break(events) is None


def test_each_subject_has_a_history_of_its_own(envelope: Envelope) -> None:
    other = EnvelopeFactory()
    event = EnvelopeEvent.append(other, "created")
    assert (event.number, event.previous_hash) == (1, GENESIS)


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "declined"},
        {"actor_name": "Luc Martin"},
        {"ip": "198.51.100.1"},
        {"at": "2020-01-01 00:00:00+00:00"},
        {"data": '{"page": 3}'},
        {"previous_hash": "f" * 64},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_a_change_is_found_where_it_was_made(envelope: Envelope, columns: dict[str, str]) -> None:
    rewrite(envelope, 3, **columns)
    assert first_break(envelope.events.all()) == 3


def test_an_event_that_was_taken_out_is_missed(envelope: Envelope) -> None:
    events = list(envelope.events.all())
    del events[1]
    assert first_break(events) == 3


def test_a_change_with_its_hash_recomputed_breaks_the_next_event(envelope: Envelope) -> None:
    rewrite(envelope, 2, kind="declined")
    changed = envelope.events.get(number=2)
    rewrite(envelope, 2, hash=changed.computed_hash())
    assert first_break(envelope.events.all()) == 3


def test_two_events_never_share_a_number(envelope: Envelope) -> None:
    twin = EnvelopeEvent(subject=envelope, number=4, at=datetime.now(UTC), kind="signed", actor="system")
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_the_hash_does_not_depend_on_how_the_database_returns_the_data(envelope: Envelope) -> None:
    event = EnvelopeEvent.append(
        envelope, "noted", price="0.70", when=datetime(2026, 1, 1, tzinfo=UTC), è="ù"
    )
    assert EnvelopeEvent.objects.get(pk=event.pk).computed_hash() == event.hash


def test_the_canonical_text_is_one_for_one_content() -> None:
    assert canonical({"b": 1, "a": "è"}) == canonical({"a": "è", "b": 1}) == '{"a":"è","b":1}'


def test_moments_are_written_in_utc() -> None:
    assert utc_text(datetime.fromisoformat("2026-07-01T12:00:00.5+02:00")) == "2026-07-01T10:00:00.500000Z"
