"""Second generation: `POST /EU-SES`, `/signatures` (contract, sections 6.1 and 6.2)."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.db.models import QuerySet
from django.http import HttpResponse

from .. import faults, shapes
from ..flows import files
from ..flows.open import Opening, open_procedure
from ..flows.withdraw import withdraw
from ..identifiers import is_id
from ..models import FileKind, Generation, Phase, Procedure
from ..paper import trails
from .access import ProviderRequest, by_method
from .answers import Refusal, good
from .bodies import body_of, ip_of, page_of, text_of, whole
from .intake import check_count, check_size, fetched, from_base64, invalid, is_url, strings

_SMS_LENGTH = 160
_CHANNELS = {"email", "sms"}
_MODES = {"typed", "drawn"}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_zones = cache(available_timezones)
COLOURS = {
    "sidebarBackgroundColor",
    "sidebarTitleColor",
    "sidebarTextColor",
    "footerBackgroundColor",
    "headerBackgroundColor",
    "headerTitleColor",
    "headerSubtitleColor",
    "buttonTextColor",
    "buttonTextColorHover",
    "buttonBackgroundColor",
    "buttonBackgroundColorHover",
    "signButtonTextColor",
    "signButtonTextColorHover",
    "signButtonBackgroundColor",
    "signButtonBackgroundColorHover",
}


# Taking a request


def _create(request: ProviderRequest) -> HttpResponse:
    body = body_of(request)
    if "signers" not in body:
        raise invalid("array 'signers' required", 685)
    people = body["signers"]
    if not isinstance(people, list) or not people:
        raise invalid("array 'signers' is empty", 610)
    check_count(people)
    signers = [_signer(one) for one in people]
    if not body.get("inputDocuments"):
        raise invalid("inputDocuments required", 610)
    callback = _callback(body["callback"]) if body.get("callback") is not None else None
    options = _options(body.get("options"))
    content, source_type = _document(body["inputDocuments"])
    check_size(content)
    procedure, spent = open_procedure(
        Opening(
            generation=Generation.ESIGNATURE,
            content=content,
            scope=request.scope,
            ip=ip_of(request),
            signers=signers,
            title=text_of(body.get("title"))[:500],
            description=text_of(body.get("description")),
            source_type=source_type,
            options=options,
            callback=callback,
        )
    )
    request.spent = spent
    return good(shapes.esignature(procedure), "Created")


def _document(given: Any) -> tuple[bytes, str]:
    """The one PDF and how it came."""
    if isinstance(given, list):
        if len(given) != 1:
            raise invalid("one document expected in 'inputDocuments'")
        given = given[0]
    if isinstance(given, str):
        return (
            (fetched(given), "remote") if is_url(given) else (from_base64(given, "inputDocuments"), "base64")
        )
    if not isinstance(given, dict):
        raise invalid("malformed 'inputDocuments' parameter")
    kind = given.get("sourceType") or ("remote" if given.get("url") else "base64")
    if kind == "remote":
        return fetched(text_of(given.get("url"))), "remote"
    if kind != "base64":
        raise invalid("malformed 'sourceType' parameter in 'inputDocuments'")
    return from_base64(given.get("payload"), "payload"), "base64"


def _signer(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise invalid("malformed element in array 'signers'")
    for field in ("name", "surname"):
        if not text_of(given.get(field)):
            raise invalid(f"'{field}' required in 'signers'")
    channels = given.get("authentication")
    if not isinstance(channels, list) or not channels or not set(map(str, channels)) <= _CHANNELS:
        raise invalid("array 'authentication' required in 'signers', values: email, sms")
    email, mobile = text_of(given.get("email")), text_of(given.get("mobile"))
    if "email" in channels and "@" not in email:
        raise invalid("'email' required in 'signers' for authentication by email")
    if "sms" in channels and not mobile:
        raise invalid("'mobile' required in 'signers' for authentication by sms")
    places = given.get("signatures")
    if not isinstance(places, list):
        raise invalid("array 'signatures' required in 'signers'")
    return {
        "name": text_of(given["name"]),
        "surname": text_of(given["surname"]),
        "email": email,
        "mobile": mobile,
        "language": text_of(given.get("language"))[:20] or "browser",
        "message": _message(text_of(given.get("message")), channels),
        "authentication": channels,
        "placements": [_place(one) for one in places] or [{"page": 1, "x": 0, "y": 0}],
    }


def _message(message: str, channels: list[str]) -> str:
    length = len(message) if "{OTP}" in message else len(message) + len(" {OTP}")
    if message and "sms" in channels and length > _SMS_LENGTH:
        raise invalid("'message' in 'signers' is longer than 160 characters")
    return message


def _place(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise invalid("malformed element in array 'signatures'")
    name = text_of(given.get("name"))
    place: dict[str, Any] = {}
    for field, smallest in (("page", 1), ("x", 0), ("y", 0)):
        try:
            number = float(given.get(field, smallest if name else "missing"))
        except (TypeError, ValueError, OverflowError) as error:
            raise invalid(f"malformed '{field}' parameter in 'signatures'") from error
        if not math.isfinite(number) or number < smallest:
            raise invalid(f"malformed '{field}' parameter in 'signatures'")
        place[field] = int(number)
    return place | ({"name": name} if name else {})


def _callback(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or not is_url(given.get("url")):
        raise invalid("malformed 'url' parameter, must be a valid url in 'callback'", 704)
    method = text_of(given.get("method", "JSON"))
    if method not in {"JSON", "POST"}:
        raise invalid("malformed 'method' parameter in 'callback'", 704)
    try:
        retry = whole(given.get("retry") or 0)
    except ValueError as error:
        raise invalid("malformed 'retry' parameter in 'callback'", 704) from error
    if not 0 <= retry <= 5:
        raise invalid("malformed 'retry' parameter in 'callback'", 704)
    return {
        "method": method,
        "field": text_of(given.get("field")) or "data",
        "url": given["url"],
        "retry": retry,
        "headers": strings(given.get("headers")),
        "custom": given.get("custom") if isinstance(given.get("custom"), dict) else {},
    }


def _options(given: Any) -> dict[str, Any]:
    """The options with their defaults filled in. Declared optional, yet their absence is an error."""
    if not isinstance(given, dict):
        raise _bad_option("'options' required")
    modes = given.get("signatureMode") or ["typed"]
    modes = [modes] if isinstance(modes, str) else modes
    if not isinstance(modes, list) or not set(map(str, modes)) <= _MODES:
        raise _bad_option("malformed 'signatureMode' parameter in 'options', values: typed, drawn")
    editable = given.get("userEditableData")
    editable = editable if isinstance(editable, dict) else {}
    timezone = text_of(given.get("timezone")) or "UTC"
    if timezone not in _zones():
        raise _bad_option("malformed 'timezone' parameter in 'options'")
    return {
        "asyncDocumentsValidation": True,
        "asyncSignature": False,
        "signatureMode": modes,
        "userEditableData": {name: bool(editable.get(name, True)) for name in ("name", "mobile", "email")},
        "signerMustRead": bool(given.get("signerMustRead", False)),
        "timezone": timezone,
        "ui": _ui(given.get("ui")),
    }


def _bad_option(message: str) -> Refusal:
    # The number that the qualified endpoints give for options; the paper names none for these.
    return invalid(message, 625)


def _ui(given: Any) -> dict[str, Any]:
    """Colours, what is hidden, and where the buttons lead. Raises Refusal 422."""
    ui = dict(given) if isinstance(given, dict) else {}
    for name in ("hideSidebar", "hideHeader", "hideDownloadValidated", "hideDownloadSigned"):
        ui[name] = bool(ui.get(name, False))
    for name in COLOURS & set(ui):
        if not isinstance(ui[name], str) or not _COLOUR.match(ui[name]):
            raise _bad_option(f"malformed '{name}' parameter in 'ui'")
    ancestors = ui.get("iframeAncestors", [])
    if not isinstance(ancestors, list) or not all(isinstance(one, str) for one in ancestors):
        raise _bad_option("malformed 'iframeAncestors' parameter in 'ui'")
    return ui


# Following


def _listing(request: ProviderRequest) -> HttpResponse:
    skip, limit = page_of(request)
    rows = _visible().order_by("-created_at", "-pk")
    if request.GET.get("state"):
        rows = rows.filter(
            phase__in=[one for one in Phase if shapes.esignature_word(one) == request.GET["state"]]
        )
    others = request.GET.get("certificateType", "EU-SES"), request.GET.get("signatureType", "pades")
    page = list(rows[skip : skip + limit]) if others == ("EU-SES", "pades") else []
    if not page:
        raise Refusal(404, "No signatures found", 404)
    return good([shapes.esignature_row(one) for one in page])


def _visible() -> QuerySet[Procedure]:
    return Procedure.objects.filter(generation=Generation.ESIGNATURE).exclude(phase=Phase.WITHDRAWN)


def _found(id: str) -> Procedure:
    if not is_id(id):
        raise Refusal(400, "Invalid input", 400)
    procedure = _visible().filter(pk=id).prefetch_related("signers", "files").first()
    if procedure is None:
        raise Refusal(404, "Signature not found", 404)
    return procedure


def _read(request: ProviderRequest, id: str, action: str = "") -> HttpResponse:
    procedure = _found(id)
    if action in {"", "detail"}:
        return good(shapes.esignature(procedure))
    if action == "audit":
        return trails.answer(procedure, request.META.get("HTTP_ACCEPT", ""))
    if action == "validatedDocument":
        return _file(files.read(id, FileKind.VALIDATED), f"{id}.pdf")
    if action == "signedDocument":
        return _signed_file(procedure)
    raise Refusal(400, "Invalid input", 400)


def _signed_file(procedure: Procedure) -> HttpResponse:
    data = files.read(procedure.pk, FileKind.SIGNED)
    path = f"signatures/{procedure.pk}"
    if data is not None and faults.take("not_a_pdf", path):
        return HttpResponse("<html><body>Not here</body></html>", content_type="application/pdf")
    return _file(distorted(data, path), f"{procedure.pk}.pdf")


def distorted(data: bytes | None, path: str) -> bytes | None:
    """The signed PDF as the faults that wait for it make it."""
    if data is None:
        return None
    if faults.take("tampered_document", path) or faults.take("forged_document", path):
        return shapes.tampered(data)
    if faults.take("truncated_document", path):
        return data[: len(data) // 2]
    return data


def _file(data: bytes | None, name: str) -> HttpResponse:
    if data is None:
        raise Refusal(404, "Document not found", 404)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _delete(request: ProviderRequest, id: str) -> HttpResponse:
    if not is_id(id):
        raise Refusal(400, "Invalid input", 400)
    if not _visible().filter(pk=id).exists() or not withdraw(id):
        raise Refusal(404, "Signature not found", 404)
    return good(None, "Deleted")


create = by_method(POST=_create)
listing = by_method(GET=_listing)
one = by_method(GET=_read, DELETE=_delete)
part = by_method(GET=_read)
