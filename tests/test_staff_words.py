"""What staff read in the admin comes from the catalogues: names of apps, of models, and of every field that a page shows.

That the catalogues are complete is checked by ``portal.catalogues``.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.test import RequestFactory
from django.utils.functional import Promise

from customers.tests.factories import UserFactory

# Names that are the same in every language.
EVERYWHERE = {"SPID", "IBAN", "CIG", "CUP", "SHA-256"}
PAGES = sorted(admin.site._registry.values(), key=lambda page: page.model._meta.label)


def names_on(page: admin.ModelAdmin) -> Iterator[tuple[str, Any]]:
    """What the list and the form of a model call things by, and where each stands."""
    meta = page.model._meta
    yield from (
        ("app", meta.app_config.verbose_name),
        ("one", meta.verbose_name),
        ("many", meta.verbose_name_plural),
    )
    request = RequestFactory().get("/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    shown = {*page.get_list_display(request)}
    for _title, options in page.get_fieldsets(request):
        for row in options["fields"]:
            shown |= {row} if isinstance(row, str) else {*row}
    for name in shown:
        try:
            yield name, getattr(meta.get_field(name), "verbose_name", "")
        except FieldDoesNotExist:
            continue


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.model._meta.label)
def test_staff_read_their_own_language(page):
    in_english_alone = {
        at: name
        for at, name in names_on(page)
        if name and not isinstance(name, Promise) and name not in EVERYWHERE
    }
    assert in_english_alone == {}
