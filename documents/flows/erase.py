"""Take bytes out of the archive, when nothing forbids it, and leave a record of who did and why."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from documents.models import ArchiveRecord, Retained, StoredFile, StoredFileQuerySet

from .store import archive

SYSTEM = "Sigillo"
# How long an unused file is left alone: its user may still be filling in the form.
GRACE = timedelta(days=1)


def erase(stored: StoredFile, reason: str, by: str = SYSTEM) -> None:
    """Erase a stored file's bytes; the row stays as the record that they were here. Twice is once.

    Raises ``Retained`` while retention or a legal hold stands.
    """
    with transaction.atomic():
        now = timezone.now()
        if StoredFile.objects.erasable(now).filter(pk=stored.pk).update(erased_at=now):
            ArchiveRecord(
                stored_file=stored, kind=ArchiveRecord.Kind.ERASED, at=now, by=by, reason=reason
            ).save()
            # Only when it is certain: a roll-back must find the object still there. Should we die before it is
            # removed, ``archive_check`` finds an object that no living row names.
            transaction.on_commit(lambda: archive().delete(stored.storage_name))
    stored.refresh_from_db(fields=["erased_at", "retain_until", "has_legal_hold"])
    if not stored.erased_at:
        until = "a legal hold is lifted" if stored.has_legal_hold else f"{stored.retain_until:%Y-%m-%d}"
        raise Retained(f"{stored.pk} is kept until {until}")


def is_in_use(stored: StoredFile, but_for: QuerySet[Any] | None = None) -> bool:
    """Does a row of any app (save the archive's own records) refer to this file?

    ``but_for`` are rows that do not count: they refer to it still, and have no use for it any more.
    """
    return not _unused(StoredFile.objects.filter(pk=stored.pk), but_for).exists()


def _unused(files: StoredFileQuerySet, but_for: QuerySet[Any] | None = None) -> StoredFileQuerySet:
    """Those that no row of any app refers to: asked at once, so that a sweep need not look at each file."""
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.related_model is ArchiveRecord:
            continue
        users = relation.related_model._base_manager  # type: ignore[union-attr]
        if but_for is not None and but_for.model is relation.related_model:
            users = users.exclude(pk__in=but_for.values("pk"))
        files = files.filter(~Exists(users.filter(**{relation.field.name: OuterRef("pk")})))  # type: ignore[union-attr]
    return files


def sweep(most: int = 500) -> int:
    """Erase what nobody refers to and nothing protects, such as uploads of drafts that were thrown away.

    Gives the number of files erased. Safe to run at any time, and twice at once.
    """
    now = timezone.now()
    due = StoredFile.objects.erasable(now).filter(last_stored_at__lt=now - GRACE)
    swept = 0
    for stored_id in list(_unused(due).values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            # On PostgreSQL the lock keeps a new reference out until we are done; SQLite has one writer anyway.
            held = due.select_for_update().filter(pk=stored_id).first()
            if held and not is_in_use(held):
                erase(held, "nothing refers to it")
                swept += 1
    return swept
