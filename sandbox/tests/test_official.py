"""The sandbox answers as the provider's own descriptions say, where these are at hand.

What they leave out or draw otherwise than the live service answers (the envelope around eSignature's answers, state
words, file answers without a schema) is told in the contract that the sandbox follows; here the drawn part is held
against it.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from .client import ACCOUNT, connect, fes_request, ses_request, until, unwrapped

FOLDER = Path(
    os.environ.get("OFFICIAL_DESCRIPTIONS", Path(__file__).resolve().parents[3] / "shared/upstream/official")
)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no descriptions in {FOLDER}")


def description(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def plain(schema: Any, whole: dict[str, Any]) -> Any:
    """OpenAPI 3.0 as JSON Schema: references resolved, ``nullable`` meant."""
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
        if key not in {"example", "examples", "nullable", "required"}
    }
    # The files' own examples leave required fields out.
    return {"anyOf": [read, {"type": "null"}]} if schema.get("nullable") else read


def problems(answer: Any, name: str, path: str, method: str, status: str = "200") -> list[str]:
    """What of an answer is not as described."""
    whole = description(name)
    content = whole["paths"][path][method]["responses"][status]["content"]
    schema = plain(next(iter(content.values()))["schema"], whole)
    if status == "200" and not {"data", "content"} & shape(schema):
        answer = unwrapped(answer)
    # Integer, number, string, object or null by endpoint (contract, section 2).
    schema.get("properties", {}).pop("error", None)
    return [
        f"{'/'.join(map(str, error.path))}: {error.message[:200]}"
        for error in Draft202012Validator(schema).iter_errors(answer)
        # The list's own enumeration forgets the simple signatures that it lists.
        if not error.message.startswith("'EU-SES' is not one of")
    ]


def shape(schema: Any) -> set[str]:
    return set(schema.get("properties", {}))


@pytest.fixture
def client(sandbox):
    with connect(sandbox) as connected:
        yield connected


def test_tokens_wallet_transactions_and_scopes(sandbox, client):
    client.post("/EU-SES", json=ses_request()).raise_for_status()
    for path in ("/wallet", "/wallet/transactions", "/scopes"):
        assert problems(client.get(path, auth=ACCOUNT).json(), "oauthv2", path, "get") == []
    body = {"scopes": ["GET:test.esignature.openapi.com/signatures"], "name": "x", "ttl": 3600}
    assert (
        problems(client.post("/tokens", auth=ACCOUNT, json=body).json(), "oauthv2", "/tokens", "post") == []
    )


def test_the_list_of_signatures(sandbox, client):
    client.post("/EU-SES", json=ses_request()).raise_for_status()
    assert problems(client.get("/signatures").json(), "esignature", "/signatures", "get") == []


def test_a_creation_without_signers_is_refused_as_described(sandbox, client):
    answer = client.post("/EU-SES", json=ses_request(signers=[]))
    assert answer.status_code == 422
    assert problems(answer.json(), "esignature", "/EU-SES", "post", "422") == []


def test_the_first_generation(sandbox, client):
    made = unwrapped(client.post("/firma_elettronica/base", json=fes_request()).json())
    path = f"/firma_elettronica/{made['id']}"
    for member in until(client, path, "created", "status")["members"]:
        sandbox.sign(member["sign_link"])
    until(client, path, "finished", "status")
    for described, real in (
        ("/firma_elettronica", "/firma_elettronica"),
        ("/firma_elettronica/{id}", path),
        ("/firma_elettronica/{id}/download", f"{path}/download"),
        ("/firma_elettronica/{id}/audit", f"{path}/audit"),
    ):
        assert problems(client.get(real).json(), "firmadigitale", described, "get") == [], described


def test_a_detail_of_the_second_generation_holds_the_fields_that_are_described(sandbox, client):
    made = unwrapped(client.post("/EU-SES", json=ses_request()).json())
    detail = until(client, f"/signatures/{made['id']}/detail", "WAIT_SIGNERS")
    schemas = description("esignature")["components"]["schemas"]
    element = shape(plain(schemas["SignatureListElement"], description("esignature")))
    assert element - {"documentTitle"} <= set(detail)
    assert detail["certificateType"] == "EU-SES"
    assert {type(place["x"]) for signer in detail["signers"] for place in signer["signatures"]} == {int}
