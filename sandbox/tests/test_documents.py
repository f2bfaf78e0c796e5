"""The PDFs: really signed, valid for tools that are not ours, each signature in its place."""

import io
import shutil
import subprocess

import pikepdf
import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from .client import (
    create_fes,
    create_ses,
    detail_of,
    fes_request,
    options,
    pdf,
    ses_alone,
    ses_request,
    sign_all,
    signed_document,
)

WIDTH, HEIGHT = 595, 842
STAMP = (164, 45)


def signed(sandbox, client, made):
    sandbox.settle()
    sign_all(sandbox, made)
    return signed_document(client, made)


def signatures(data):
    return PdfFileReader(io.BytesIO(data)).embedded_regular_signatures


def validity(sandbox, data):
    """What pyHanko finds of each signature, with the sandbox's own authority as the only one trusted."""
    roots = [x509.Certificate.load(pem.unarmor(path.read_bytes())[2]) for path in sandbox.trust.glob("*.pem")]
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    return [validate_pdf_signature(one, context, ts_validation_context=context) for one in signatures(data)]


def boxes(data):
    """Page number and rectangle of each signature field."""
    found = []
    with pikepdf.open(io.BytesIO(data)) as document:
        for number, page in enumerate(document.pages, 1):
            for note in page.obj.get("/Annots", []):
                if note.get("/FT") == "/Sig":
                    found.append((number, tuple(round(float(corner)) for corner in note["/Rect"])))
    return found


