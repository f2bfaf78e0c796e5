"""What the two generations refuse, with which status and number, and that a refused request costs nothing."""

import pytest

from .client import (
    UNKNOWN_ID,
    base64_of,
    create_fes,
    create_ses,
    fes_request,
    options,
    pdf,
    refusal,
    ses_alone,
    ses_request,
)

MISSING = object()


def without(body, field):
    return {name: value for name, value in body.items() if name != field}


def ses(field, value):
    """A request with another value in one field, or without it."""
    body = ses_alone()
    return without(body, field) if value is MISSING else body | {field: value}


def signer(field, value):
    body = ses_alone()
    one = body["signers"][0]
    return body | {"signers": [without(one, field) if value is MISSING else one | {field: value}]}


def document(**given):
    return ses("inputDocuments", [given])


SECOND_GENERATION = {
    "no signers": (ses("signers", MISSING), 685, "array 'signers' required"),
    "empty signers": (ses("signers", []), 610, "array 'signers' is empty"),
    "signers are an object": (ses("signers", {"name": "Anna"}), 610, "array 'signers' is empty"),
    "no documents": (ses("inputDocuments", MISSING), 610, "inputDocuments required"),
    "empty documents": (ses("inputDocuments", []), 610, "inputDocuments required"),
    "bad callback address": (ses("callback", {"url": "nowhere"}), 704, "must be a valid url in 'callback'"),
    "no callback address": (ses("callback", {}), 704, "must be a valid url in 'callback'"),
    "callback is a text": (ses("callback", "https://a.example/"), 704, "must be a valid url in 'callback'"),
    "bad callback method": (ses("callback", {"url": "https://a.example/", "method": "PUT"}), 704, "'method'"),
    "too many retries": (ses("callback", {"url": "https://a.example/", "retry": 6}), 704, "'retry'"),
    "no options": (ses("options", MISSING), 625, "'options' required"),
    "bad signature mode": (ses("options", options(signatureMode=["stamped"])), 625, "'signatureMode'"),
    "bad zone": (ses("options", options(timezone="Europe/Atlantis")), 625, "'timezone'"),
    "bad colour": (ses("options", options(ui={"buttonTextColor": "red"})), 625, "'buttonTextColor'"),
    "no name": (signer("name", MISSING), 600, "'name' required"),
    "no surname": (signer("surname", " "), 600, "'surname' required"),
    "no authentication": (signer("authentication", []), 600, "'authentication' required"),
    "unknown authentication": (signer("authentication", ["pigeon"]), 600, "'authentication' required"),
    "no e-mail for a mail": (signer("email", MISSING), 600, "'email' required"),
    "no mobile for an SMS": (signer("authentication", ["sms"]) | {"signers": [
        without(ses_alone()["signers"][0] | {"authentication": ["sms"]}, "mobile")]}, 600, "'mobile' required"),
    "no signatures": (signer("signatures", MISSING), 600, "'signatures' required"),
    "no page": (signer("signatures", [{"x": "1", "y": "1"}]), 600, "'page'"),
    "page zero": (signer("signatures", [{"page": 0, "x": "1", "y": "1"}]), 600, "'page'"),
    "a place that is none": (signer("signatures", [{"page": 1, "x": "left", "y": "1"}]), 600, "'x'"),
    "a place outside": (signer("signatures", [{"page": 1, "x": "-1", "y": "1"}]), 600, "'x'"),
    "a long SMS": (signer("message", "x" * 155 + "{OTP}") | {"signers": [
        ses_alone()["signers"][0] | {"authentication": ["sms"], "message": "x" * 156 + "{OTP}"}]}, 600, "160 characters"),
    "no base64": (document(sourceType="base64", payload="*"), 600, "must be base64"),
    "unknown source": (document(sourceType="fax"), 600, "'sourceType'"),
    "nothing at its address": (document(sourceType="remote", url="http://127.0.0.1:1/a.pdf"), 600, "could not be downloaded"),
    "no address": (document(sourceType="remote"), 600, "must be a valid url"),
    "several documents": (ses("inputDocuments", [base64_of(pdf()), base64_of(pdf())]), 600, "one document"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "error", "message"), SECOND_GENERATION.values(), ids=SECOND_GENERATION)
def test_the_second_generation_refuses(sandbox, client, body, error, message):
    status, number, said = refusal(client.post("/EU-SES", json=body))
    assert (status, number) == (422, error)
    assert message in said
    assert sandbox.state()["procedures"] == sandbox.state()["charges"] == 0


def member(field, value):
    body = fes_request()
    return body | {
        "members": [
            without(body["members"][0], field) if value is MISSING else body["members"][0] | {field: value}
        ]
    }


FIRST_GENERATION = {
    "no content": (without(fes_request(), "content"), 428, "missing content, required"),
    "no members": (without(fes_request(), "members"), 428, "missing members, required"),
    "empty members": (fes_request(members=[]), 428, "missing members, required"),
    "no base64": (fes_request(content="*"), 406, "invalid content, must be base64"),
    "unknown interface": (fes_request(ui=UNKNOWN_ID), 406, "invalid ui"),
    "no first name": (member("firstname", MISSING), 428, "missing firstname in members, required"),
    "no last name": (member("lastname", ""), 428, "missing lastname in members, required"),
    "no e-mail": (member("email", MISSING), 428, "missing email in members, required"),
    "bad e-mail": (member("email", "anna"), 406, "invalid email in members"),
    "no phone": (member("phone", MISSING), 428, "missing phone in members, required"),
    "bad phone": (member("phone", "call me"), 406, "invalid phone in members"),
    "bad page": (member("signs", [{"page": "one"}]), 406, "invalid page in signs"),
    "bad position": (member("signs", [{"page": 1, "position": "1,2,3"}]), 406, "invalid position in signs"),
    "bad callback": (fes_request(callback={"url": "nowhere"}), 406, "invalid callback url"),
}


