"""What the pages of an envelope say while it is under way: to its sender, live, and to a signer whose turn has not come."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from customers.tests.factories import member_client
from signatures.envelopes.models import Envelope, Signer
from signatures.envelopes.placing import page_ranges

from .factories import EnvelopeFactory, EventFactory, PlacementFactory, give_token

pytestmark = pytest.mark.django_db
ASKED_BY_HTMX = {"HX-Request": "true"}


def shown(role: str = "owner", **state: bool) -> tuple[Client, Envelope, str]:
    """An envelope's page as it was last seen: who looks, at what, and the address that the page asks again."""
    client, membership = member_client(role)
    envelope = EnvelopeFactory(organisation=membership.organisation, **state)
    EventFactory(envelope, "sent")
    page = client.get(reverse("envelopes:detail", args=[envelope.pk])).content.decode()
    return client, envelope, page.split('hx-get="')[1].split('"')[0] if "hx-get" in page else ""


def test_nothing_is_sent_again_while_nothing_has_moved():
    client, _, address = shown(signing=True)
    assert client.get(address, headers=ASKED_BY_HTMX).status_code == 204


def test_what_has_moved_is_shown_and_said():
    client, envelope, address = shown(signing=True)
    EventFactory(envelope, "signed", name="Anna Rossi")
    answer = client.get(address, headers=ASKED_BY_HTMX)
    said = json.loads(answer["HX-Trigger"])["sigillo:say"]["value"]
    assert said == "Anna Rossi signed. Waiting for Anna Rossi, Luc Martin to sign"
    assert b"Anna Rossi signed" in answer.content
    assert b"<html" not in answer.content


def test_an_envelope_that_has_ended_asks_no_more_and_offers_what_is_left_to_do():
    client, envelope, address = shown(signing=True)
    Envelope.objects.filter(pk=envelope.pk).update(state=Envelope.State.DECLINED)
    answer = client.get(address, headers=ASKED_BY_HTMX)
    assert answer.status_code == 286
    assert b"hx-get" not in answer.content
    assert reverse("envelopes:acknowledge", args=[envelope.pk]).encode() in answer.content
    assert reverse("envelopes:cancel", args=[envelope.pk]).encode() not in answer.content


def test_a_viewer_is_offered_nothing_to_do():
    client, envelope, _ = shown("viewer", signing=True)
    page = client.get(reverse("envelopes:detail", args=[envelope.pk])).content
    assert reverse("envelopes:cancel", args=[envelope.pk]).encode() not in page


def test_the_review_says_in_ranges_where_each_signs_and_the_places_can_be_changed_again():
    client, membership = member_client("sender")
    envelope = EnvelopeFactory(
        organisation=membership.organisation, page_sizes=[[595.0, 842.0]] * 60, ready=True
    )
    first, second = envelope.signers.order_by("position")
    for page in range(1, 60, 2):
        PlacementFactory(signer=first, page=page, place="top_left")
    for page in range(3, 60):
        PlacementFactory(signer=second, page=page, place="bottom_right")
    review = client.get(reverse("envelopes:review", args=[envelope.pk])).content.decode()
    assert "pages 2-59, bottom right" in review

    places = reverse("envelopes:places", args=[envelope.pk])
    form = client.get(places).context["formset"]
    typed = {"places-TOTAL_FORMS": str(len(form.forms)), "places-INITIAL_FORMS": "0"}
    typed |= {
        f"places-{n}-{name}": value for n, row in enumerate(form.forms) for name, value in row.initial.items()
    }
    assert client.post(places, typed)["Location"] == reverse("envelopes:review", args=[envelope.pk])


@pytest.mark.parametrize(
    ("pages", "text"), [([2], "2"), ([1, 2, 3], "1-3"), ([7, 1, 2, 3], "1-3, 7"), ([1, 3, 3], "1, 3")]
)
def test_pages_read_as_people_write_them(pages, text):
    assert page_ranges(pages) == text


def test_a_signer_whose_turn_has_not_come_is_told_so(client):
    envelope = EnvelopeFactory(signing=True, is_ordered=True)
    second = envelope.signers.order_by("position")[1]
    Signer.objects.filter(pk=second.pk).update(state=Signer.State.WAITING)
    token = give_token(Signer.objects.get(pk=second.pk))
    page = client.get(reverse("signing:invitation", args=[token]))
    assert page.context["stage"] == "waiting"
    assert reverse("signing:leave", args=[token]).encode() not in page.content
