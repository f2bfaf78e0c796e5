"""Staff find things fast: by the beginning of a text, by a month, through an index."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from billing.models import Purchase, Usage
from customers.models import Invitation, Organisation, User
from customers.tests.factories import OrganisationFactory, UserFactory, staff_client
from documents.models import StoredFile
from outbox.models import Mail
from signatures.envelopes.models import Envelope, EnvelopeEvent, Signer
from signatures.envelopes.tests.factories import EnvelopeFactory

pytestmark = pytest.mark.django_db
LIST = "admin:signatures_envelope_changelist"


def found(client: Any, name: str = LIST, **query: str) -> list[Any]:
    return list(client.get(reverse(name), query).context["cl"].result_list)


@pytest.mark.parametrize(
    "text", ["supply", "Supply contract 7/26", "  SUPPLY  ", "anna.verdi", "bottega f", "ref-77", "the id"]
)
def test_an_envelope_is_found_by_what_it_begins_with_and_by_its_whole_id(text):
    wanted = EnvelopeFactory(
        title="Supply contract 7/26", provider_reference="ref-77", organisation__name="Bottega Ferri"
    )
    wanted.signers.create(position=1, email="anna.verdi@example.it", otp_channel="email")
    EnvelopeFactory(title="Another one", organisation__name="Officina")
    assert found(staff_client(), q=str(wanted.pk) if text == "the id" else text) == [wanted]


@pytest.mark.parametrize("text", ["contract", "%", "_upply", "ref-7"])
def test_the_middle_of_a_text_finds_nothing(text):
    EnvelopeFactory(title="Supply contract", provider_reference="ref-77")
    assert found(staff_client(), q=text) == []


def test_an_envelope_with_two_signers_that_match_is_shown_once():
    envelope = EnvelopeFactory(ready=True)
    envelope.signers.update(email="same@example.it")
    assert found(staff_client(), q="same@") == [envelope]


@time_machine.travel(datetime(2026, 12, 15, tzinfo=UTC), tick=False)
def test_a_month_is_the_month_of_romes_clock():
    last = EnvelopeFactory(created_at=datetime(2026, 11, 30, 22, 59, tzinfo=UTC))
    EnvelopeFactory(created_at=datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    first = EnvelopeFactory(created_at=datetime(2026, 10, 31, 23, 0, tzinfo=UTC))
    EnvelopeFactory(created_at=datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    staff = staff_client()
    assert found(staff, month="2026-11") == [last, first]
    assert len(found(staff, month="2026-12")) == 1
    assert "November 2026" in staff.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize("month", ["2026-13", "0000-00", "x", "9999-12", "-", ""])
def test_a_month_that_is_none_filters_nothing(month):
    EnvelopeFactory()
    assert len(found(staff_client(), month=month)) == 1


def test_a_person_and_an_organisation_are_found():
    person = UserFactory(name="Giulia Ferri", email="giulia@bottega.example")
    OrganisationFactory(name="Ditta Ferri")
    staff = staff_client()
    assert found(staff, "admin:customers_user_changelist", q="GIULIA f") == [person]
    assert len(found(staff, "admin:customers_organisation_changelist", q="ferri")) == 1


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (Envelope, {"title__istartswith": "x"}),
        (Signer, {"email__istartswith": "x"}),
        (Signer, {"surname__istartswith": "x"}),
        (User, {"email__istartswith": "x"}),
        (User, {"email__iexact": "x"}),
        (Organisation, {"name__istartswith": "x"}),
        (Invitation, {"email__istartswith": "x"}),
        (Mail, {"recipient__istartswith": "x"}),
        (Mail, {"about__startswith": "x"}),
        (Purchase, {"fact_key__startswith": "x"}),
        (Purchase, {"provider_reference": "x"}),
        (Usage, {"subject__istartswith": "x"}),
        (Usage, {"person__istartswith": "x"}),
        (StoredFile, {"sha256__istartswith": "x"}),
    ],
)
def test_what_is_searched_by_has_an_index(model, lookup):
    with connection.cursor() as cursor:
        # Nearly empty tables are read whole otherwise.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = model.objects.filter(**lookup).order_by().explain()
    assert "Index Cond" in plan, plan


@pytest.mark.postgres
@pytest.mark.parametrize("model", [Envelope, EnvelopeEvent, Purchase, Mail, Invitation, StoredFile])
def test_the_newest_come_from_an_index(model):
    newest = {Envelope: ["-created_at", "-pk"], EnvelopeEvent: ["-at", "-pk"]}.get(
        model, ["-created_at", "-pk"]
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = model.objects.order_by(*newest)[:50].explain()
    assert "Index Scan" in plan, plan
