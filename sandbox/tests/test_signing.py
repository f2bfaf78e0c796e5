"""Procedures of both generations, signed by two people, each on their own or on several pages."""

import hashlib
import io
import shutil
import subprocess

import httpx
import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from .client import connect, fes_request, pdf, ses_request, until, unwrapped


@pytest.fixture
def client(sandbox):
    with connect(sandbox) as connected:
        yield connected


def validated(data: bytes, sandbox) -> list[bool]:
    roots = [x509.Certificate.load(pem.unarmor(path.read_bytes())[2]) for path in sandbox.trust.glob("*.pem")]
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    return [
        validate_pdf_signature(one, context, ts_validation_context=context).bottom_line
        for one in PdfFileReader(io.BytesIO(data)).embedded_regular_signatures
    ]


def signed_ses(sandbox, client, **changes) -> tuple[str, bytes]:
    made = unwrapped(client.post("/EU-SES", json=ses_request(**changes)).json())
    path = f"/signatures/{made['id']}"
    for signer in until(client, f"{path}/detail", "WAIT_SIGNERS")["signers"]:
        sandbox.sign(signer["url"])
    until(client, f"{path}/detail", "DONE")
    return path, client.get(f"{path}/signedDocument").content


def test_two_signers_on_one_document_are_valid_for_pyhanko_and_pdfsig(sandbox, client, tmp_path):
    path, data = signed_ses(sandbox, client)
    assert validated(data, sandbox) == [True, True, True]
    assert data.startswith(pdf())
    detail = unwrapped(client.get(f"{path}/detail").json())
    assert detail["document"]["signedDocument"]["md5"] == hashlib.md5(data).hexdigest()
    if shutil.which("pdfsig"):
        (tmp_path / "signed.pdf").write_bytes(data)
        said = subprocess.run(
            ["pdfsig", "-nocert", tmp_path / "signed.pdf"], capture_output=True, text=True
        ).stdout
        assert said.count("Signature is Valid") == 3


def test_the_first_generation_signs_as_well(sandbox, client):
    made = unwrapped(client.post("/firma_elettronica/base", json=fes_request()).json())
    path = f"/firma_elettronica/{made['id']}"
    for member in until(client, path, "created", "status")["members"]:
        sandbox.sign(member["sign_link"])
    until(client, path, "finished", "status")
    import base64

    assert validated(base64.b64decode(client.get(f"{path}/download").json()["content"]), sandbox) == [
        True,
        True,
    ]


def test_the_wallet_is_charged_by_the_signer_and_not_by_the_signature(sandbox, client):
    client.post("/EU-SES", json=ses_request()).raise_for_status()
    state = sandbox.state()
    assert state["charged_people"] == 2
    assert state["charged_amount"].rstrip("0") == "1.4"


def test_an_empty_wallet_buys_nothing(sandbox, client):
    sandbox.wallet("0.50")
    assert client.post("/EU-SES", json=ses_request()).status_code == 402
    assert sandbox.state()["procedures"] == 0


def test_the_audit_trail_names_signers_method_address_and_digests(sandbox, client):
    path, data = signed_ses(sandbox, client)
    trail = client.get(f"{path}/audit", headers={"Accept": "application/json"}).text
    for wanted in ("anna@example.it", "luc@example.fr", "127.0.0.1", hashlib.md5(data).hexdigest()):
        assert wanted in trail
    assert client.get(f"{path}/audit", headers={"Accept": "application/pdf"}).content.startswith(b"%PDF-")


def test_an_empty_list_is_a_404(sandbox, client):
    assert client.get("/signatures").status_code == 404


def test_an_unknown_token_is_refused_as_the_live_service_does(sandbox):
    answer = httpx.get(f"{sandbox.url}/signatures", headers={"Authorization": "Bearer nobody"})
    assert answer.status_code == 401
    assert answer.json()["error"] == 125.22


def test_an_answer_can_be_lost_after_its_effect(sandbox, client):
    sandbox.fault("error_500_after", path="EU-SES", times=1)
    assert client.post("/EU-SES", json=ses_request()).status_code == 500
    assert sandbox.state()["procedures"] == 1


def test_json_is_read_whatever_it_is_called(sandbox, client):
    import json

    answer = client.post(
        "/EU-SES/",
        content=json.dumps(ses_request()),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200


def test_a_deleted_procedure_is_gone(sandbox, client):
    path, _ = signed_ses(sandbox, client)
    assert client.delete(path).status_code == 200
    assert client.get(f"{path}/detail").status_code == 404
