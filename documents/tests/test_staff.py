"""Staff see what is kept, place and lift holds with a reason, and can edit nothing."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest, QueryDict
from django.test import RequestFactory

from documents.admin import StoredFileAdmin
from documents.flows import hold
from documents.models import ArchiveRecord, StoredFile
from documents.tests.factories import make_stored

pytestmark = pytest.mark.django_db


def request_with(reason: str) -> HttpRequest:
    request = RequestFactory().post("/", {"reason": reason})
    request.user = apps.get_model("customers", "User").objects.create_superuser("staff@sigillo.example")
    request.session = {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request


def page() -> StoredFileAdmin:
    return StoredFileAdmin(StoredFile, admin.site)


def test_a_hold_is_placed_with_its_reason_and_name() -> None:
    stored = make_stored()
    page().place_hold(request_with("lawsuit 12/2026"), StoredFile.objects.all())
    stored.refresh_from_db()
    assert stored.has_legal_hold
    record = ArchiveRecord.objects.get()
    assert (record.kind, record.by, record.reason) == ("held", "staff@sigillo.example", "lawsuit 12/2026")


def test_without_a_reason_nothing_happens() -> None:
    make_stored()
    page().place_hold(request_with(" "), StoredFile.objects.all())
    assert not ArchiveRecord.objects.exists()


def test_nothing_can_be_edited_or_deleted() -> None:
    request = request_with("")
    assert not page().has_change_permission(request)
    assert not page().has_delete_permission(request)
    assert not page().has_add_permission(request)


def test_staff_find_a_file_by_the_beginning_of_its_digest() -> None:
    stored, other = make_stored(), make_stored()
    request = request_with("")
    request.method, request.GET = "GET", QueryDict(f"q={stored.sha256[:12]}")
    html = page().changelist_view(request).render().content.decode()
    assert stored.sha256 in html
    assert other.sha256 not in html


def test_a_files_page_shows_its_records_and_not_where_it_lies() -> None:
    stored = make_stored()
    hold.place(stored, "lawsuit 12/2026", by="Sara Staff")
    request = request_with("")
    request.method = "GET"
    html = page().changeform_view(request, str(stored.pk)).render().content.decode()
    assert "lawsuit 12/2026" in html
    assert stored.storage_name not in html
