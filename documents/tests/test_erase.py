"""Nothing leaves the archive while it must be kept, and what leaves is on record."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents.flows import hold
from documents.flows.erase import GRACE, erase, is_in_use, sweep
from documents.flows.store import read, store
from documents.models import ArchiveRecord, Retained, StoredFile
from documents.tests.factories import make_stored
from facts.append_only import FactIsFinal
from signatures.envelopes.tests.factories import EnvelopeFactory

pytestmark = pytest.mark.django_db(transaction=True)


def aged(stored: StoredFile) -> StoredFile:
    """The file as if it was stored long ago."""
    StoredFile.objects.filter(pk=stored.pk).update(last_stored_at=timezone.now() - 2 * GRACE)
    return stored


def test_erasing_removes_the_bytes_and_leaves_a_record(archive: InMemoryStorage) -> None:
    stored = make_stored()
    erase(stored, "asked by the person", by="Sara Staff")
    assert stored.erased_at
    assert not archive.exists(stored.storage_name)
    record = ArchiveRecord.objects.get(stored_file=stored)
    assert (record.kind, record.by, record.reason) == ("erased", "Sara Staff", "asked by the person")


def test_erasing_twice_is_erasing_once() -> None:
    stored = make_stored()
    erase(stored, "first")
    erase(StoredFile.objects.get(pk=stored.pk), "second")
    assert ArchiveRecord.objects.get().reason == "first"


def test_retention_forbids_erasing() -> None:
    stored = make_stored(until=timezone.now() + timedelta(days=1))
    with pytest.raises(Retained):
        erase(stored, "space")
    assert read(stored)
    assert not ArchiveRecord.objects.exists()


def test_retention_that_a_stale_copy_does_not_know_forbids_it_too() -> None:
    stored = make_stored()
    StoredFile.objects.filter(pk=stored.pk).update(retain_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Retained):
        erase(stored, "space")


def test_retention_ends() -> None:
    stored = make_stored(until=timezone.now() - timedelta(seconds=1))
    erase(stored, "kept long enough")
    assert stored.erased_at


def test_a_legal_hold_forbids_erasing_until_it_is_lifted() -> None:
    stored = make_stored()
    assert hold.place(stored, "lawsuit 12/2026", by="Sara Staff")
    assert not hold.place(stored, "again", by="Sara Staff")
    with pytest.raises(Retained, match="legal hold"):
        erase(stored, "space")
    assert hold.lift(stored, "settled", by="Sara Staff")
    assert not hold.lift(stored, "again", by="Sara Staff")
    erase(stored, "space")
    kinds = ArchiveRecord.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["held", "released", "erased"]


def test_an_erased_file_cannot_be_held() -> None:
    stored = make_stored()
    erase(stored, "space")
    assert not hold.place(stored, "too late", by="Sara Staff")


def test_a_roll_back_leaves_the_bytes() -> None:
    stored = make_stored()
    with pytest.raises(RuntimeError), transaction.atomic():
        erase(stored, "space")
        raise RuntimeError
    assert read(StoredFile.objects.get(pk=stored.pk))


def test_records_are_final() -> None:
    stored = make_stored()
    erase(stored, "space")
    with pytest.raises(FactIsFinal):
        ArchiveRecord.objects.all().delete()


def test_the_sweep_takes_what_nobody_uses() -> None:
    unused = aged(make_stored())
    assert sweep() == 1
    unused.refresh_from_db()
    assert unused.erased_at


def test_the_sweep_leaves_what_is_new_kept_or_held() -> None:
    make_stored()
    aged(make_stored(until=timezone.now() + timedelta(days=1)))
    hold.place(aged(make_stored()), "lawsuit", by="Sara Staff")
    assert sweep() == 0


def test_the_sweep_leaves_what_was_just_stored_again(organisation: Any) -> None:
    aged(store(organisation, b"same", "text/plain"))
    store(organisation, b"same", "text/plain")
    assert sweep() == 0


def test_the_archives_own_records_are_no_use_of_a_file() -> None:
    stored = make_stored()
    hold.place(stored, "lawsuit", by="Sara Staff")
    assert not is_in_use(stored)


def test_the_sweep_asks_the_database_as_often_for_many_files_in_use_as_for_few() -> None:
    def questions(envelopes: int) -> int:
        for envelope in EnvelopeFactory.create_batch(envelopes):
            aged(envelope.original)
        with CaptureQueriesContext(connection) as asked:
            assert sweep() == 0
        return len(asked)

    assert questions(1) == questions(10)
