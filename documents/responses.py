"""Handing out files: as what they are, to whoever asked, and never as a page of ours."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def file_response(data: bytes, filename: str, media_type: str, *, is_inline: bool = False) -> HttpResponse:
    """A download (or, inline, a document for the viewer) that no browser takes for HTML or keeps in a cache."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(not is_inline, filename) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'self'"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