@pytest.mark.parametrize(("body", "status", "message"), FIRST_GENERATION.values(), ids=FIRST_GENERATION)
def test_the_first_generation_refuses(sandbox, client, body, status, message):
    assert refusal(client.post("/firma_elettronica/base", json=body)) == (status, status, message)
    assert sandbox.state()["procedures"] == sandbox.state()["charges"] == 0


def test_numbers_that_nobody_knows_are_knobs(sandbox, client):
    sandbox.set(invalid_field_number=699, firmadigitale_missing_number=209, firmadigitale_invalid_number=247)
    assert refusal(client.post("/EU-SES", json=signer("name", MISSING)))[:2] == (422, 699)
    assert refusal(client.post("/firma_elettronica/base", json=fes_request(members=[])))[:2] == (428, 209)
    assert refusal(client.post("/firma_elettronica/base", json=fes_request(content="*")))[:2] == (406, 247)


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("GET", "/signatures/{id}/detail", "Signature not found"), ("GET", "/signatures/{id}", "Signature not found"),
        ("GET", "/signatures/{id}/audit", "Signature not found"), ("DELETE", "/signatures/{id}", "Signature not found"),
        ("GET", "/signatures/{id}/signedDocument", "Signature not found"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_second_generation(sandbox, client, method, path, message):
    assert refusal(client.request(method, path.format(id=UNKNOWN_ID))) == (404, 404, message)
    assert refusal(client.request(method, path.format(id="xyz"))) == (400, 400, "Invalid input")


def test_an_unknown_part_of_a_procedure(sandbox, client):
    made = create_ses(client)
    assert refusal(client.get(f"/signatures/{made['id']}/nothing")) == (400, 400, "Invalid input")


def test_what_is_not_in_the_first_generation(sandbox, client):
    assert refusal(client.get(f"/firma_elettronica/{UNKNOWN_ID}"))[:2] == (404, 404)
    assert refusal(client.get(f"/firma_elettronica/{UNKNOWN_ID}/download")) == (
        404,
        404,
        "Wrong ID or file not ready",
    )
    trail = client.get(f"/firma_elettronica/{UNKNOWN_ID}/audit")
    assert (trail.status_code, trail.json()["error"]) == (404, 470)
    assert trail.json()["trace"]


def test_a_malformed_id_of_the_first_generation_is_answered_bare(sandbox, client):
    shown = client.get("/firma_elettronica/xyz")
    assert (shown.status_code, shown.headers["Content-Type"], shown.text) == (
        400,
        "text/plain; charset=utf-8",
        "Invalid id",
    )
    for part in ("download", "audit"):
        answer = client.get(f"/firma_elettronica/xyz/{part}")
        assert (answer.status_code, answer.json()) == (400, "Invalid id")


def test_nothing_is_ready_before_everybody_has_signed(sandbox, client):
    new, old = create_ses(client), create_fes(client)
    sandbox.settle()
    assert refusal(client.get(f"/signatures/{new['id']}/signedDocument"))[0] == 404
    assert client.get(f"/signatures/{new['id']}/validatedDocument").content.startswith(b"%PDF-")
    assert refusal(client.get(f"/firma_elettronica/{old['id']}/download"))[0] == 404
    assert client.get(f"/firma_elettronica/{old['id']}/audit").json()["error"] == 470


def test_size_pages_and_signers_have_limits_where_the_knobs_say_so(sandbox, client):
    sandbox.set(max_megabytes=0.0005)
    for path, body in (("/EU-SES", ses_request()), ("/firma_elettronica/base", fes_request())):
        assert refusal(client.post(path, json=body))[:2] == (413, 413)
    sandbox.set(max_megabytes=50, max_signers=1)
    for path, body in (("/EU-SES", ses_request()), ("/firma_elettronica/base", fes_request())):
        assert refusal(client.post(path, json=body))[0] == 422
    sandbox.set(max_signers=0, max_pages=1)
    made = create_ses(client)
    sandbox.settle()
    found = client.get(f"/signatures/{made['id']}/detail").json()["data"]
    assert (found["state"], found["errorNumber"], found["errorMessage"]) == (
        "ERROR",
        605,
        "The document has too many pages",
    )


@pytest.mark.parametrize(("fate", "status"), [("gone", 410), ("absent", 404)])
def test_after_its_end_the_first_generation_is_not_there(sandbox, client, fate, status):
    made = create_fes(client)
    sandbox.set(firmadigitale=fate)
    for method, path in (("GET", "/firma_elettronica"), ("GET", f"/firma_elettronica/{made['id']}"),
                         ("POST", "/firma_elettronica/base"), ("GET", "/firma_elettronica_ui")):  # fmt: skip
        assert refusal(client.request(method, path))[0] == status
    assert refusal(client.get("/signatures"))[2] == "No signatures found"


def test_a_known_path_without_such_a_method(sandbox, web):
    assert refusal(web.delete("/wallet", auth=("sandbox@sigillo.example", "sandbox-api-key")))[:2] == (
        405,
        405,
    )
