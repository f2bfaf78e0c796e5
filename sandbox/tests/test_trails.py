"""The audit trail: what it holds of whom, in both generations and in every format."""

import hashlib
import re
import shutil
import subprocess

import pytest

from .client import (
    create_fes,
    create_ses,
    detail_of,
    fes_request,
    links_of,
    options,
    pdf,
    refusal,
    ses_request,
    sign_all,
    signed_document,
)

AGENT = {"User-Agent": "Browser of Anna"}
FORMATS = ["application/json", "text/plain", "text/html", "application/pdf"]


@pytest.fixture(scope="module")
def signed(running, client):
    """A procedure of each generation that two people signed; the tests below only read."""
    running.reset(validation_delay=0)
    body = ses_request(options=options(timezone="Europe/Rome"), description="For <b>Anna</b> & Luc")
    body["signers"][0]["message"] = "Firma “Contratto 12”: il codice è {OTP}"
    body["signers"][1] |= {"authentication": ["sms"], "message": "Votre code :"}
    new, old = create_ses(client, body), create_fes(client)
    running.settle()
    for link in links_of(new):
        running.http.post("/sign", json={"link": link}, headers=AGENT).raise_for_status()
    sign_all(running, old)
    return new, old


def trail(client, made, accept="application/json"):
    answer = client.get(f"/signatures/{made['id']}/audit", headers={"Accept": accept})
    assert answer.status_code == 200
    return answer


def old_trail(client, made):
    return client.get(f"/firma_elettronica/{made['id']}/audit").json()["data"]


# Second generation


def test_it_begins_with_the_request_and_ends_with_the_signed_document(client, signed):
    new, _ = signed
    lines = trail(client, new).json()["data"]["AuditData"]
    assert lines[0]["log"] == "New Signature Request From IP:127.0.0.1"
    assert lines[1]["log"] == f"New Input Document. MD5:{hashlib.md5(pdf()).hexdigest()}"
    assert re.fullmatch(r"New Validated Document\. MD5:[0-9a-f]{32}", lines[2]["log"])
    assert (
        lines[-1]["log"]
        == f"New Signed Document. MD5:{hashlib.md5(signed_document(client, new)).hexdigest()}"
    )
    assert [line["createdAt"] for line in lines] == sorted(line["createdAt"] for line in lines)
    assert {tuple(line) for line in lines} == {("id", "createdAt", "log")}


def test_it_tells_what_each_signer_did(client, signed):
    new, _ = signed
    logs = [line["log"] for line in trail(client, new).json()["data"]["AuditData"]]
    anna = [log for log in logs if "Anna Rossi" in log]
    assert [log.partition(" ")[0] for log in anna] == ["Signer", "OTP", "OTP", "Signer"]
    assert "Opened The Signing Page" in anna[0]
    assert "Sent By email To anna@example.it" in anna[1]
    assert "Attempt 1 Of 5 Right. OTP Validated" in anna[2]
    assert "Signed (typed) In 2 Place(s)" in anna[3]
    assert all("IP:127.0.0.1 User-Agent:Browser of Anna" in log for log in anna)
    assert "Sent By sms To +393331234501" in next(
        log for log in logs if "Luc Rossi" in log and "OTP 1" in log
    )


def test_it_holds_the_procedure_as_its_details_do(client, signed):
    new, _ = signed
    data = trail(client, new).json()["data"]["SignatureData"]
    detail = detail_of(client, new)
    assert {name: data[name] for name in detail if name != "signers"} == {
        name: detail[name] for name in detail if name != "signers"
    }
    for told, shown in zip(data["signers"], detail["signers"], strict=True):
        assert {name: value for name, value in told.items() if name != "evidence"} == {
            name: value for name, value in shown.items() if name != "url"
        }


def test_it_holds_method_message_times_and_digests_of_each_signer(client, signed):
    new, _ = signed
    anna, luc = (one["evidence"] for one in trail(client, new).json()["data"]["SignatureData"]["signers"])
    assert (anna["otp"]["method"], anna["otp"]["target"]) == ("email", "anna@example.it")
    assert (luc["otp"]["method"], luc["otp"]["target"]) == ("sms", "+393331234501")
    assert anna["otp"]["message"] == "Firma “Contratto 12”: il codice è ******"
    assert luc["otp"]["message"] == "Votre code : ******"
    assert (
        anna["openedAt"]
        <= anna["otp"]["sentAt"]
        <= anna["otp"]["validatedAt"]
        <= anna["signedAt"]
        <= luc["signedAt"]
    )
    assert (anna["ip"], anna["userAgent"]) == ("127.0.0.1", "Browser of Anna")
    assert (anna["signatureMode"], anna["signatureText"]) == ("typed", "Anna Rossi")
    assert anna["documentAfter"]["md5"] == luc["documentBefore"]["md5"]
    assert luc["documentAfter"]["md5"] == hashlib.md5(signed_document(client, new)).hexdigest()


