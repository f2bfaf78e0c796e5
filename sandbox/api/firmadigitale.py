"""First generation: `/firma_elettronica…` and `/firma_elettronica_ui` (contract, section 5)."""

from __future__ import annotations

import base64
import re
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from .. import clock, faults, knobs, shapes
from ..flows import files
from ..flows.open import Opening, open_procedure
from ..identifiers import is_id
from ..models import FileKind, Generation, Interface, Phase, Procedure
from ..paper.trail_v1 import trail_v1
from .access import ProviderRequest, by_method
from .access import check_bearer as check_token
from .answers import BareRefusal, Refusal, good_wrapped, write
from .bodies import body_of, ip_of, text_of, whole
from .esignature import distorted
from .intake import check_count, check_size, from_base64, is_url, strings

_PHONE = re.compile(r"\+?\d{5,15}\Z")
_CORNER = r"\s*-?\d{1,6}(\.\d{1,6})?\s*"
_POSITION = re.compile(rf"{_CORNER}(,{_CORNER}){{3}}\Z")
_LANGUAGES = {"fr", "en", "es", "de", "it", "pt", "nl"}
_TARGETS = {"_top", "_blank", "_self", "_parent"}
# As the paper's example shows it: base64 of internal call sites. Clients must never show it.
_TRACE = base64.b64encode(b'["sandbox.php@1178","class.Sandbox.php@242"]').decode()


def _check(request: ProviderRequest) -> None:
    """The door, and whether the first generation still lives behind it."""
    check_token(request)
    fate = knobs.current().firmadigitale
    if fate == "gone":
        raise Refusal(410, "This service has been discontinued", 410)
    if fate == "absent":
        raise Refusal(404, "Not Found", 404)


def _required(field: str) -> Refusal:
    return Refusal(428, f"missing {field}, required", knobs.current().firmadigitale_missing_number)


def _invalid(field: str) -> Refusal:
    return Refusal(406, f"invalid {field}", knobs.current().firmadigitale_invalid_number)


# Procedures


def _create(request: ProviderRequest) -> HttpResponse:
    body = body_of(request)
    if not text_of(body.get("content")):
        raise _required("content")
    people = body.get("members")
    if not isinstance(people, list) or not people:
        raise _required("members")
    check_count(people)
    members = [_member(one) for one in people]
    content = _content(body["content"])
    check_size(content)
    interface = text_of(body.get("ui"))
    if interface and not Interface.objects.filter(pk=interface).exists():
        raise _invalid("ui")
    procedure, spent = open_procedure(
        Opening(
            generation=Generation.FIRMADIGITALE,
            content=content,
            scope=request.scope,
            ip=ip_of(request),
            signers=members,
            title=text_of(body.get("title"))[:500],
            description=text_of(body.get("description")),
            filename=text_of(body.get("filename"))[:300] or f"fes_{int(clock.now().timestamp())}.pdf",
            callback=_callback(body["callback"]) if body.get("callback") else None,
            interface_id=interface,
        )
    )
    request.spent = spent
    return good_wrapped(shapes.firmadigitale_answer(procedure))


def _content(given: Any) -> bytes:
    try:
        return from_base64(given, "content")
    except Refusal as refusal:
        raise _invalid("content, must be base64") from refusal


