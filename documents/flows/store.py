"""Keep bytes for an organisation, once, encrypted; give them back whole or not at all.

An object in the archive is ``SGL1``, a nonce of 12 bytes, and AES-256-GCM of the bytes under the organisation's
key. The organisation and the SHA-256 of the content are authenticated along with it, so that an object cannot be
put in another's place. The organisation's key is random and sealed by the portal's keys (``reseal_keys``
renews that seal without touching a single file).
"""

import hashlib
import logging
import secrets
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from documents.models import OrganisationKey, StoredFile
from vault import open_sealed, seal

log = logging.getLogger(__name__)

HEAD = b"SGL1"
NONCE_BYTES = 12
KEY_PURPOSE = "organisation-key"


class Damaged(Exception):
    """What the archive holds is not what was put in (or is not there at all)."""


class Erased(Damaged):
    """The bytes were erased on purpose; the register still knows that they were here."""


def archive() -> Storage:
    """Where the encrypted objects lie."""
    return storages["archive"]


def store(
    organisation: Any, data: bytes, media_type: str, retain_until: datetime | None = None
) -> StoredFile:
    """Keep these bytes, at least until ``retain_until`` (None: as long as something refers to them).

    The same bytes are kept once per organisation, whoever brings them and however many at a time; of several
    dates the latest holds, and the first media type. Talks to the storage: call it outside of ``atomic()``.
    """
    digest = hashlib.sha256(data).hexdigest()
    while True:
        kept = _kept_again(organisation, digest) or _stored_anew(organisation, digest, data, media_type)
        # None: somebody else stored the same bytes in this moment, so now there is a row to find.
        if kept:
            break
    if retain_until:
        retain(kept, retain_until)
    return kept


def _kept_again(organisation: Any, digest: str) -> StoredFile | None:
    """The file if we have it, marked as wanted now, so that no sweep takes it from under its new user."""
    ours = StoredFile.objects.for_organisation(organisation).present().filter(sha256=digest)
    if not ours.update(last_stored_at=timezone.now()):
        return None
    return ours.first()


def _stored_anew(organisation: Any, digest: str, data: bytes, media_type: str) -> StoredFile | None:
    """Write the object, then the row that vouches for it; None if another's row was there first."""
    name = _write_object(organisation, digest, data)
    try:
        with transaction.atomic():
            return StoredFile.objects.create(
                organisation=organisation,
                sha256=digest,
                size=len(data),
                media_type=media_type,
                storage_name=name,
            )
    except IntegrityError:
        archive().delete(name)
        if StoredFile.objects.for_organisation(organisation).present().filter(sha256=digest).exists():
            return None
        raise


def _write_object(organisation: Any, digest: str, data: bytes) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key_of(organisation.pk)).encrypt(nonce, data, _bound_to(organisation.pk, digest))
    # A name that nobody can guess, in a folder that can be counted or moved for one organisation.
    return archive().save(f"{organisation.pk}/{secrets.token_hex(32)}", ContentFile(HEAD + nonce + sealed))


def _key_of(organisation_id: Any) -> bytes:
    """The organisation's key, made on first need.

    Asked from the database each time: a key remembered from a transaction that was rolled back would encrypt
    files that nobody can ever open.
    """
    held, _is_new = OrganisationKey.objects.get_or_create(
        organisation_id=organisation_id,
        defaults={"sealed_key": seal(secrets.token_bytes(32), KEY_PURPOSE)},
    )
    return open_sealed(held.sealed_key, KEY_PURPOSE)


def _bound_to(organisation_id: Any, digest: str) -> bytes:
    return f"sigillo archive 1\0{organisation_id}\0{digest}".encode()


def read(stored: StoredFile) -> bytes:
    """The bytes as they were given to us. Raises ``Damaged`` (``Erased`` if that was on purpose)."""
    if stored.erased_at:
        raise Erased(f"{stored.pk} was erased at {stored.erased_at:%Y-%m-%d %H:%M} UTC")
    try:
        with archive().open(stored.storage_name) as file:
            sealed = file.read()
    except FileNotFoundError as error:
        raise _damaged(stored, "is missing from the archive") from error
    if not sealed.startswith(HEAD):
        raise _damaged(stored, "is no object of the archive")
    nonce, body = sealed[len(HEAD) : len(HEAD) + NONCE_BYTES], sealed[len(HEAD) + NONCE_BYTES :]
    try:
        data = AESGCM(_key_of(stored.organisation_id)).decrypt(
            nonce, body, _bound_to(stored.organisation_id, stored.sha256)
        )
    except (InvalidTag, ValueError) as error:
        raise _damaged(stored, "was changed in the archive") from error
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        raise _damaged(stored, "has another digest than when it was stored")
    return data


def _damaged(stored: StoredFile, what: str) -> Damaged:
    log.error("stored file %s %s", stored.pk, what)
    return Damaged(f"{stored.pk} {what}")


def retain(stored: StoredFile, until: datetime) -> None:
    """Keep the file at least until then; a date is only ever moved back, never forward.

    Raises ``Erased`` if there is nothing left to keep.
    """
    ours = StoredFile.objects.present().filter(pk=stored.pk)
    ours.filter(Q(retain_until=None) | Q(retain_until__lt=until)).update(retain_until=until)
    stored.refresh_from_db(fields=["retain_until", "erased_at"])
    if stored.erased_at:
        raise Erased(f"{stored.pk} was erased and cannot be retained")
