"""Keep the bytes of a procedure's documents."""

from __future__ import annotations

import hashlib

from .. import clock
from ..models import Blob, FileKind, Procedure, StoredFile


def digests(data: bytes) -> tuple[str, str]:
    """MD5 (all that the provider tells) and SHA-256, in hex."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest(), hashlib.sha256(data).hexdigest()


def keep(
    procedure: Procedure, kind: FileKind, data: bytes, name: str = "", source_type: str = ""
) -> StoredFile:
    """Store a file; one of the same kind is replaced."""
    md5, sha256 = digests(data)
    Blob.objects.get_or_create(sha256=sha256, defaults={"content": data})
    StoredFile.objects.filter(procedure=procedure, kind=kind).delete()
    return StoredFile.objects.create(
        procedure=procedure,
        kind=kind,
        name=name or f"{md5}.pdf",
        md5=md5,
        sha256=sha256,
        size=len(data),
        source_type=source_type,
        created_at=clock.now(),
    )


def exist(procedure_id: str) -> bool:
    """Whether anything is there to be read or signed."""
    kinds = [FileKind.VALIDATED, FileKind.WORKING, FileKind.SIGNED]
    return StoredFile.objects.filter(procedure_id=procedure_id, kind__in=kinds).exists()


def read(procedure_id: str, *kinds: FileKind) -> bytes | None:
    """The bytes of the first of these kinds that is there."""
    kept = dict(
        StoredFile.objects.filter(procedure_id=procedure_id, kind__in=kinds).values_list("kind", "sha256")
    )
    for kind in kinds:
        if kind in kept:
            return bytes(Blob.objects.get(sha256=kept[kind]).content)
    return None


def drop_unused(sha256s: list[str]) -> None:
    """Remove bytes that no file refers to any more."""
    used = set(StoredFile.objects.filter(sha256__in=sha256s).values_list("sha256", flat=True))
    Blob.objects.filter(sha256__in=set(sha256s) - used).delete()
