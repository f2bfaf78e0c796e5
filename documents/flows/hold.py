"""Legal hold: while it stands, nobody can erase the file, whatever its retention says."""

from django.db import transaction

from documents.models import ArchiveRecord, StoredFile


def place(stored: StoredFile, reason: str, by: str) -> bool:
    """Put a file under legal hold; False if it was already, or is erased."""
    return _turn(stored, is_held=True, kind=ArchiveRecord.Kind.HELD, reason=reason, by=by)


def lift(stored: StoredFile, reason: str, by: str) -> bool:
    """Release a file from legal hold; False if it stood under none."""
    return _turn(stored, is_held=False, kind=ArchiveRecord.Kind.RELEASED, reason=reason, by=by)


@transaction.atomic
def _turn(stored: StoredFile, *, is_held: bool, kind: str, reason: str, by: str) -> bool:
    others = StoredFile.objects.present().filter(pk=stored.pk, has_legal_hold=not is_held)
    if not others.update(has_legal_hold=is_held):
        return False
    ArchiveRecord(stored_file=stored, kind=kind, by=by[:200], reason=reason).save()
    stored.has_legal_hold = is_held
    return True
