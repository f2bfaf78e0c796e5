"""What we send is what the descriptions ask for: ours beside this package, and the provider's where present."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from upstream import (
    Generation,
    InterfaceDefinition,
    NewProcedure,
    Provider,
    ProviderConfig,
    esignature,
    firmadigitale,
)
from upstream.people import international
from upstream.tokens import Access, scopes_for

from .conftest import GIULIA, LEASE, MARCO, PLACE, config_for
from .samples import REFERENCE, envelope, signature, wrapped
from .server import Reply

HERE = Path(__file__).parent
OURS: dict[str, Any] = json.loads((HERE / "descriptions/openapi.json").read_text())
OFFICIAL = Path(os.environ.get("OFFICIAL_DESCRIPTIONS") or HERE.parents[2] / "shared/upstream/official")
CONFIG = config_for("http://provider.example")


def validate(value: Any, name: str) -> None:
    """Validate against one of our own schemas."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": OURS["schemas"]}}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(value)


def official(file: str, name: str) -> jsonschema.Draft4Validator:
    """A validator for one of the provider's schemas (OpenAPI 3.0, whose `nullable` JSON Schema lacks)."""
    path = OFFICIAL / file
    if not path.exists():
        pytest.skip(
            f"the provider's own description {file} is not here; set OFFICIAL_DESCRIPTIONS to its folder"
        )
    description = json.loads(path.read_text())
    schema = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
    return jsonschema.Draft4Validator(_with_nulls(schema))


def _with_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        rest = {name: _with_nulls(item) for name, item in value.items()}
        if rest.get("nullable") is True and isinstance(rest.get("type"), str):
            rest["type"] = [rest["type"], "null"]
        return rest
    return [_with_nulls(item) for item in value] if isinstance(value, list) else value


def sent(server: Any, provider: Provider, generation: Generation, new: NewProcedure) -> dict[str, Any]:
    """The body that reaches the provider."""
    server.on("POST /EU-SES", Reply(body=wrapped(signature())))
    server.on("POST /firma_elettronica/base", Reply(body=wrapped(envelope())))
    server.on("POST /firma_elettronica_ui", Reply(body=wrapped({"id": REFERENCE})))
    provider.signatures(generation).create(new)
    body: dict[str, Any] = server.requests[-1].body
    return body


def test_the_schemas_kept_for_tests_are_those_of_our_description():
    """Made from `openapi.yaml`; when it changes, the JSON beside this test is to be made again."""
    text = (HERE.parent / "openapi.yaml").read_bytes()
    assert hashlib.sha256(text).hexdigest() == OURS["sha256"]


VARIANTS = [
    LEASE,
    replace(LEASE, complete_url="", cancel_url=""),
    replace(
        LEASE, signers=(replace(GIULIA, language="", message=""), replace(MARCO, message="Your code: {OTP}."))
    ),
    replace(
        LEASE, signers=(replace(GIULIA, placements=(PLACE, replace(PLACE, page=3, top=Decimal("10.6")))),)
    ),
]
variants = pytest.mark.parametrize("new", VARIANTS, ids=["whole", "no addresses", "messages", "two places"])


@variants
def test_a_creation_of_the_second_generation_agrees_with_the_descriptions(server, provider, new):
    body = sent(server, provider, Generation.ESIGNATURE, new)
    validate(body, "SesRequest")
    official("esignature.json", "EU-SES_POST").validate(body)


@variants
def test_a_creation_of_the_first_generation_agrees_with_the_descriptions(server, provider, new):
    new = replace(new, signers=tuple(replace(signer, mobile="333 000 0003") for signer in new.signers))
    body = sent(server, provider, Generation.FIRMADIGITALE, new)
    validate(body, "NewEnvelopeV1")
    official("firmadigitale.json", "FesBaseRequest").validate(body)


def test_an_interface_agrees_with_the_descriptions():
    body = InterfaceDefinition(
        "n", "d", complete_url="https://a.example", cancel_url="https://b.example", style="p{}"
    ).body()
    validate(body, "NewInterfaceV1")
    schema = official("firmadigitale.json", "FesCreateUi")
    # Its `languages` carries the enum on the array instead of on its items, so no list could pass.
    allowed = schema.schema["components"]["schemas"]["FesCreateUi"]["properties"]["languages"].pop("enum")
    assert set(body["languages"]) <= set(allowed)
    schema.validate(body)


@pytest.mark.parametrize("access", list(Access))
@pytest.mark.parametrize("test_hosts", [True, False])
def test_a_minting_agrees_with_the_descriptions(access: Access, test_hosts: bool):
    config = replace(CONFIG, test_hosts=test_hosts)
    body = {"scopes": scopes_for(access, config), "name": "n", "ttl": config.token_ttl}
    validate(body, "NewToken")
    official("oauthv2.json", "TokenCreate").validate(body)


def test_nobody_may_sign_as_somebody_else():
    options = esignature.request_body(LEASE, CONFIG)["options"]
    assert options["userEditableData"] == {"name": False, "mobile": False, "email": False}
    assert options["signatureMode"] == ["typed", "drawn"]
    assert options["signerMustRead"] is True
    assert options["ui"] == {"completeUrl": LEASE.complete_url, "cancelUrl": LEASE.cancel_url}


def test_options_are_always_sent():
    plain = replace(LEASE, complete_url="", cancel_url="")
    assert "ui" not in esignature.request_body(plain, CONFIG)["options"]
    coloured: ProviderConfig = replace(CONFIG, esignature_ui={"hideSidebar": True})
    assert esignature.request_body(plain, coloured)["options"]["ui"] == {"hideSidebar": True}


