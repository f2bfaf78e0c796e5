"""The provider's own descriptions, where these are at hand, and answers held against them.

Every answer is held against its schema, and every field that is described must be there. What the descriptions leave
out or draw otherwise than the live service answers is told in the contract that the sandbox follows, and stands here
or in the tests as an exception with its reason.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

FOLDER = Path(
    os.environ.get("OFFICIAL_DESCRIPTIONS", Path(__file__).resolve().parents[3] / "shared/upstream/official")
)

needs_descriptions = pytest.mark.skipif(
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
    return found + [f"{path}: described, and not there" for path in sorted(set(missing(answer, schema)))]


def missing(answer: Any, schema: Any, path: tuple[str, ...] = ()) -> list[str]:
    """The fields that are described and not in the answer, but for those that have their reason."""
    if not isinstance(schema, dict):
        return []
    for choice in schema.get("oneOf", []):
        if Draft202012Validator(choice).is_valid(answer) and isinstance(answer, list) == (
            choice.get("type") == "array"
        ):
            return missing(answer, choice, path)
    if isinstance(answer, list):
        return [one for item in answer for one in missing(item, schema.get("items"), path)]
    if not isinstance(answer, dict):
        return []
    lacking = []
    for key, part in schema.get("properties", {}).items():
        here = (*path, key)
        if key not in answer:
            name = "/".join(here).removeprefix("data/")
            lacking += [] if name in ABSENT else [name]
        else:
            lacking += missing(answer[key], part, here)
    return lacking
