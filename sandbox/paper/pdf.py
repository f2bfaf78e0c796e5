"""The PDF itself: checked, given its signature fields, and signed field by field (PAdES).

All fields of all signers are made before the first signature: what is added afterwards to the pages breaks
the signatures that are there. A signer with several places signs once in each.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.stamp import StaticStampStyle

from .authority import Authority, Identity
from .places import Measure, Page, pages_of, rotation_of, seen_box
from .stamp import Stamp, style_of

# The provider names one number (110, wrong credentials of a certificate); these are the sandbox's own.
NOT_A_PDF = (601, "The document is not a valid PDF")
ENCRYPTED = (602, "The document is encrypted")
NO_SUCH_PAGE = (603, "A signature is placed on a page that does not exist")
NO_SUCH_FIELD = (604, "A signature names a field that does not exist")
TOO_MANY_PAGES = (605, "The document has too many pages")
OUTSIDE = (606, "A signature lies outside of its page")
# Points below which a field is too small to draw anything in it.
_LEAST = 4


class Unfit(ValueError):
    """The document cannot be signed; with the error number and message of the procedure."""

    def __init__(self, reason: tuple[int, str]) -> None:
        super().__init__(reason[1])
        self.number, self.message = reason


@dataclass(frozen=True)
class Wanted:
    """One signer's places in, one signer's field names out."""

    signer_id: str
    label: str
    placements: list[dict[str, Any]]


def read(data: bytes) -> PdfFileReader:
    """Open a PDF. Raises Unfit."""
    if not data.startswith(b"%PDF-"):
        raise Unfit(NOT_A_PDF)
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        if reader.encrypted:
            raise Unfit(ENCRYPTED)
        if int(reader.root["/Pages"]["/Count"]) < 1:
            raise Unfit(NOT_A_PDF)
    except Unfit:
        raise
    except Exception as error:
        # A hostile file can make the parser stumble anywhere, over anything.
        raise Unfit(NOT_A_PDF) from error
    return reader


def page_sizes(data: bytes) -> list[Page]:
    """The pages of a PDF as seen. Raises Unfit."""
    return pages_of(read(data))


def prepare(
    data: bytes, wanted: list[Wanted], measure: Measure, *, max_pages: int = 0
) -> tuple[bytes, dict[str, list[str]]]:
    """Add all signature fields in one update; the new bytes, and each signer's field names. Raises Unfit."""
    reader = read(data)
    try:
        pages = pages_of(reader)
        if max_pages and len(pages) > max_pages:
            raise Unfit(TOO_MANY_PAGES)
        form = _Form(reader)
        writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
        names = {
            person.signer_id: [
                _field(writer, pages, form, placement, f"{person.label}-{number}", measure)
                for number, placement in enumerate(person.placements, 1)
            ]
            for person in wanted
        }
        out = io.BytesIO()
        writer.write(out)
    except Unfit:
        raise
    except Exception as error:
        # As in `read`: what is broken may only be met here.
        raise Unfit(NOT_A_PDF) from error
    return out.getvalue(), names


class _Form:
    """The signature fields that the document brought along, those of an earlier procedure too."""

    def __init__(self, reader: PdfFileReader) -> None:
        self._taken = {name for name, _, _ in fields.enumerate_sig_fields(reader)}
        self._empty = {name for name, _, _ in fields.enumerate_sig_fields(reader, filled_status=False)}

    def claim(self, name: str) -> str:
        """An empty field of the document's own, for one signer only. Raises Unfit."""
        if name not in self._empty:
            raise Unfit(NO_SUCH_FIELD)
        self._empty.discard(name)
        return name

    def fresh(self, name: str) -> str:
        """This name, or one like it that no field bears."""
        while name in self._taken:
            name += "-again"
        self._taken.add(name)
        return name


def _field(
    writer: IncrementalPdfFileWriter,
    pages: list[Page],
    form: _Form,
    placement: dict[str, Any],
    name: str,
    measure: Measure,
) -> str:
    if placement.get("name"):
        return form.claim(str(placement["name"]))
    name = form.fresh(name)
    number = int(placement.get("page") or 0)
    if number == 0 and placement.get("position", "") is None:
        fields.append_signature_field(writer, SigFieldSpec(name))
        return name
    if not 1 <= number <= len(pages):
        raise Unfit(NO_SUCH_PAGE)
    page = pages[number - 1]
    seen = seen_box(placement, page, measure)
    if seen is None:
        fields.append_signature_field(writer, SigFieldSpec(name, on_page=number - 1))
        return name
    if seen[0] >= page.width or seen[1] >= page.height or seen[2] <= 0 or seen[3] <= 0:
        raise Unfit(OUTSIDE)
    fields.append_signature_field(writer, SigFieldSpec(name, on_page=number - 1, box=page.box(*seen)))
    return name


def _style(reader: PdfFileReader, name: str, stamp: Stamp) -> StaticStampStyle | None:
    """The stamp as large as the field and upright on its page; None where nothing is to be seen."""
    for found, _, reference in fields.enumerate_sig_fields(reader):
        if found == name:
            field = reference.get_object()
            x1, y1, x2, y2 = (float(corner) for corner in field.get("/Rect", [0, 0, 0, 0]))
            width, height = abs(x2 - x1), abs(y2 - y1)
            if width <= _LEAST or height <= _LEAST:
                return None
            return style_of(stamp, width, height, rotation_of(field["/P"]) if "/P" in field else 0)
    raise SigningError(f"no field {name}")


def sign(data: bytes, names: list[str], stamp: Stamp, authority: Authority, identity: Identity) -> bytes:
    """Sign in each of these fields, one incremental update each."""
    for name in names:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        style = _style(reader, name, stamp)
        details = signers.PdfSignatureMetadata(
            field_name=name,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            name=stamp.full_name,
            reason=f"Signed by {stamp.full_name}",
        )
        signer = signers.PdfSigner(
            details, authority.signer(identity), timestamper=authority.timestamper, stamp_style=style
        )
        out = io.BytesIO()
        writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
        signer.sign_pdf(writer, existing_fields_only=True, output=out)
        data = out.getvalue()
    return data
