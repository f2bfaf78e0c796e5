"""Both generations of signatures answer as the provider's descriptions of them say."""

import json
import re
from typing import Any

import pytest

from .client import (
    UNKNOWN_ID,
    create_fes,
    create_ses,
    fes_request,
    links_of,
    options,
    refusal,
    ses_alone,
    ses_request,
    sign_all,
    unwrapped,
)
from .official import described, description, example_of, missing, needs_descriptions, plain, problems

pytestmark = needs_descriptions


@pytest.fixture
def paper(sandbox):
    """The sandbox with the words of the paper, where the live service has others (contract, fact 8)."""
    sandbox.set(signing_state="WAIT_SIGN")
    return sandbox


# Second generation


def without_qualified_words(schema):
    """The closed lists of certificate types forget the simple signatures that the same service makes."""
    part = schema.get("items", schema)["properties"]["certificateType"]
    assert "EU-SES" not in part.pop("enum")
    return schema


def test_a_creation(paper, client):
    body = ses_request(options=options(ui={"completeUrl": "https://customer.example/"}))
    body["signers"][0]["message"] = "Code {OTP}"
    made = create_ses(client, body)
    assert problems(made, described("esignature", "/EU-SES", "post")) == []
    whole = description("esignature")
    shown = set(
        whole["components"]["responses"]["EU-SES200"]["content"]["application/json"]["schema"]["properties"][
            "options"
        ]["example"]
    )
    assert shown <= set(made["options"])


def test_the_list_of_signatures(paper, client):
    for _ in range(3):
        create_ses(client, ses_alone())
    listed = unwrapped(client.get("/signatures").json())
    assert len(listed) == 3
    assert problems(listed, without_qualified_words(described("esignature", "/signatures", "get"))) == []


def test_details_in_every_state(paper, client):
    schema = without_qualified_words(
        described("esignature", "/signatures/{id}/{actionType}", "get", kind="application/json")
    )
    paper.set(validation_delay=1000)
    made, failing = create_ses(client), create_ses(client, ses_alone(b"no PDF"))
    seen = []

    def look(one):
        shown = unwrapped(client.get(f"/signatures/{one['id']}/detail").json())
        assert problems(shown, schema) == []
        assert unwrapped(client.get(f"/signatures/{one['id']}").json()) == shown
        seen.append(shown["state"])
        return shown

    look(made)
    paper.advance(1001)
    look(made)
    look(failing)
    sign_all(paper, made)
    done = look(made)
    assert seen == ["WAIT_VALIDATION", "WAIT_SIGN", "ERROR", "DONE"]
    files = schema["properties"]["document"]["properties"]
    for name in ("validatedDocument", "signedDocument"):
        assert set(done["document"][name]) == set(files[name]["properties"])
    assert set(done["document"]["inputDocuments"][0]) == set(files["inputDocuments"]["items"]["properties"])


def test_the_examples_of_details_have_no_field_that_ours_lack(paper, client):
    made = create_ses(client, ses_alone())
    paper.settle()
    sign_all(paper, made)
    detail = unwrapped(client.get(f"/signatures/{made['id']}/detail").json())
    example = description("esignature")["components"]["examples"]["SignatureObjectDone"]["value"]
    assert _fields(example) - _fields(detail) == set()


def test_the_audit_trail_is_built_as_the_example(paper, client):
    made = create_ses(client, ses_alone())
    paper.settle()
    sign_all(paper, made)
    path = f"/signatures/{made['id']}/audit"
    examples = description("esignature")["components"]["examples"]
    example = examples["SignatureAuditJSON"]["value"]
    trail = client.get(path, headers={"Accept": "application/json"}).json()
    of_qualified = {
        f"data/SignatureData/options/{name}"
        for name in ("level", "hashAlgorithm", "encryptInAnyCase", "page", "withSignatureField")
    }
    assert _fields(example) - _fields(trail) == of_qualified
    patterns = [
        re.sub(r"[0-9a-f]{32}|\d+(\.\d+){3}", "#", line["log"]) for line in example["data"]["AuditData"]
    ]
    ours = [re.sub(r"[0-9a-f]{32}|\d+(\.\d+){3}", "#", line["log"]) for line in trail["data"]["AuditData"]]
    assert [line for line in ours if line in patterns] == patterns
    text = client.get(path, headers={"Accept": "text/plain"}).text
    keys = re.findall(r"^ *[A-Za-z0-9]+:", examples["SignatureAuditTXT"]["value"], re.MULTILINE)
    assert {
        key for key in keys if key.strip(" :") not in {name.rpartition("/")[2] for name in of_qualified}
    } <= set(re.findall(r"^ *[A-Za-z0-9]+:", text, re.MULTILINE))
    page = client.get(path, headers={"Accept": "text/html"}).text
    for mark in (r"<th>[^<]+</th>", r'<div class="section-title">[^<]+</div>', r'id="\w+"'):
        drawn = set(re.findall(mark, examples["SignatureAuditHTML"]["value"]))
        assert {
            one for one in drawn if not any(name.rpartition("/")[2] in one for name in of_qualified)
        } <= set(re.findall(mark, page))