def text_of(data, *options):
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine")
    command = ["pdftotext", *options, "-", "-"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize(("create", "count"), [(create_ses, 3), (create_fes, 2)])
def test_two_signers_on_one_document_are_valid_for_pyhanko_and_pdfsig(
    sandbox, client, tmp_path, create, count
):
    data = signed(sandbox, client, create(client))
    found = validity(sandbox, data)
    assert [one.bottom_line for one in found] == [True] * count
    assert [one.timestamp_validity.trusted for one in found] == [True] * count
    assert found[-1].coverage.name == "ENTIRE_FILE"
    assert data.startswith(pdf())
    assert [one.sig_object["/SubFilter"] for one in signatures(data)] == ["/ETSI.CAdES.detached"] * count
    if shutil.which("pdfsig"):
        (tmp_path / "signed.pdf").write_bytes(data)
        said = subprocess.run(
            ["pdfsig", "-nocert", tmp_path / "signed.pdf"], capture_output=True, text=True
        ).stdout
        assert said.count("Signature is Valid") == count
        assert (said.count("Not total document signed"), said.count("Total document signed")) == (
            count - 1,
            1,
        )


def test_each_signature_names_its_signer(sandbox, client):
    data = signed(sandbox, client, create_ses(client))
    assert [one.sig_object["/Name"] for one in signatures(data)] == ["Anna Rossi", "Anna Rossi", "Luc Rossi"]
    assert [one.sig_object["/Reason"] for one in signatures(data)][-1] == "Signed by Luc Rossi"
    assert {one.signer_cert.subject.native["common_name"] for one in signatures(data)} == {
        "Sandbox eSignature seal"
    }


def test_a_changed_byte_is_found(sandbox, client):
    data = bytearray(signed(sandbox, client, create_ses(client, ses_alone())))
    assert validity(sandbox, bytes(data))[0].bottom_line
    data[data.index(b"stream\n") + 8] ^= 1
    assert not validity(sandbox, bytes(data))[0].bottom_line


def test_a_place_is_counted_from_the_upper_left(sandbox, client):
    places = [{"page": 2, "x": "100", "y": "50"}, {"page": 1, "x": "0", "y": "0"}]
    data = signed(sandbox, client, create_ses(client, ses_alone(signatures=places)))
    width, height = STAMP
    assert boxes(data) == [
        (1, (0, HEIGHT - height, width, HEIGHT)),
        (2, (100, HEIGHT - 50 - height, 100 + width, HEIGHT - 50)),
    ]


def test_a_unit_may_be_more_than_a_point(sandbox, client):
    sandbox.set(esignature_unit=2)
    data = signed(
        sandbox, client, create_ses(client, ses_alone(signatures=[{"page": 1, "x": "50", "y": "100"}]))
    )
    assert boxes(data) == [(1, (100, HEIGHT - 200 - STAMP[1], 100 + STAMP[0], HEIGHT - 200))]


@pytest.mark.parametrize(
    ("knobs", "box"),
    [
        ({}, (60, 100, 220, 150)),
        ({"position_origin": "upper-left"}, (60, HEIGHT - 150, 220, HEIGHT - 100)),
        ({"position_unit": 0.5}, (30, 50, 110, 75)),
    ],
)
def test_a_position_is_a_box_from_the_lower_left_unless_the_knobs_say_otherwise(sandbox, client, knobs, box):
    sandbox.set(**knobs)
    member = fes_request()["members"][0] | {"signs": [{"page": 2, "position": "60,100,220,150"}]}
    data = signed(sandbox, client, create_fes(client, fes_request(members=[member])))
    assert boxes(data) == [(2, box)]


def test_page_zero_signs_and_draws_nothing(sandbox, client):
    member = fes_request()["members"][0] | {"signs": [{"page": 0, "position": None}]}
    data = signed(sandbox, client, create_fes(client, fes_request(members=[member])))
    assert validity(sandbox, data)[0].bottom_line
    assert "Anna" not in text_of(data)


def test_the_stamp_says_who_when_in_their_zone_and_what(sandbox, client):
    made = create_ses(client, ses_alone() | {"options": options(timezone="Asia/Tokyo")})
    sandbox.settle()
    sandbox.sign(made["signers"][0]["url"], text="Anna R. Čapek")
    shown = text_of(signed_document(client, made), "-layout")
    assert "Anna R. Čapek" in shown
    assert "Anna Rossi ·" in shown
    assert " JST" in shown
    assert f"Sandbox e-signature {made['id']}" in shown


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_on_a_turned_page_the_stamp_stands_upright_where_it_was_meant(sandbox, client, rotation):
    made = create_ses(client, ses_alone(pdf(1, rotation), signatures=[{"page": 1, "x": "100", "y": "50"}]))
    data = signed(sandbox, client, made)
    assert validity(sandbox, data)[0].bottom_line
    _, (left, bottom, right, top) = boxes(data)[0]
    turned = rotation in (90, 270)
    assert (right - left, top - bottom) == (STAMP[::-1] if turned else STAMP)
    shown = text_of(data, "-bbox")
    words = {"Anna", "Rossi", "·"}
    found = [line for line in shown.splitlines() if any(f">{word}<" in line for word in words)]
    assert found, shown
    for line in found:
        edges = dict(
            part.split("=") for part in line.strip().removeprefix("<word ").partition(">")[0].split()
        )
        x1, y1, x2, y2 = (float(edges[name].strip('"')) for name in ("xMin", "yMin", "xMax", "yMax"))
        assert 100 <= x1 < x2 <= 100 + STAMP[0] + 1, line
        assert 50 <= y1 < y2 <= 50 + STAMP[1] + 1, line
        assert x2 - x1 > 1.5 * (y2 - y1) or line.endswith(">·</word>"), line


def with_fields(*names):
    """A document that brings empty signature fields along."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf()))
    for at, name in enumerate(names):
        append_signature_field(
            writer, SigFieldSpec(name, on_page=0, box=(50, 100 * at + 50, 250, 100 * at + 100))
        )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def named(*names):
    return [{"page": 1, "x": "0", "y": "0", "name": name} for name in names]


def test_a_field_of_the_documents_own_is_signed(sandbox, client):
    data = signed(
        sandbox, client, create_ses(client, ses_alone(with_fields("Here"), signatures=named("Here")))
    )
    assert [one.field_name for one in signatures(data)] == ["Here"]
    assert validity(sandbox, data)[0].bottom_line


@pytest.mark.parametrize("names", [("Nowhere",), ("Here", "Here")])
def test_a_field_that_is_not_there_or_taken_fails(sandbox, client, names):
    made = create_ses(client, ses_alone(with_fields("Here"), signatures=named(*names)))
    sandbox.settle()
    assert detail_of(client, made)["errorNumber"] == 604


def test_a_signed_document_can_be_signed_again_by_others(sandbox, client):
    """Its fields bear the names that ours would have, and its signatures must go on being valid."""
    first = signed(sandbox, client, create_ses(client))
    again = signed(sandbox, client, create_ses(client, ses_request(first)))
    assert [one.bottom_line for one in validity(sandbox, again)] == [True] * 6
    assert again.startswith(first)


def encrypted():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "number", "message"),
    [
        (ses_alone(b"<html></html>"), 601, "The document is not a valid PDF"),
        (ses_alone(encrypted()), 602, "The document is encrypted"),
        (
            ses_alone(signatures=[{"page": 3, "x": "1", "y": "1"}]),
            603,
            "A signature is placed on a page that does not exist",
        ),
        (
            ses_alone(signatures=[{"page": 1, "x": "600", "y": "1"}]),
            606,
            "A signature lies outside of its page",
        ),
    ],
)
def test_a_document_that_cannot_be_signed_ends_in_an_error(sandbox, client, body, number, message):
    made = create_ses(client, body)
    assert (made["state"], made["errorNumber"]) == ("WAIT_VALIDATION", None)
    sandbox.settle()
    found = detail_of(client, made)
    assert (found["state"], found["errorNumber"], found["errorMessage"]) == ("ERROR", number, message)


def test_the_first_generation_says_so_in_its_own_word(sandbox, client):
    made = create_fes(client, fes_request(b"no PDF"))
    sandbox.settle()
    assert detail_of(client, made)["status"] == "file validation failed"
