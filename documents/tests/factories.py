"""Stored files with bytes in the archive, for tests of every app."""

from datetime import datetime
from itertools import count
from typing import Any

from django.apps import apps

from documents.flows.store import store
from documents.models import StoredFile
from documents.tests import samples

_numbers = count(1)


def make_organisation(name: str = "") -> Any:
    """An organisation, by the registry of apps: the archive does not know the customers' code."""
    return apps.get_model("customers", "Organisation").objects.create(
        name=name or f"Bottega {next(_numbers)} Srl",
        address="Via Roma 1",
        postal_code="50131",
        city="Firenze",
    )


def make_stored(
    organisation: Any = None,
    data: bytes = b"",
    media_type: str = "application/pdf",
    until: datetime | None = None,
) -> StoredFile:
    """A file in the archive; without data, a PDF unlike any other."""
    data = data or samples.plain(text=f"Contratto n. {next(_numbers)}")
    return store(organisation or make_organisation(), data, media_type, retain_until=until)