def test_the_callback_carries_the_key_and_asks_for_retries():
    callback = esignature.request_body(LEASE, CONFIG)["callback"]
    assert callback == {
        "url": LEASE.callback_url, "method": "JSON", "custom": {"key": LEASE.callback_key}, "retry": 5,
    }  # fmt: skip


def test_the_first_generation_gets_the_key_in_address_and_header():
    callback = firmadigitale.request_body(LEASE, CONFIG)["callback"]
    assert callback["url"] == f"{LEASE.callback_url}?key={LEASE.callback_key}"
    assert callback["headers"] == {"X-Callback-Key": LEASE.callback_key}
    held = replace(LEASE, callback_url=f"https://p.example/hooks/{LEASE.callback_key}/")
    assert firmadigitale.request_body(held, CONFIG)["callback"]["url"] == held.callback_url


def test_places_are_text_from_the_top_left_in_the_second_generation():
    places = esignature.request_body(LEASE, CONFIG)["signers"][0]["signatures"]
    assert places == [{"page": 1, "x": "80", "y": "690"}]
    doubled = replace(CONFIG, esignature_unit_scale=Decimal(2))
    assert esignature.request_body(LEASE, doubled)["signers"][0]["signatures"][0]["x"] == "161"


def test_places_are_boxes_from_the_lower_left_in_the_first_generation():
    assert firmadigitale.position(PLACE, CONFIG) == "80,107,244,152"
    assert (
        firmadigitale.position(PLACE, replace(CONFIG, firmadigitale_origin="upper-left")) == "80,690,244,735"
    )


@pytest.mark.parametrize(
    ("typed", "sent_as"),
    [("+39 333 000 0001", "+393330000001"), ("0039333-0000001", "+393330000001"), ("3330000001", "+393330000001"),
     ("+33 6 12 34 56 78", "+33612345678"), ("", ""), ("none", "")],
)  # fmt: skip
def test_a_mobile_number_is_sent_with_its_prefix(typed, sent_as):
    assert international(typed) == sent_as


@pytest.mark.parametrize("length", [10, 140, 150, 154, 155, 160, 300])
@pytest.mark.parametrize("shape", ["{text}", "{text} {{OTP}}", "{{OTP}} {text}", "Code {{OTP}} for {text}"])
def test_a_code_message_fits_an_sms_with_its_code(length, shape):
    message = esignature.code_message(shape.format(text="w" * length), is_sms=True)
    assert message.count("{OTP}") == 1
    assert len(message.replace("{OTP}", "12345678")) <= 160
    assert len(message) >= min(length, 140)


def test_a_code_message_by_mail_is_not_cut():
    message = esignature.code_message("w" * 500, is_sms=False)
    assert message == "w" * 500 + " {OTP}"


def test_one_signing_page_serves_all_with_the_same_return_addresses(server, connect):
    server.on("POST /firma_elettronica/base", Reply(body=wrapped(envelope())))
    server.on("POST /firma_elettronica_ui", Reply(body=wrapped({"id": "ui-1"})))
    first = connect()
    for _ in range(2):
        first.firmadigitale.create(LEASE)
    assert len(server.seen("POST /firma_elettronica_ui")) == 1
    made = server.seen("POST /firma_elettronica_ui")[0].body
    assert made["redirectSuccess"]["url"] == LEASE.complete_url
    server.on("GET /firma_elettronica_ui", Reply(body=wrapped([{"id": "ui-1", "name": made["name"]}])))
    connect().firmadigitale.create(LEASE)
    assert len(server.seen("POST /firma_elettronica_ui")) == 1
    assert {request.body["ui"] for request in server.seen("POST /firma_elettronica/base")} == {"ui-1"}


def test_a_signing_page_that_is_refused_is_done_without(server, provider):
    server.on("POST /firma_elettronica/base", Reply(body=wrapped(envelope())))
    server.on("GET /firma_elettronica_ui", Reply(410, b"gone"))
    provider.firmadigitale.create(LEASE)
    assert "ui" not in server.seen("POST /firma_elettronica/base")[0].body


def test_signing_pages_can_be_listed_read_and_removed(server, provider):
    server.on(
        "GET /firma_elettronica_ui", Reply(body=wrapped([{"_id": "ui-1", "name": "n", "description": "d"}]))
    )
    server.on("GET /firma_elettronica_ui/ui-1", Reply(body=wrapped({"id": "ui-1", "name": "n"})))
    server.on("DELETE /firma_elettronica_ui/ui-1", Reply(body=wrapped(None)), Reply(404, b""))
    assert [one.reference for one in provider.firmadigitale.interfaces()] == ["ui-1"]
    assert provider.firmadigitale.interface("ui-1").name == "n"
    provider.firmadigitale.delete_interface("ui-1")
    provider.firmadigitale.delete_interface("ui-1")


@pytest.mark.parametrize(
    ("example", "state", "number"),
    [("SignatureObjectDone", "done", ""), ("SignatureObjectWaitValidation", "preparing", ""),
     ("SignatureObjectWaitSign", "signing", ""), ("SignatureObjectError", "failed", "110")],
)  # fmt: skip
def test_the_examples_of_the_provider_are_read(server, provider, example, state, number):
    value = official("esignature.json", "SignatureObject").schema["components"]["examples"][example]["value"]
    server.on(f"GET /signatures/{REFERENCE}/detail", Reply(body=value))
    read = provider.esignature.detail(REFERENCE)
    assert (read.reference, read.state, read.error_number) == (value["id"], state, number)
    assert read.created_at is not None
    assert bool(read.signed_md5) == (state == "done")