@pytest.mark.parametrize("accept", FORMATS)
def test_no_format_holds_a_link_or_a_code(running, client, signed, accept):
    new, _ = signed
    shown = _readable(trail(client, new, accept))
    codes = {message["otp"] for message in running.messages() if message["otp"]}
    assert len(codes) == 4
    for secret in (*links_of(new), *codes):
        assert secret not in shown


@pytest.mark.parametrize("accept", FORMATS)
def test_every_format_holds_what_proves(client, signed, accept):
    new, _ = signed
    shown = _readable(trail(client, new, accept))
    md5 = hashlib.md5(signed_document(client, new)).hexdigest()
    for wanted in (
        new["id"],
        md5,
        "127.0.0.1",
        "Browser of Anna",
        "anna@example.it",
        "+393331234501",
        "Rossi",
        "EU-SES",
    ):
        assert wanted in shown, wanted


def _readable(answer):
    """The text of an answer; of a PDF what pdftotext finds, without its breaks."""
    if answer.headers["Content-Type"] != "application/pdf":
        return answer.text
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext on this machine")
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=answer.content, capture_output=True, check=True
    )
    return done.stdout.decode().replace("\n", " ").replace("  ", " ")


@pytest.mark.parametrize(
    ("accept", "kind", "begins"),
    [
        ("application/json", "application/json", "{"), ("text/plain", "text/plain", "SignatureAuditReport:\n    SignatureData:\n"),
        ("text/html", "text/html", "<!DOCTYPE html>"), ("application/pdf", "application/pdf", "%PDF-"),
        ("", "application/json", "{"), ("*/*", "application/json", "{"), ("image/png", "application/json", "{"),
        ("text/html;q=0.9, application/pdf", "text/html", "<!DOCTYPE html>"), ("image/png, text/plain", "text/plain", "Signature"),
    ],
)  # fmt: skip
def test_the_format_is_the_first_that_is_accepted_and_known(client, signed, accept, kind, begins):
    answer = trail(client, signed[0], accept)
    assert answer.headers["Content-Type"].startswith(kind)
    assert answer.content.startswith(begins.encode())


def test_the_text_is_indented_as_the_providers_is(client, signed):
    lines = trail(client, signed[0], "text/plain").text.splitlines()
    assert f"        id: {signed[0]['id']}" in lines
    assert "        errorNumber: null" in lines
    assert "            asyncDocumentsValidation: true" in lines
    assert "            title: Contract" in lines
    assert "            inputDocuments:" in lines
    assert "    AuditData:" in lines
    assert "            log: 'New Signature Request From IP:127.0.0.1'" in lines
    assert any(
        re.fullmatch(r"        createdAt: '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+00:00'", line)
        for line in lines
    )


def test_the_page_shows_no_markup_of_others(client, signed):
    page = trail(client, signed[0], "text/html").text
    assert "For &lt;b&gt;Anna&lt;/b&gt; &amp; Luc" in page
    for section in (
        "General Information",
        "Signature Options",
        "Signed Document",
        "Validated Document",
        "Input Documents",
        "Audit Data",
    ):
        assert f'<div class="section-title">{section}</div>' in page


# First generation


def test_the_old_trail_is_keyed_by_member_and_holds_the_person(client, signed):
    _, old = signed
    data = old_trail(client, old)
    assert len(data) == 2
    for (key, told), member in zip(data.items(), detail_of(client, old)["members"], strict=True):
        assert {name: told[name] for name in member} == member
        assert told["audit_trail"]["member"]["id"] == key
    assert [one["position"] for one in data.values()] == [1, 2]


def test_the_old_trail_holds_method_message_address_and_times(running, client, signed):
    _, old = signed
    told = next(iter(old_trail(client, old).values()))["audit_trail"]["member"]
    code = told["authentications"][0]
    assert set(told) == {
        "id", "ip", "email", "phone", "lastname", "signedAt", "firstname", "operationLevel", "authentications",
    }  # fmt: skip
    assert (told["ip"], told["lastname"], told["firstname"], told["operationLevel"]) == (
        "127.0.0.1",
        "ROSSI",
        "Anna",
        "custom",
    )
    assert set(code) == {"mode", "sha256", "channel", "content", "validatedAt"}
    assert (code["mode"], code["channel"]) == ("sms", "text")
    assert code["content"] == running.messages(to="+393331234500", kind="sms")[0]["text"]
    assert code["sha256"] == hashlib.sha256(code["content"].encode()).hexdigest()
    assert code["validatedAt"] <= told["signedAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", told["signedAt"])