def _fields(value: Any, path: tuple[str, ...] = ()) -> set[str]:
    if isinstance(value, list):
        return {one for item in value for one in _fields(item, path)}
    if not isinstance(value, dict):
        return set()
    here = {"/".join((*path, key)) for key in value}
    return here.union(*(_fields(one, (*path, key)) for key, one in value.items()))


@pytest.mark.parametrize(
    ("body", "which"),
    [
        (ses_request(signers=[]), "EmptySigners"),
        ({name: value for name, value in ses_request().items() if name != "signers"}, "MissingSigners"),
        (
            {name: value for name, value in ses_request().items() if name != "inputDocuments"},
            "MissingInputDocuments",
        ),
        (ses_request(callback={"url": "x"}), "MalformedCallback"),
    ],
)
def test_refused_creations_are_the_examples(sandbox, client, body, which):
    answer = client.post("/EU-SES", json=body)
    assert (answer.status_code, problems(answer.json(), described("esignature", "/EU-SES", "post", 422))) == (
        422,
        [],
    )
    # Live answers have `data` as well.
    assert answer.json() == example_of("esignature", "/EU-SES", "post", 422, which) | {"data": None}


def test_what_the_paper_only_numbers(sandbox, client):
    """404, 400 and 200 without a body of their own: the live service answers in its envelope."""
    paths = description("esignature")["paths"]
    assert set(paths["/signatures/{id}"]["delete"]["responses"]) == {"200", "400", "404"}
    assert refusal(client.get("/signatures"))[0] == 404
    made = create_ses(client, ses_alone())
    answers = [client.delete(f"/signatures/{id}") for id in (made["id"], made["id"], "xyz")]
    assert [one.status_code for one in answers] == [200, 404, 400]


@pytest.mark.parametrize("field", ["custom", "nothing"])
def test_a_callbacks_body(paper, client, receiver, field):
    whole = description("esignature")
    content = plain(whole["components"]["requestBodies"]["SignatureCallback"], whole)["content"]
    given = {"custom": {"key": "value"}} if field == "custom" else {}
    box = receiver.box()
    made = create_ses(client, ses_alone() | {"callback": {"url": box.url, **given}})
    schema = content["application/json"]["schema"]
    without_qualified_words(schema["properties"]["data"])
    if field == "nothing":
        schema["properties"]["custom"].pop("properties")
    assert problems(box.take().json, schema) == []
    paper.settle()
    sign_all(paper, made)
    assert problems(box.take().json, schema) == []


def test_a_callbacks_form(paper, client, receiver):
    whole = description("esignature")
    content = whole["components"]["requestBodies"]["SignatureCallback"]["content"]
    box = receiver.box()
    create_ses(
        client, ses_alone() | {"callback": {"url": box.url, "method": "POST", "custom": {"key": "value"}}}
    )
    form = box.take().form
    assert problems(form, plain(content["application/x-www-form-urlencoded"]["schema"], whole)) == []


# First generation


def with_our_types(schema):
    """`error` is drawn as a text or an object and is a number or null; nothing is as tall as its title."""
    schema["properties"]["error"] = {}
    return schema


@pytest.fixture
def old(sandbox, client, receiver):
    """A signed procedure of the first generation with a callback."""
    made = create_fes(client, fes_request(callback={"url": receiver.box().url}, description="d"))
    sandbox.settle()
    sign_all(sandbox, made)
    return made


def test_procedures_of_the_first_generation(sandbox, client, old):
    path = f"/firma_elettronica/{old['id']}"
    for template, real in (
        ("", "/firma_elettronica"),
        ("/{id}", path),
        ("/{id}/download", f"{path}/download"),
    ):
        schema = with_our_types(described("firmadigitale", f"/firma_elettronica{template}", "get"))
        assert problems(client.get(real).json(), schema) == [], template
    # Its creation has lost its description and kept its schema.
    whole = description("firmadigitale")
    assert problems(old, plain(whole["components"]["schemas"]["FesBaseResponse"], whole)) == []


def test_the_old_audit_trail(sandbox, client, old):
    trail = client.get(f"/firma_elettronica/{old['id']}/audit").json()
    schema = described("firmadigitale", "/firma_elettronica/{id}/audit", "get")
    member = schema["properties"]["data"]["properties"].pop("id")
    schema["properties"]["data"]["additionalProperties"] = member
    assert sorted(problems(trail, with_our_types(schema))) == sorted(_nulls_of_the_example(trail))
    for one in trail["data"].values():
        assert missing(one, member) == []
    content = description("firmadigitale")["paths"]["/firma_elettronica/{id}/audit"]["get"]["responses"][
        "200"
    ]["content"]
    example = content["application/json"]["examples"]["json"]["value"]
    [drawn], [ours] = list(example["data"].values())[:1], list(trail["data"].values())[:1]
    assert _fields(drawn) == _fields(ours)