def _member(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _invalid("members")
    for field in ("firstname", "lastname", "email", "phone"):
        if not text_of(given.get(field)):
            raise _required(f"{field} in members")
    phone = "".join(text_of(given["phone"]).split())
    if "@" not in text_of(given["email"]):
        raise _invalid("email in members")
    if not _PHONE.match(phone):
        raise _invalid("phone in members")
    signs = given.get("signs") or []
    if not isinstance(signs, list):
        raise _invalid("signs in members")
    return {
        "name": text_of(given["firstname"]),
        "surname": text_of(given["lastname"]),
        "email": text_of(given["email"]),
        "mobile": phone if phone.startswith("+") else f"+39{phone}",
        "authentication": ["sms"],
        "placements": [_sign(one) for one in signs] or [{"page": 0, "position": None}],
    }


def _sign(given: Any) -> dict[str, Any]:
    given = given if isinstance(given, dict) else {}
    try:
        page = whole(given.get("page", 1))
    except ValueError as error:
        raise _invalid("page in signs") from error
    position = given.get("position")
    if position is not None and not (isinstance(position, str) and _POSITION.match(position)):
        raise _invalid("position in signs")
    return {"page": page, "position": position}


def _callback(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or not is_url(given.get("url")):
        raise _invalid("callback url")
    method = text_of(given.get("method")) or knobs.current().firmadigitale_callback_method
    if method not in {"POST", "JSON"}:
        raise _invalid("callback method")
    kept: dict[str, Any] = {
        "method": method,
        "field": text_of(given.get("field")) or "data",
        "url": given["url"],
    }
    headers = strings(given.get("headers"))
    return kept | ({"headers": headers} if headers else {})


def _visible() -> QuerySet[Procedure]:
    rows = Procedure.objects.filter(generation=Generation.FIRMADIGITALE).exclude(phase=Phase.WITHDRAWN)
    return rows.prefetch_related("signers")


def _listing(request: ProviderRequest) -> HttpResponse:
    key = knobs.current().list_key
    return good_wrapped(
        [shapes.firmadigitale_answer(one, key) for one in _visible().order_by("-created_at", "-pk")]
    )


def _found(id: str, absent: Refusal, *, is_json: bool = True) -> Procedure:
    """400 for a malformed id, bare. What an unknown one gets differs by endpoint."""
    if not is_id(id):
        raise BareRefusal(400, "Invalid id", is_json=is_json)
    procedure = _visible().filter(pk=id).first()
    if procedure is None:
        raise absent
    return procedure


def _read(request: ProviderRequest, id: str) -> HttpResponse:
    procedure = _found(id, Refusal(404, "Wrong ID", 404), is_json=False)
    return good_wrapped(shapes.firmadigitale_answer(procedure))


def _download(request: ProviderRequest, id: str) -> HttpResponse:
    not_ready = Refusal(404, "Wrong ID or file not ready", 404)
    procedure = _found(id, not_ready)
    data = files.read(procedure.pk, FileKind.SIGNED) if procedure.phase == Phase.DONE else None
    if data is None:
        raise not_ready
    path = f"firma_elettronica/{id}"
    if faults.take("not_a_pdf", path):
        data = b"<html><body>Not here</body></html>"
    content = base64.b64encode(distorted(data, path) or b"").decode()
    # `content` stands beside `success`, without `data`.
    return write({"content": content, "success": True, "message": "", "error": None})


def _audit(request: ProviderRequest, id: str) -> HttpResponse:
    not_ready = Refusal(404, "missing or invalid ID, required", 470, _TRACE)
    procedure = _found(id, not_ready)
    if procedure.phase in {Phase.PREPARING, Phase.SIGNING}:
        raise not_ready
    return good_wrapped(trail_v1(procedure))


create = by_method(_check, POST=_create)
listing = by_method(_check, GET=_listing)
one = by_method(_check, GET=_read)
download = by_method(_check, GET=_download)
audit = by_method(_check, GET=_audit)


# Interfaces


def _interface_row(row: Interface) -> dict[str, Any]:
    definition = row.definition
    return {
        "id": row.id,
        "name": definition.get("name", ""),
        "description": definition.get("description", ""),
    }


def _check_interface(body: dict[str, Any]) -> None:
    languages = body.get("languages", [])
    if not isinstance(languages, list) or not set(map(str, languages)) <= _LANGUAGES:
        raise _invalid("languages")
    if text_of(body.get("defaultLanguage", "en")) not in _LANGUAGES:
        raise _invalid("defaultLanguage")
    for name in ("redirectSuccess", "redirectCancel", "redirectError"):
        way = body.get(name)
        if way is None:
            continue
        if not isinstance(way, dict) or not is_url(way.get("url")):
            raise _invalid(name)
        if text_of(way.get("target", "_top")) not in _TARGETS:
            raise _invalid(f"target in {name}")
    labels = body.get("labels", [])
    if not isinstance(labels, list) or not all(isinstance(one, dict) for one in labels):
        raise _invalid("labels")


def _create_interface(request: ProviderRequest) -> HttpResponse:
    body = body_of(request)
    if not text_of(body.get("name")):
        raise _required("name")
    _check_interface(body)
    return good_wrapped(_interface_row(Interface.objects.create(definition=body)))


def _interfaces(request: ProviderRequest) -> HttpResponse:
    return good_wrapped([_interface_row(row) for row in Interface.objects.order_by("-created_at", "-pk")])


def _found_interface(id: str) -> Interface:
    row = Interface.objects.filter(pk=id).first()
    if row is None:
        raise Refusal(404, "Wrong ID", 404)
    return row


def _interface(request: ProviderRequest, id: str) -> HttpResponse:
    row = _found_interface(id)
    return good_wrapped(row.definition | {"id": row.id})


def _delete_interface(request: ProviderRequest, id: str) -> HttpResponse:
    _found_interface(id).delete()
    return good_wrapped(None, "Deleted")


interfaces = by_method(_check, POST=_create_interface, GET=_interfaces)
interface = by_method(_check, GET=_interface, DELETE=_delete_interface)
