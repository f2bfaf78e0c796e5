"""What every test has: a clean cache and English pages, whatever ran before in this process."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation


@pytest.fixture(autouse=True)
def _clean_slate() -> Iterator[None]:
    """Rate limits and chosen languages of one test are none of the next one's business."""
    cache.clear()
    with translation.override("en"):
        yield
