"""The sandbox answers as the provider's own descriptions say, where these are at hand.

Every answer is held against its schema, and every field that is described must be there. What the descriptions leave
out or draw otherwise than the live service answers is told in the contract that the sandbox follows, and stands here
as an exception with its reason.
"""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from .client import (
    ACCOUNT,
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

FOLDER = Path(
    os.environ.get("OFFICIAL_DESCRIPTIONS", Path(__file__).resolve().parents[3] / "shared/upstream/official")
)

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the provider's descriptions are not on this machine: no folder {FOLDER}"
)

# Fields that are described and do not come, with the reason why.
ABSENT = {
    "document/signedDocument": "not before everybody has signed",
    "document/validatedDocument": "not before validation",
    "document/inputDocuments": "not before validation",
    "options/level": "of qualified signatures", "options/hashAlgorithm": "of qualified signatures",
    "options/encryptInAnyCase": "of qualified signatures", "options/page": "of qualified signatures",
    "options/withSignatureField": "of qualified signatures",
    "signers/message": "only where one was sent",
    "callback": "only where one was asked for",
}  # fmt: skip


@cache
def description(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{name}.json").read_text()))


def plain(schema: Any, whole: dict[str, Any]) -> Any:
    """OpenAPI 3.0 as JSON Schema: references resolved, ``allOf`` merged, ``nullable`` meant."""
    if isinstance(schema, list):
        return [plain(one, whole) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target: Any = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return plain(target, whole)
    read = {
        key: plain(value, whole)
        for key, value in schema.items()
        if key not in {"example", "examples", "nullable"}
    }
    for part in read.pop("allOf", []):
        read["properties"] = read.get("properties", {}) | part.get("properties", {})
    if schema.get("nullable"):
        read["type"] = [read["type"], "null"] if "type" in read else ["null", "object", "string", "number"]
        read.pop("enum", None)
    return read


def described(name: str, path: str, method: str, status: int = 200, kind: str = "") -> Any:
    """The schema of an answer."""
    whole = description(name)
    answer = plain(whole["paths"][path][method]["responses"][str(status)], whole)
    content = answer["content"]
    return content[kind]["schema"] if kind else next(iter(content.values()))["schema"]


def example_of(name: str, path: str, method: str, status: int, which: str = "") -> Any:
    """An example of an error."""
    content = description(name)["paths"][path][method]["responses"][str(status)]["content"][
        "application/json"
    ]
    return (
        content["examples"][which]["value"]
        if which
        else content.get("example") or content["schema"]["example"]
    )


def problems(answer: Any, schema: Any) -> list[str]:
    """What of an answer is not as described, and what of the description is not in the answer."""
    checker = Draft202012Validator(schema, format_checker=FormatChecker())
    found = [
        f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in checker.iter_errors(answer)
    ]
    return found + [f"{path}: described, and not there" for path in sorted(set(_missing(answer, schema, ())))]


def _missing(answer: Any, schema: Any, path: tuple[str, ...]) -> list[str]:
    if not isinstance(schema, dict):
        return []
    for choice in schema.get("oneOf", []):
        if Draft202012Validator(choice).is_valid(answer) and isinstance(answer, list) == (
            choice.get("type") == "array"
        ):
            return _missing(answer, choice, path)
    if isinstance(answer, list):
        return [one for item in answer for one in _missing(item, schema.get("items"), path)]
    if not isinstance(answer, dict):
        return []
    lacking = []
    for key, part in schema.get("properties", {}).items():
        here = (*path, key)
        if key not in answer:
            name = "/".join(here).removeprefix("data/")
            lacking += [] if name in ABSENT else [name]
        else:
            lacking += _missing(answer[key], part, here)
    return lacking


@pytest.fixture
def paper(sandbox):
    """The sandbox with the words of the paper, where the live service has others (contract, fact 8)."""
    sandbox.set(signing_state="WAIT_SIGN")
    return sandbox


def account(web, path, schema_of="", status=200):
    answer = web.get(path, auth=ACCOUNT)
    assert answer.status_code == status, answer.text
    return problems(answer.json(), described("oauthv2", schema_of or path.partition("?")[0], "get", status))


# Account


def test_tokens(sandbox, web):
    made = web.post("/tokens", auth=ACCOUNT, json={"scopes": ["GET:test.esignature.openapi.com/signatures"], "name": "x",
        "limits": {"totalRequests": 5, "walletRequests": 5, "subscriptionRequests": 5, "walletAmount": 5, "ip": ["127.0.0.1"]}})  # fmt: skip
    # Its description draws the token without the envelope that the live service puts around it.
    token = unwrapped(made.json())
    assert problems(token, described("oauthv2", "/tokens", "post")) == []
    one = web.get(f"/tokens/{token['token']}", auth=ACCOUNT)
    assert problems(unwrapped(one.json()), described("oauthv2", "/tokens/{token}", "get")) == []
    changed = web.patch(f"/tokens/{token['token']}", auth=ACCOUNT, json={"name": "y"})
    assert problems(unwrapped(changed.json()), described("oauthv2", "/tokens/{token}", "patch")) == []
    listed = web.get("/tokens?limit=1", auth=ACCOUNT).json()
    whole = described("oauthv2", "/tokens", "get")
    whole["properties"]["data"]["oneOf"][0]["items"]["properties"]["limits"].pop("properties", None)
    assert problems(listed, whole) == []
    gone = web.delete(f"/tokens/{token['token']}", auth=ACCOUNT)
    assert problems(gone.json(), described("oauthv2", "/tokens/{token}", "delete")) == []


def test_wallet_scopes_and_statistics(sandbox, client, web):
    create_ses(client)
    client.get("/signatures/xyz")
    for path in (
        "/wallet",
        "/wallet/transactions",
        "/scopes",
        "/errors",
        "/stats",
        "/stats/ips",
        "/stats/apis",
    ):
        assert account(web, path) == [], path
    assert account(web, "/stats/apis/test.esignature.openapi.com", "/stats/apis/{domain}") == []
    scope = unwrapped(web.get("/scopes", auth=ACCOUNT).json())[0]
    assert account(web, f"/scopes/{scope['id']}", "/scopes/{id}") == []


def test_subscriptions(sandbox, web):
    plan = sandbox.subscribe(requests=10)
    assert account(web, "/subscriptions") == []
    assert account(web, f"/subscriptions/{plan['id']}", "/subscriptions/{id}") == []


def test_callbacks_as_the_account_tells_them(sandbox, client, web, receiver):
    create_ses(client, ses_alone() | {"callback": {"url": receiver.box().url, "custom": {"key": "k"}}})
    sandbox.settle()
    assert account(web, "/callbacks") == []
    id = unwrapped(web.get("/callbacks", auth=ACCOUNT).json())[0]["id"]
    assert account(web, f"/callbacks/{id}", "/callbacks/{id}") == []


ACCOUNT_ERRORS = [
    ("post", "/tokens", "/tokens", {}, 422, "missing_scopes"),
    ("post", "/tokens", "/tokens", {"scopes": ["x"]}, 422, "invalid_scopes_format"),
    ("post", "/tokens", "/tokens", {"scopes": ["GET:a.example/b"]}, 422, "invalid_scopes"),
    ("get", f"/tokens/{UNKNOWN_ID}", "/tokens/{token}", None, 404, ""),
    ("get", "/tokens/xyz", "/tokens/{token}", None, 422, ""),
    ("patch", f"/tokens/{UNKNOWN_ID}", "/tokens/{token}", {}, 404, ""),
    ("patch", "/tokens/", "/tokens/{token}", {}, 400, "token_id_required"),
    ("delete", f"/tokens/{UNKNOWN_ID}", "/tokens/{token}", None, 404, ""),
    ("delete", "/tokens/", "/tokens/{token}", None, 400, ""),
    ("get", f"/scopes/{UNKNOWN_ID}", "/scopes/{id}", None, 404, ""),
    ("get", f"/callbacks/{UNKNOWN_ID}", "/callbacks/{id}", None, 404, ""),
    ("get", "/callbacks?limit=x", "/callbacks", None, 400, ""),
    ("get", f"/callbacks?id={UNKNOWN_ID}", "/callbacks", None, 404, ""),
    ("get", f"/subscriptions/{UNKNOWN_ID}", "/subscriptions/{id}", None, 404, ""),
    ("get", "/subscriptions?skip=x", "/subscriptions", None, 400, ""),
    ("get", "/errors?limit=0", "/errors", None, 400, ""),
    ("get", "/stats?date=x", "/stats", None, 422, ""),
    ("get", "/stats/ips?date=x", "/stats/ips", None, 422, ""),
    ("get", "/stats/apis?date=x", "/stats/apis", None, 422, ""),
    ("get", "/stats/apis/a.example?date=x", "/stats/apis/{domain}", None, 422, ""),
]


@pytest.mark.parametrize(("method", "path", "template", "body", "status", "which"), ACCOUNT_ERRORS)
def test_errors_of_the_account_are_the_examples(sandbox, web, method, path, template, body, status, which):
    answer = web.request(method, path, auth=ACCOUNT, json=body)
    assert (answer.status_code, answer.json()) == (
        status,
        example_of("oauthv2", template, method, status, which),
    )


@pytest.mark.parametrize(
    ("which", "auth"), [("unauthorized_refresh", None), ("unauthorized_authdata", ("a", "b"))]
)
def test_a_change_by_somebody_else_is_the_example(sandbox, client, web, which, auth):
    token = client.headers["Authorization"].removeprefix("Bearer ")
    headers = {} if auth else {"Authorization": "Bearer nobody"}
    answer = web.patch(f"/tokens/{token}", auth=auth, headers=headers, json={})
    assert answer.json() == example_of("oauthv2", "/tokens/{token}", "patch", 401, which)


@pytest.mark.parametrize(
    ("scopes", "which"), [(["x"], "invalid_scopes_format"), (["GET:a.example/b"], "invalid_scopes")]
)
def test_a_change_to_wrong_scopes_is_the_example(sandbox, client, web, scopes, which):
    token = client.headers["Authorization"].removeprefix("Bearer ")
    answer = web.patch(f"/tokens/{token}", auth=ACCOUNT, json={"scopes": scopes})
    assert answer.json() == example_of("oauthv2", "/tokens/{token}", "patch", 422, which)


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
        assert [name for name in _missing(one, member, ()) if name not in ABSENT] == []
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
