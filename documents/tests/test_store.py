"""What is put into the archive comes out whole, is kept once, and is readable by nobody else."""

import hashlib
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.core.management import call_command
from django.db import connection, transaction

from documents.flows.erase import erase
from documents.flows.store import Damaged, Erased, read, retain, store
from documents.models import OrganisationKey, Retained, StoredFile
from documents.tests.factories import make_organisation, make_stored
from vault import SealBroken

pytestmark = pytest.mark.django_db
SOON = datetime(2030, 1, 1, tzinfo=UTC)


def objects_of(archive: InMemoryStorage, organisation: Any) -> list[str]:
    return archive.listdir(str(organisation.pk))[1] if archive.exists(str(organisation.pk)) else []


def replace(archive: InMemoryStorage, name: str, data: bytes) -> None:
    archive.delete(name)
    archive.save(name, ContentFile(data))


def test_bytes_come_back_as_they_went_in(organisation: Any) -> None:
    stored = store(organisation, b"a contract", "application/pdf")
    assert read(stored) == b"a contract"
    assert stored.sha256 == hashlib.sha256(b"a contract").hexdigest()
    assert stored.size == 10


def test_the_archive_holds_nothing_readable(organisation: Any, archive: InMemoryStorage) -> None:
    stored = store(organisation, b"a contract" * 100, "application/pdf")
    with archive.open(stored.storage_name) as file:
        assert b"contract" not in file.read()


def test_an_empty_file_can_be_kept(organisation: Any) -> None:
    assert read(store(organisation, b"", "text/plain")) == b""


def test_the_same_bytes_are_kept_once(organisation: Any, archive: InMemoryStorage) -> None:
    first = store(organisation, b"same", "application/pdf")
    again = store(organisation, b"same", "text/plain")
    assert first.pk == again.pk
    assert again.media_type == "application/pdf"
    assert len(objects_of(archive, organisation)) == 1


def test_two_organisations_share_nothing(archive: InMemoryStorage) -> None:
    one, other = make_organisation(), make_organisation()
    a, b = store(one, b"same", "text/plain"), store(other, b"same", "text/plain")
    assert a.pk != b.pk
    assert OrganisationKey.objects.count() == 2
    with archive.open(a.storage_name) as file:
        replace(archive, b.storage_name, file.read())
    with pytest.raises(Damaged):
        read(b)


def test_objects_of_one_organisation_cannot_change_places(
    organisation: Any, archive: InMemoryStorage
) -> None:
    a, b = store(organisation, b"one", "text/plain"), store(organisation, b"two", "text/plain")
    with archive.open(a.storage_name) as file:
        replace(archive, b.storage_name, file.read())
    with pytest.raises(Damaged, match="changed"):
        read(b)


@pytest.mark.parametrize("position", [0, 5, 20, -1])
def test_one_flipped_bit_is_found(organisation: Any, archive: InMemoryStorage, position: int) -> None:
    stored = store(organisation, b"a contract", "text/plain")
    with archive.open(stored.storage_name) as file:
        data = bytearray(file.read())
    data[position] ^= 1
    replace(archive, stored.storage_name, bytes(data))
    with pytest.raises(Damaged):
        read(stored)


def test_a_cut_object_is_found(organisation: Any, archive: InMemoryStorage) -> None:
    stored = store(organisation, b"a contract", "text/plain")
    replace(archive, stored.storage_name, b"SGL1abc")
    with pytest.raises(Damaged):
        read(stored)


def test_a_missing_object_is_found(organisation: Any, archive: InMemoryStorage) -> None:
    stored = store(organisation, b"a contract", "text/plain")
    archive.delete(stored.storage_name)
    with pytest.raises(Damaged, match="missing"):
        read(stored)


def test_retention_is_only_ever_extended(organisation: Any) -> None:
    stored = store(organisation, b"x", "text/plain", retain_until=SOON)
    retain(stored, SOON - timedelta(days=1))
    assert stored.retain_until == SOON
    store(organisation, b"x", "text/plain", retain_until=SOON + timedelta(days=1))
    stored.refresh_from_db()
    assert stored.retain_until == SOON + timedelta(days=1)


def test_an_erased_file_can_be_stored_anew(organisation: Any) -> None:
    gone = store(organisation, b"x", "text/plain")
    erase(gone, "no longer needed")
    anew = store(organisation, b"x", "text/plain")
    assert anew.pk != gone.pk
    assert read(anew) == b"x"
    with pytest.raises(Erased):
        read(gone)
    with pytest.raises(Erased):
        retain(gone, SOON)


def test_rows_cannot_be_deleted(organisation: Any) -> None:
    stored = store(organisation, b"x", "text/plain")
    with pytest.raises(Retained):
        stored.delete()
    with pytest.raises(Retained):
        StoredFile.objects.all().delete()


def test_a_rolled_back_key_encrypts_nothing_afterwards(organisation: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        store(organisation, b"lost", "text/plain")
        raise RuntimeError
    assert read(store(organisation, b"kept", "text/plain")) == b"kept"


def test_who_comes_second_takes_the_first_ones_row_and_cleans_up(
    organisation: Any, archive: InMemoryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, rivals = archive.save, []

    def save_while_a_rival_is_faster(name: str, content: Any) -> str:
        if not rivals:
            rivals.append(None)
            rivals[0] = store(organisation, b"same", "text/plain")
        return save(name, content)

    monkeypatch.setattr(archive, "save", save_while_a_rival_is_faster)
    stored = store(organisation, b"same", "text/plain", retain_until=SOON)
    assert stored == rivals[0]
    assert stored.retain_until == SOON
    assert len(objects_of(archive, organisation)) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_at_once_keep_one_file_under_one_key(archive: InMemoryStorage) -> None:
    organisation = make_organisation()
    together, found, failed = threading.Barrier(6), [], []

    def put() -> None:
        try:
            together.wait()
            found.append(store(organisation, b"same" * 1000, "text/plain"))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=put) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len({stored.pk for stored in found}) == 1
    assert len(objects_of(archive, organisation)) == 1
    assert OrganisationKey.objects.count() == 1
    assert read(found[0]) == b"same" * 1000


def test_keys_are_renewed_without_touching_files(organisation: Any, settings: LazySettings) -> None:
    stored = store(organisation, b"x", "text/plain")
    old, new = settings.ENCRYPTION_KEYS, Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, *old]
    call_command("reseal_keys", verbosity=0)
    settings.ENCRYPTION_KEYS = [new]
    assert read(stored) == b"x"
    settings.ENCRYPTION_KEYS = old
    with pytest.raises(SealBroken):
        read(stored)


def test_a_made_file_is_unlike_any_other() -> None:
    assert make_stored().sha256 != make_stored().sha256
