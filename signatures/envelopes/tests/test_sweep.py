"""Drafts that nobody wants go, and their documents with them, but never from under somebody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from documents.flows.erase import GRACE, sweep
from documents.flows.store import read, store
from documents.models import StoredFile
from documents.tests import samples
from signatures.envelopes.flows import prepare
from signatures.envelopes.flows.state import NotPossible
from signatures.envelopes.flows.sweep import sweep_drafts
from signatures.envelopes.models import Envelope

from .factories import EnvelopeFactory

pytestmark = pytest.mark.django_db(transaction=True)


def long_after() -> None:
    """Every file was last asked for long ago."""
    StoredFile.objects.update(last_stored_at=timezone.now() - 2 * GRACE)


def test_a_discarded_drafts_document_is_swept_when_nobody_uses_it():
    envelope = EnvelopeFactory(ready=True)
    prepare.discard(envelope)
    assert sweep() == 0
    long_after()
    assert sweep() == 1


def test_a_discarded_drafts_document_stays_for_who_is_choosing_the_same_file_now():
    envelope = EnvelopeFactory()
    long_after()
    # The same file arrives for another draft, which is not there yet.
    again = store(envelope.organisation, samples.plain(pages=2, text=envelope.title), "application/pdf")
    assert again == envelope.original
    prepare.discard(envelope)
    sweep()
    other = EnvelopeFactory(organisation=envelope.organisation, original=again)
    assert read(Envelope.objects.get(pk=other.pk).original).startswith(b"%PDF-")


def test_a_document_that_another_draft_uses_stays():
    envelope = EnvelopeFactory()
    EnvelopeFactory(organisation=envelope.organisation, original=envelope.original)
    prepare.discard(envelope)
    long_after()
    assert sweep() == 0


def test_old_drafts_go_by_themselves_and_what_was_sent_stays(settings):
    old = timezone.now() - settings.DRAFT_RETENTION - timedelta(days=1)
    EnvelopeFactory(ready=True, created_at=old)
    sent = EnvelopeFactory(signing=True, created_at=old)
    young = EnvelopeFactory(ready=True)
    assert sweep_drafts() == 1
    assert set(Envelope.objects.all()) == {sent, young}


def test_what_was_sent_or_is_gone_already_is_not_discarded():
    sent = EnvelopeFactory(signing=True)
    with pytest.raises(NotPossible):
        prepare.discard(sent)
    gone = EnvelopeFactory()
    prepare.discard(Envelope.objects.get(pk=gone.pk))
    with pytest.raises(NotPossible):
        prepare.discard(gone)
