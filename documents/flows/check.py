"""Is everything still there? Every file is opened and its digest compared; objects that no row names are told."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.core.files.storage import Storage

from documents.models import StoredFile

from .store import Damaged, archive, read


def damages() -> Iterator[tuple[StoredFile, str]]:
    """Every stored file that can no longer be given back as it was, with what is wrong."""
    for stored in StoredFile.objects.present().order_by("created_at").iterator():
        try:
            read(stored)
        except Damaged as damage:
            yield stored, str(damage)


def orphans(before: datetime) -> Iterator[str]:
    """Objects older than ``before`` that no living row names: left by a crash between storage and database.

    Younger ones may belong to a transaction that is not finished yet. Only folders of organisations are looked
    into; whatever else somebody keeps in the same place is not ours.
    """
    storage = archive()
    for folder in _folders(storage):
        names = [f"{folder}/{name}" for name in storage.listdir(folder)[1]]
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            known = set(
                StoredFile.objects.present()
                .filter(storage_name__in=some)
                .values_list("storage_name", flat=True)
            )
            yield from (n for n in some if n not in known and storage.get_modified_time(n) < before)


def _folders(storage: Storage) -> list[str]:
    try:
        folders = storage.listdir("")[0]
    except FileNotFoundError:  # nothing was ever stored
        return []
    return [folder for folder in folders if _is_uuid(folder)]


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
