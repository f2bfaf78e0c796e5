"""Exports as downloads that are written while they are read, and kept by no cache."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse

from .exports.dialects import Dialect
from .periods import Period


def csv_download(
    lines: Iterator[str], name: str, dialect: Dialect, period: Period | None = None
) -> StreamingHttpResponse:
    """A CSV named by its subject, its period if it has one, and its form."""
    form = "" if dialect.name == "it" else "-plain"
    return _download(lines, f"{_stem(name, period)}{form}.csv", "text/csv; charset=utf-8")


def zip_download(pieces: Iterator[bytes], name: str, period: Period) -> StreamingHttpResponse:
    """A zip named by its subject and period."""
    return _download(pieces, f"{_stem(name, period)}.zip", "application/zip")


def _stem(name: str, period: Period | None) -> str:
    days = f"-{period.first:%Y%m%d}-{period.last:%Y%m%d}" if period else ""
    return f"sigillo-{name}{days}"


def _download(
    content: Iterator[str] | Iterator[bytes], filename: str, media_type: str
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "private, no-store"
    return response
