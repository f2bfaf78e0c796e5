"""Files in a digital signature (.p7m): what is inside, and whether the signature holds."""

import base64
import time

import pytest

from documents.signed_file import NotSigned, looks_signed, open_signed
from documents.tests import samples, signing


@pytest.fixture(autouse=True)
def _trusted(settings, tmp_path):
    settings.TRUST_ROOTS = signing.trust(tmp_path)


FORM = samples.plain(pages=2, text="Modulo")


def test_a_signed_file_is_opened_and_its_signer_named():
    found = open_signed(signing.enveloped(FORM, "Mario Rossi"))
    assert found.content == FORM
    assert list(found.signers) == ["Mario Rossi"]
    assert (found.is_intact, found.is_trusted, found.problem) == (True, True, "")


@pytest.mark.parametrize("written", ["base64", "lines", "pem"])
def test_it_may_be_written_as_text(written):
    data = signing.enveloped(FORM, "Mario Rossi")
    text = base64.encodebytes(data) if written == "lines" else base64.b64encode(data)
    if written == "pem":
        text = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(data) + b"-----END PKCS7-----\n"
    assert open_signed(text).content == FORM


def test_one_around_another_names_both():
    both = signing.enveloped(signing.enveloped(FORM, "Mario Rossi"), "Giulia Bianchi")
    found = open_signed(both)
    assert (found.content, list(found.signers)) == (FORM, ["Giulia Bianchi", "Mario Rossi"])


def test_a_changed_content_is_noticed():
    data = signing.enveloped(FORM, "Mario Rossi")
    at = data.index(b"%PDF-") + 200
    found = open_signed(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert not found.is_intact
    assert "does not hold" in found.problem


def test_a_signature_under_another_authority_is_intact_but_not_trusted():
    found = open_signed(signing.enveloped(FORM, "Mario Rossi", root="Another CA"))
    assert (found.is_intact, found.is_trusted) == (True, False)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x80", b"hello", b"%PDF-1.7 nothing", b"\x30\x03\x02\x01\x05", b"MAA=", b"\xff" * 300,
     b"\x30\x84\xff\xff\xff\xff" + b"\0" * 50, signing.enveloped(FORM, "Mario Rossi", is_detached=True)],
)  # fmt: skip
def test_what_is_none_is_refused_whatever_it_is(data):
    with pytest.raises(NotSigned):
        open_signed(data)


def test_pictures_and_documents_do_not_look_signed():
    assert not looks_signed(FORM)
    assert not looks_signed(b"\xff\xd8\xff\xe0JFIF")
    assert looks_signed(signing.enveloped(FORM, "Mario Rossi"))


def test_a_maze_of_certificates_holds_nobody_up():
    before = time.process_time()
    found = open_signed(signing.in_a_maze(FORM, pairs=5))
    assert time.process_time() - before < 2
    assert (found.content, found.is_trusted) == (FORM, False)
