"""What every test has: a clean cache and English pages, whatever ran before in this process."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation

from billing.tests.pango import HAS_PANGO, blank_page


@pytest.fixture(autouse=True)
def _clean_slate() -> Iterator[None]:
    """Rate limits and chosen languages of one test are none of the next one's business."""
    cache.clear()
    with translation.override("en"):
        yield


if not HAS_PANGO:

    @pytest.fixture(autouse=True)
    def _no_pango(monkeypatch: pytest.MonkeyPatch) -> None:
        """A blank page for every invoice; tests of the page itself are skipped with a reason."""
        monkeypatch.setattr("billing.flows.file_invoice.render", blank_page)
