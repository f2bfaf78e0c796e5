"""The archive is opened and compared; what is lost is told, what is left over can be cleared away."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.core.management import CommandError, call_command
from django.utils import timezone

from documents.flows.erase import GRACE
from documents.models import StoredFile
from documents.tasks import sweep_unused
from documents.tests.factories import make_stored

pytestmark = pytest.mark.django_db(transaction=True)


def check(**options: bool) -> str:
    told = io.StringIO()
    call_command("archive_check", stdout=told, stderr=told, **options)
    return told.getvalue()


def test_a_sound_archive_is_called_sound() -> None:
    make_stored()
    make_stored()
    assert "2 files, 0 damaged, 0 objects without a row." in check()


def test_an_empty_archive_is_sound() -> None:
    assert "0 files, 0 damaged" in check()


def test_a_lost_object_ends_with_an_error(archive: InMemoryStorage) -> None:
    archive.delete(make_stored().storage_name)
    with pytest.raises(CommandError):
        check()


def test_an_object_without_a_row_is_listed_and_can_be_removed(archive: InMemoryStorage) -> None:
    stored = make_stored()
    orphan = archive.save(f"{stored.organisation_id}/{'0' * 64}", ContentFile(b"left over"))
    assert orphan not in check()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert f"orphan {orphan}" in check()
        assert f"removed {orphan}" in check(remove_orphans=True)
    assert not archive.exists(orphan)
    assert archive.exists(stored.storage_name)


def test_what_is_not_the_archives_is_left_alone(archive: InMemoryStorage) -> None:
    other = archive.save("backups/yesterday.tar", ContentFile(b"not ours"))
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        check(remove_orphans=True)
    assert archive.exists(other)


def test_the_clock_sweeps_what_nobody_uses() -> None:
    stored = make_stored()
    StoredFile.objects.update(last_stored_at=timezone.now() - 2 * GRACE)
    sweep_unused()
    stored.refresh_from_db()
    assert stored.erased_at