def _nulls_of_the_example(trail: Any) -> list[str]:
    """Four fields are drawn as texts, and are null in the description's own example."""
    nulls = []
    for member in trail["data"]:
        nulls += [
            f"data/{member}/audit_trail/files/0/revisions/0/certificate/{name}"
            for name in ("lastname", "firstname")
        ]
        nulls += [
            f"data/{member}/audit_trail/procedure/{name}" for name in ("expiredAt", "coolingOffPeriodEndsAt")
        ]
    return [f"{path}: None is not of type 'string'" for path in nulls]


def test_errors_of_the_first_generation(sandbox, client):
    malformed = client.get("/firma_elettronica/xyz")
    schema = described("firmadigitale", "/firma_elettronica/{id}", "get", 400, "text/plain")
    assert (malformed.status_code, malformed.text) == (400, "Invalid id")
    assert problems(malformed.text, schema) == []
    for part in ("download", "audit"):
        answer = client.get(f"/firma_elettronica/xyz/{part}")
        schema = described("firmadigitale", f"/firma_elettronica/{{id}}/{part}", "get", 400)
        assert (answer.status_code, problems(answer.json(), schema)) == (400, [])
    unknown = client.get(f"/firma_elettronica/{UNKNOWN_ID}/audit")
    schema = described("firmadigitale", "/firma_elettronica/{id}/audit", "get", 404)
    schema["properties"]["data"] = {}  # An object by its schema, null in its example.
    assert problems(unknown.json(), schema) == []
    example = example_of("firmadigitale", "/firma_elettronica/{id}/audit", "get", 404)
    assert unknown.json() | {"trace": ""} == example | {"trace": ""}
    assert client.get(f"/firma_elettronica/{UNKNOWN_ID}/download").status_code == 404


def test_interfaces_of_the_first_generation(sandbox, client):
    whole = description("firmadigitale")
    schema = plain(whole["components"]["schemas"]["FesUiResponse"], whole)
    made = unwrapped(client.post("/firma_elettronica_ui", json={"name": "a", "description": "b"}).json())
    for shown in (made, unwrapped(client.get(f"/firma_elettronica_ui/{made['id']}").json()),
                  unwrapped(client.get("/firma_elettronica_ui").json())[0]):  # fmt: skip
        assert problems(shown, schema) == []
    statuses = [client.delete(f"/firma_elettronica_ui/{made['id']}").status_code for _ in range(2)]
    assert statuses == [200, 404]
    assert set(statuses) <= {
        int(one) for one in whole["paths"]["/firma_elettronica_ui/{id}"]["delete"]["responses"]
    }


def test_the_whole_definition_of_an_interface_is_taken(sandbox, client):
    whole = description("firmadigitale")
    properties = whole["components"]["schemas"]["FesCreateUi"]["properties"]
    body = {name: _sample(plain(one, whole), name) for name, one in properties.items()}
    answer = client.post("/firma_elettronica_ui", json=body)
    assert answer.status_code == 200, answer.text
    id = unwrapped(answer.json())["id"]
    assert unwrapped(client.get(f"/firma_elettronica_ui/{id}").json()) == body | {"id": id}


def _sample(schema: Any, name: str) -> Any:
    if name == "defaultLanguage":
        return "it"
    if name == "languages" and schema.get("type") == "array":
        return ["it", "fr"]
    if name == "url":
        return "https://customer.example/"
    if name == "target":
        return "_top"
    kind = schema.get("type")
    if kind == "object":
        return {key: _sample(one, key) for key, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [_sample(schema.get("items", {}), "")]
    return {"integer": 100, "boolean": True}.get(kind, "text")


def test_a_callbacks_body_of_the_first_generation(sandbox, client, receiver):
    whole = description("firmadigitale")
    schema = plain(whole["components"]["schemas"]["FesCallbackContent"], whole)
    box = receiver.box()
    made = create_fes(client, fes_request(callback={"url": box.url, "field": "data"}))
    bodies = [json.loads(box.take().form["data"])]
    sandbox.sign(links_of(made)[0])
    sandbox.sign(links_of(made)[1])
    bodies += [json.loads(box.take().form["data"]) for _ in range(3)]
    for body in bodies:
        assert problems(body, schema) == []
    assert [one["status"] for one in bodies] == ["created", "started", "started", "finished"]


def test_every_status_word_is_on_the_papers_list(sandbox, client):
    words = description("firmadigitale")["components"]["schemas"]["FesStatus"]["enum"]
    failed_words = sandbox.http.get("/settings").json()["choices"]["firmadigitale_failed_status"]
    assert set(failed_words) | {"created", "started", "finished", "refused", "expired"} == set(words)
