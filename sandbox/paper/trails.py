"""Audit trails of the second generation: JSON, text like YAML, HTML, and PDF."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from .. import clock, shapes
from ..api.answers import good
from ..models import Procedure, Signer
from .trail_pdf import trail_pdf

_CODE = re.compile(r"(?<!\d)\d{4,12}(?!\d)")
_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "~"}


def content(procedure: Procedure) -> dict[str, Any]:
    """`SignatureData` and `AuditData`. The signers carry the evidence; their links stay out."""
    data = shapes.esignature(procedure, has_links=False)
    data.pop("callback", None)
    for shown, signer in zip(data["signers"], procedure.signers.all(), strict=True):
        shown["evidence"] = evidence(signer)
    lines = [
        {"id": line.id, "createdAt": clock.spaced(line.created_at), "log": line.log}
        for line in procedure.log.order_by("created_at", "pk")
    ]
    return {"SignatureData": data, "AuditData": lines}


def evidence(signer: Signer) -> dict[str, Any]:
    """How somebody signed or refused; of files only the MD5, as everywhere in this generation."""
    return {
        "openedAt": clock.spaced(signer.opened_at),
        "signedAt": clock.spaced(signer.signed_at),
        "refusedAt": clock.spaced(signer.refused_at),
        "refusalComment": signer.refusal or None,
        "ip": signer.ip or None,
        "userAgent": signer.user_agent or None,
        "signatureMode": signer.signature_mode or None,
        "signatureText": signer.signature_text or None,
        "otp": {
            "method": signer.code_channel or None,
            "target": signer.code_target or None,
            "message": hidden_message(signer) or None,
            "sent": signer.codes_sent,
            "sentAt": clock.spaced(signer.code_sent_at),
            "attempts": signer.code_attempts,
            "validatedAt": clock.spaced(signer.code_validated_at),
        },
        "documentBefore": {"md5": signer.md5_before or None},
        "documentAfter": {"md5": signer.md5_after or None},
    }


def hidden_message(signer: Signer) -> str:
    """The message that carried the code, the code starred out."""
    return _CODE.sub(lambda found: "*" * len(found.group()), signer.code_text)


def answer(procedure: Procedure, accept: str) -> HttpResponse:
    """The trail in the first format of `Accept` that there is; JSON else."""
    trail = content(procedure)
    for wanted in (part.partition(";")[0].strip().lower() for part in accept.split(",")):
        if wanted == "application/json":
            break
        if wanted == "text/plain":
            return HttpResponse(as_text(trail), content_type="text/plain; charset=utf-8")
        if wanted == "text/html":
            return HttpResponse(as_html(trail), content_type="text/html; charset=utf-8")
        if wanted == "application/pdf":
            response = HttpResponse(trail_pdf(trail), content_type="application/pdf")
            response["Content-Disposition"] = f'attachment; filename="audit-{procedure.pk}.pdf"'
            return response
    return good(trail)


def as_text(trail: dict[str, Any]) -> str:
    """Indented lines as the provider writes them, four spaces a level."""
    return "\n".join(["SignatureAuditReport:", *_lines(trail, 1)]) + "\n"


def _lines(value: Any, depth: int) -> list[str]:
    pad = "    " * depth
    if isinstance(value, dict):
        lines: list[str] = []
        for key, one in value.items():
            if isinstance(one, dict | list) and one:
                lines += [f"{pad}{key}:", *_lines(one, depth + 1)]
            else:
                lines.append(f"{pad}{key}: {_scalar(one)}")
        return lines
    lines = []
    for one in value:
        if isinstance(one, dict | list) and one:
            lines += [f"{pad}-", *_lines(one, depth + 1)]
        else:
            lines.append(f"{pad}- {_scalar(one)}")
    return lines


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "{  }"
    text = str(value)
    is_number_like = isinstance(value, str) and text.replace(".", "", 1).isdigit()
    if text and set(text) <= _PLAIN and text.lower() not in _WORDS and not is_number_like:
        return text
    if isinstance(value, int | float):
        return text
    if "\n" in text:
        return json.dumps(text, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'"


def as_html(trail: dict[str, Any]) -> str:
    """A page of its own, laid out as the provider's example is; ours has the signers besides."""
    data = trail["SignatureData"]
    document = data["document"]
    files = [("Signed Document", [document.get("signedDocument")])]
    files += [("Validated Document", [document.get("validatedDocument")])]
    files += [("Input Documents", document.get("inputDocuments", []))]
    context = {
        "data": data,
        "options": [(key, json.dumps(value, ensure_ascii=False)) for key, value in data["options"].items()],
        "files": [(title, [one for one in kept if one]) for title, kept in files],
        "lines": trail["AuditData"],
    }
    return render_to_string("sandbox/trail.html", context)
