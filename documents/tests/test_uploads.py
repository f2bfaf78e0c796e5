"""What comes in is bounded, whatever is sent and however it is called."""

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

from documents.tests import samples

LARGE = 6 * 1024**2  # beyond what is kept in memory


def request(*files: tuple[str, bytes]) -> HttpRequest:
    """A form with these files, as a browser sends it."""
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, data in files
    )
    body = b"".join(parts) + b"--x--\r\n"
    return RequestFactory().generic("POST", "/", body, "multipart/form-data; boundary=x")


@pytest.mark.parametrize("name", [f"a.{'b' * 300}", f"a.{'é' * 250}", f"{'a' * 300}.pdf", "a.", ".pdf", "…"])
def test_a_large_file_is_kept_under_any_name(name):
    upload = request((name, samples.plain() + b"\n" * LARGE)).FILES["document"]
    assert isinstance(upload, TemporaryUploadedFile)
    assert upload.read().startswith(b"%PDF-")
    assert len(upload.name) <= 255


def test_of_a_file_that_is_too_large_no_more_is_written_than_tells_so(settings):
    settings.UPLOAD_MAX_BYTES = 1024
    upload = request(("a.pdf", b"x" * LARGE)).FILES["document"]
    assert upload.size == LARGE
    assert len(upload.read()) == 1025


def test_all_files_of_a_form_share_the_bound(settings):
    settings.UPLOAD_MAX_BYTES = LARGE
    uploads = request(*[("a.pdf", b"x" * LARGE)] * 3).FILES.getlist("document")
    assert [upload.size for upload in uploads] == [LARGE] * 3
    assert sum(len(upload.read()) for upload in uploads) == LARGE + 1
