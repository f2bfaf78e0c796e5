"""An organisation to keep files for, and an archive that is empty at the start of each test."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage, storages

from documents.tests.factories import make_organisation


@pytest.fixture(autouse=True)
def archive() -> Iterator[InMemoryStorage]:
    storage = InMemoryStorage()
    storages._storages["archive"] = storage  # type: ignore[attr-defined]
    yield storage
    del storages._storages["archive"]  # type: ignore[attr-defined]


@pytest.fixture
def organisation(db: None) -> Any:
    return make_organisation()
