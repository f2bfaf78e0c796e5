"""The audit trail as a PDF."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from .stamp import fonts

_INK = colors.HexColor("#1d2733")
_SOFT = colors.HexColor("#5b6673")
_LINE = colors.HexColor("#d7dde4")


def _styles() -> dict[str, ParagraphStyle]:
    upright, slanted = fonts()
    body = ParagraphStyle(
        "body", fontName=upright, fontSize=8.5, leading=11.5, textColor=_INK, wordWrap="CJK"
    )
    return {
        "body": body,
        "label": ParagraphStyle("label", parent=body, textColor=_SOFT),
        "title": ParagraphStyle("title", parent=body, fontSize=17, leading=22),
        "head": ParagraphStyle("head", parent=body, fontSize=11, leading=16, spaceBefore=8, spaceAfter=3),
        "note": ParagraphStyle("note", parent=body, fontName=slanted, textColor=_SOFT),
    }


def _pairs(rows: Iterable[tuple[str, Any]], styles: dict[str, ParagraphStyle]) -> Table:
    cells = [
        [Paragraph(escape(name), styles["label"]), Paragraph(escape(_say(value)), styles["body"])]
        for name, value in rows
        if value not in (None, "", [])
    ]
    # A long message may be taller than a page: rows may break inside.
    table = Table(cells or [["", ""]], colWidths=[42 * mm, None], hAlign="LEFT", splitInRow=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def _say(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_say(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_say(one)}" for key, one in value.items() if one not in (None, ""))
    return str(value)


def _signer(signer: dict[str, Any], styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    evidence = signer["evidence"]
    code = evidence["otp"]
    rows = [
        ("Id", signer["id"]),
        ("State", signer["state"]),
        ("E-mail", signer.get("email")),
        ("Mobile", signer.get("mobile")),
        ("Places", [f"page {place['page']} at {place['x']}, {place['y']}" for place in signer["signatures"]]),
        ("Page opened", evidence["openedAt"]),
        ("Code", f"{code['method']} to {code['target']}, sent {code['sentAt']}" if code["method"] else None),
        ("Message", code["message"]),
        ("Attempts", code["attempts"]),
        ("Code validated", code["validatedAt"]),
        ("Signed", evidence["signedAt"]),
        ("Signature", _say([evidence["signatureMode"] or "", evidence["signatureText"] or ""]).strip(", ")),
        ("Refused", evidence["refusedAt"]),
        ("Comment", evidence["refusalComment"]),
        ("IP address", evidence["ip"]),
        ("User agent", evidence["userAgent"]),
        ("Document before", evidence["documentBefore"] if evidence["documentBefore"]["md5"] else None),
        ("Document after", evidence["documentAfter"] if evidence["documentAfter"]["md5"] else None),
    ]
    return [Paragraph(escape(f"{signer['name']} {signer['surname']}"), styles["head"]), _pairs(rows, styles)]


def _files(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    document = data["document"]
    named = [("Input document", one) for one in document.get("inputDocuments", [])]
    named += [("Validated document", document.get("validatedDocument"))]
    named += [("Signed document", document.get("signedDocument"))]
    return [(name, one) for name, one in named if one]


def _foot(canvas: Canvas, document: Any) -> None:
    canvas.saveState()
    canvas.setFont(fonts()[0], 7)
    canvas.setFillColor(_SOFT)
    canvas.drawString(18 * mm, 10 * mm, "Sandbox: nothing here is real")
    canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, f"{canvas.getPageNumber()}")
    canvas.restoreState()


def trail_pdf(trail: dict[str, Any]) -> bytes:
    """The trail laid out for reading and keeping."""
    styles, data = _styles(), trail["SignatureData"]
    general = [
        ("Procedure", data["id"]),
        ("Document", data["document"]["title"]),
        ("State", data["state"]),
        ("Certificate type", data["certificateType"]),
        ("Signature type", data["signatureType"]),
        ("Created", data["createdAt"]),
        ("Last change", data["updatedAt"]),
        ("Error", data["errorMessage"]),
    ]
    story: list[Flowable] = [
        Paragraph("Audit trail", styles["title"]),
        Paragraph("Times are UTC.", styles["note"]),
        Spacer(1, 4 * mm),
        _pairs(general, styles),
        Paragraph("Files", styles["head"]),
        _pairs(
            [(name, f"{one['name']}, {one['size']} bytes, MD5 {one['md5']}") for name, one in _files(data)],
            styles,
        ),
    ]
    for signer in data["signers"]:
        story += _signer(signer, styles)
    story.append(Paragraph("Events", styles["head"]))
    story.append(_pairs([(line["createdAt"], line["log"]) for line in trail["AuditData"]], styles))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=18 * mm,
        title=f"Audit trail {data['id']}",
        author="Sandbox eSignature",
    )
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()
