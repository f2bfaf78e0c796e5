"""An envelope that has ended is prepared again without typing anything twice."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.tests.factories import member_client
from documents.flows.erase import erase
from documents.flows.store import read
from signatures.envelopes.flows.prepare import TYPED
from signatures.envelopes.models import Envelope, Signer

from .factories import EnvelopeFactory

pytestmark = pytest.mark.django_db
ENDED = [str(state) for state in Envelope.ENDED]


def ended(state: str, role: str = "owner"):
    client, membership = member_client(role)
    tomorrow = timezone.localdate() + timedelta(days=1)
    envelope = EnvelopeFactory(
        **{state: True},
        organisation=membership.organisation,
        is_ordered=True,
        gives_copy=False,
        expires_on=tomorrow,
        message="Please sign.",
    )
    return client, membership, envelope


def typed(envelope: Envelope):
    """Document, words, signers and places."""
    places = ("position", "placements__page", "placements__place")
    people = [list(envelope.signers.order_by(*names).values_list(*names)) for names in (TYPED, places)]
    return read(envelope.original), envelope.title, envelope.message, envelope.page_sizes, people


def copied(client, envelope):
    return client.post(reverse("envelopes:copy", args=[envelope.pk]), follow=True)


@pytest.mark.parametrize("state", ENDED)
def test_whatever_was_typed_stands_in_a_new_draft(state):
    client, membership, envelope = ended(state)
    page = copied(client, envelope)
    assert b"Nothing is sent yet." in page.content
    draft = Envelope.objects.get(state=Envelope.State.DRAFT)
    assert page.request["PATH_INFO"] == reverse("envelopes:document", args=[draft.pk])
    assert typed(draft) == typed(envelope)
    assert (draft.is_ordered, draft.gives_copy, draft.created_by) == (True, False, membership.user)


@pytest.mark.parametrize("state", ENDED)
def test_nothing_of_what_happened_to_it_goes_along(state):
    client, _, envelope = ended(state)
    copied(client, envelope)
    draft = Envelope.objects.get(state=Envelope.State.DRAFT)
    assert draft.events.count() == 0
    assert (draft.purchase, draft.signed, draft.provider_reference, draft.expires_on) == (
        None,
        None,
        "",
        None,
    )
    for signer in draft.signers.all():
        assert signer.state == Signer.State.WAITING
        assert (signer.token_digest, signer.sealed_link or None, signer.decline_reason) == (None, None, "")


@pytest.mark.parametrize("state", ["draft", "signing", "collecting"])
def test_what_has_not_ended_is_not_prepared_again(state):
    client, membership = member_client("sender")
    traits = {} if state == "draft" else {state: True}
    envelope = EnvelopeFactory(organisation=membership.organisation, **traits)
    assert copied(client, envelope).status_code == 404
    assert Envelope.objects.count() == 1


def test_a_document_that_was_erased_is_said_and_no_draft_made():
    client, _, envelope = ended("expired")
    erase(envelope.original, "asked for")
    page = copied(client, envelope)
    assert b"not kept any more" in page.content
    assert Envelope.objects.count() == 1


@pytest.mark.parametrize(("role", "is_offered"), [("owner", True), ("sender", True), ("viewer", False)])
def test_it_is_offered_to_whoever_may_send(role, is_offered):
    client, _, envelope = ended("declined", role)
    page = client.get(reverse("envelopes:detail", args=[envelope.pk])).content.decode()
    assert ("Prepare it again" in page) == is_offered
