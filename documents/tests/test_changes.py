"""What was put on top of a form of ours before somebody signed it."""

import io

import pytest
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from documents.changes import is_changed
from documents.tests import samples, signing

PLAIN = samples.plain(pages=2, text="Modulo")


def with_fields() -> bytes:
    """A form with a name in it and a place that is still empty."""
    pdf = samples.blank()
    page = pdf.pages[0]
    fields = [
        pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=String(name),
                Rect=[0, 0, 50, 20],
                P=page.obj,
            )
        )
        for name in ("name", "place")
    ]
    fields[0].V = String("Mario Rossi")
    page.Annots = Array(fields)
    pdf.Root.AcroForm = Dictionary(Fields=Array(fields))
    return samples.saved(pdf)


def written(writer: IncrementalPdfFileWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def filled(data: bytes, place: int, value: str) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    field = writer.root["/AcroForm"]["/Fields"][place]
    field[pdf_name("/V")] = pdf_string(value)
    writer.update_container(field)
    return written(writer)


def with_note(data: bytes) -> bytes:
    """A note pasted over the first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    note = writer.add_object(
        DictionaryObject({pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/FreeText")})
    )
    writer.register_annotation(writer.find_page_for_modification(0)[0], note)
    return written(writer)


def with_another_root(data: bytes) -> bytes:
    """Another document behind ours, in the same file, to which its end leads."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    other = writer.add_object(DictionaryObject(dict(writer.root)))
    before, root, end = written(writer).rpartition(b"/Root 1 0 R")
    assert root
    return before + b"/Root %d 0 R" % other.idnum + end


@pytest.mark.parametrize(
    ("blank", "signed"),
    [
        (PLAIN, signing.sign(PLAIN, "Mario Rossi")),
        (PLAIN, signing.sign(signing.sign(PLAIN, "Mario Rossi"), "Giulia Bianchi")),
        (PLAIN, signing.sign(PLAIN, "Mario Rossi", is_lasting=True)),
        (with_fields(), signing.sign(with_fields(), "Mario Rossi")),
        (with_fields(), signing.sign(filled(with_fields(), 1, "Firenze"), "Mario Rossi")),
    ],
    ids=["signed", "twice", "lasting", "form", "filled in"],
)
def test_signatures_and_what_fills_an_empty_field_are_no_change(blank, signed):
    assert not is_changed(signed, blank)


@pytest.mark.parametrize(
    ("blank", "altered"),
    [
        (PLAIN, signing.stamped_after(PLAIN)),
        (PLAIN, signing.shadowed(PLAIN)),
        (PLAIN, with_note(PLAIN)),
        (PLAIN, with_another_root(PLAIN)),
        (with_fields(), filled(with_fields(), 0, "Giulia Bianchi")),
        (with_fields(), with_note(with_fields())),
    ],
    ids=["stamped", "swapped", "note", "root", "value", "note on a form"],
)
def test_whatever_else_lies_on_top_is_one(blank, altered):
    assert altered.startswith(blank)
    assert is_changed(altered, blank)
    assert is_changed(signing.sign(altered, "Mario Rossi"), blank)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 nothing", PLAIN[:400]])
def test_what_cannot_be_told_counts_as_one(data):
    assert is_changed(data, PLAIN)
