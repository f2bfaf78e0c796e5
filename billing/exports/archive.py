"""Invoices as files: a zip with PDF and XML of a period, and the zips of XML that accountants' programs take in.

Written while they are read: one file is in memory at a time, however many there are.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import F, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Length
from django.utils import timezone

from documents.flows.store import Damaged, read

from ..models import Invoice, InvoiceFile, Transmission
from ..models.invoice import InvoiceQuerySet

# What accountants' programs take at once: so many documents, and so many bytes.
MOST_FILES, MOST_BYTES = 100, 5 * 1024 * 1024
MISSING = "missing.txt"
Kind = InvoiceFile.Kind


class _Pipe(io.RawIOBase):
    """A file that is written at one end and emptied at the other; a zip can be written to it: it never looks back."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._parts.append(bytes(data))  # type: ignore[call-overload]
        return len(self._parts[-1])

    def drain(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zip_stream(entries: Iterable[tuple[str, datetime, bytes]]) -> Iterator[bytes]:
    """A zip of these files, in pieces, as they come."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, at, data in entries:
            entry = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
            yield pipe.drain()
    yield pipe.drain()


def invoice_archive(invoices: InvoiceQuerySet) -> Iterator[bytes]:
    """PDF and XML of all these invoices, each in its folder. What could not be read is named in ``missing.txt``."""
    return zip_stream(_files(_latest(invoices), {Kind.PDF, Kind.XML}))


def xml_parts(
    invoices: InvoiceQuerySet, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES
) -> list[list[int]]:
    """The latest files of these invoices, split into parts that an accountant's program takes at once."""
    weight = Coalesce(
        Max("files__stored__size", filter=Q(files__kind=Kind.XML)), Max(Length("filing__xml")), Value(0)
    )
    sized = _latest(invoices).annotate(weight=weight).values_list("pk", "weight")
    parts: list[list[int]] = []
    count = size = 0
    for transmission_id, weight in sized.iterator():
        if not parts or count == most_files or size + weight > most_bytes:
            parts.append([])
            count = size = 0
        parts[-1].append(transmission_id)
        count, size = count + 1, size + weight
    return parts


def part_named(parts: Sequence[list[int]], number: str) -> list[int] | None:
    """The part that an address asks for, counted from 1; None for anything else."""
    return {str(place): part for place, part in enumerate(parts, start=1)}.get(number)


def xml_archive(part: list[int]) -> Iterator[bytes]:
    """One part: nothing but XML, flat, under the names that the exchange system knows."""
    chosen = Transmission.objects.filter(pk__in=part).select_related("invoice")
    return zip_stream(_files(chosen, {Kind.XML}, is_flat=True))


def _latest(invoices: InvoiceQuerySet) -> QuerySet[Transmission]:
    """Of each invoice the file that counts."""
    return (
        Transmission.objects.filter(invoice__in=invoices.order_by())
        .annotate(newest=Max("invoice__transmissions__attempt"))
        .filter(attempt=F("newest"))
        .select_related("invoice")
        .order_by("invoice__issued_on", "invoice__sequence", "pk")
    )


def _files(
    transmissions: QuerySet[Transmission], kinds: set[str], *, is_flat: bool = False
) -> Iterator[tuple[str, datetime, bytes]]:
    missing: list[str] = []
    # Filings are asked for first: one that is gone by then has left its XML among the files.
    whole = transmissions.prefetch_related("filing", "files__stored")
    for transmission in whole.iterator(chunk_size=200):
        for kind in sorted(kinds):
            name = name_of(transmission.invoice, transmission, kind, is_flat=is_flat)
            try:
                yield name, transmission.made_at, _bytes_of(transmission, kind)
            except (Damaged, KeyError):
                missing.append(name)
    if missing:
        yield MISSING, timezone.now(), "\n".join([*missing, ""]).encode()


def _bytes_of(transmission: Transmission, kind: str) -> bytes:
    """A file from the archive; an XML that is not there yet as it was issued. Raises ``Damaged`` and ``KeyError``."""
    filing = getattr(transmission, "filing", None)
    if filing and kind == Kind.XML:
        return bytes(filing.xml.encode())
    return read({file.kind: file for file in transmission.files.all()}[kind].stored)


def name_of(invoice: Invoice, transmission: Transmission, kind: str, *, is_flat: bool = False) -> str:
    """What a file is called: the PDF by the invoice's number, the XML as the exchange system wants it."""
    if kind == Kind.XML:
        return transmission.file_name if is_flat else f"xml/{transmission.file_name}"
    return f"pdf/{pdf_name(invoice)}"


def pdf_name(invoice: Invoice) -> str:
    return f"{invoice.kind}-{invoice.number.replace('/', '-')}.pdf"