def test_the_old_trail_holds_files_with_their_digests_and_the_seal(client, signed):
    _, old = signed
    anna, luc = (one["audit_trail"]["files"][0] for one in old_trail(client, old).values())
    sha256 = hashlib.sha256(signed_document(client, old)).hexdigest()
    assert anna["sha256"] == luc["sha256"] == luc["revisions"][0]["sha256"] == sha256
    assert anna["revisions"][0]["sha256"] != sha256
    revision = luc["revisions"][0]
    assert (luc["name"], luc["contentType"], revision["reason"]) == (
        "contract.pdf",
        "application/pdf",
        "Signed by Luc Rossi",
    )
    assert "CN=Sandbox eSignature seal" in revision["certificate"]["dn"]
    assert revision["certificate"]["content"].count("BEGIN CERTIFICATE") == 2
    assert revision["certificate"]["lastname"] is None


def test_the_old_trail_holds_the_procedure(client, signed):
    _, old = signed
    told = next(iter(old_trail(client, old).values()))["audit_trail"]["procedure"]
    assert (told["name"], told["expiredAt"], told["coolingOffPeriodEndsAt"]) == ("Contract", None, None)
    assert told["organization"]["ip"] == "127.0.0.1"
    assert told["createdAt"] <= told["startedAt"]


# What the tests below make themselves


def test_the_trail_begins_before_anybody_signs(sandbox, client):
    sandbox.set(validation_delay=1000)
    made = create_ses(client)
    for accept in FORMATS:
        trail(client, made, accept)
    assert len(trail(client, made).json()["data"]["AuditData"]) == 2


def test_wrong_codes_refusals_and_failures_are_in_it(sandbox, client):
    sandbox.set(esignature_refusal=True)
    refused, failed = create_ses(client), create_ses(client, ses_request(b"no PDF"))
    sandbox.settle()
    sandbox.http.post("/sign", json={"link": links_of(refused)[0], "code": "000000x"})
    sandbox.refuse(links_of(refused)[0], comment="Not <i>my</i> contract")
    logs = " ".join(line["log"] for line in trail(client, refused).json()["data"]["AuditData"])
    assert "OTP Attempt 1 Of 5 Wrong" in logs
    assert 'Refused. Comment: "Not <i>my</i> contract"' in logs
    assert "Not &lt;i&gt;my&lt;/i&gt; contract" in trail(client, refused, "text/html").text
    assert trail(client, refused, "application/pdf").content.startswith(b"%PDF-")
    evidence = trail(client, refused).json()["data"]["SignatureData"]["signers"][0]["evidence"]
    assert (evidence["refusalComment"], evidence["signedAt"]) == ("Not <i>my</i> contract", None)
    assert "Document Refused. Error 601" in trail(client, failed, "text/plain").text


def test_texts_longer_than_a_page_do_not_break_the_pdf(sandbox, client):
    body = ses_request(title="Very long title " * 30)
    body["signers"][0]["message"] = "Very long message. " * 1000 + "{OTP}"
    made = create_ses(client, body)
    sandbox.settle()
    sandbox.sign(links_of(made)[0])
    assert trail(client, made, "application/pdf").content.startswith(b"%PDF-")


def test_a_certificate_of_the_signers_own_names_them(sandbox, client):
    sandbox.set(certificate_name="signer")
    made = create_fes(client, fes_request(members=fes_request()["members"][:1]))
    sandbox.settle()
    sign_all(sandbox, made)
    certificate = next(iter(old_trail(client, made).values()))["audit_trail"]["files"][0]["revisions"][0][
        "certificate"
    ]
    assert (certificate["firstname"], certificate["lastname"]) == ("Anna", "Rossi")
    assert "CN=Anna Rossi" in certificate["dn"]


def test_who_did_not_sign_has_no_revision_and_an_expired_procedure_says_when(sandbox, client):
    made = create_fes(client)
    sandbox.settle()
    sandbox.sign(links_of(made)[0])
    assert refusal_of_trail(client, made) == 470
    sandbox.move(made["id"], "expire")
    anna, luc = (one["audit_trail"] for one in old_trail(client, made).values())
    assert (len(anna["files"][0]["revisions"]), luc["files"][0]["revisions"], luc["member"]["signedAt"]) == (
        1,
        [],
        None,
    )
    assert luc["member"]["authentications"] == []
    assert luc["procedure"]["expiredAt"] >= luc["procedure"]["createdAt"]


def refusal_of_trail(client, made):
    answer = client.get(f"/firma_elettronica/{made['id']}/audit")
    status, error, _ = refusal(answer)
    assert status == 404
    return error
