"""The request form of an order: a PDF form, filled with the applicant's data, with a place to sign.

The same order gives the same bytes each time, so that who handed it out can tell it from an altered one. Each maker
has a form of its own.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass, field

from pikepdf import Array, Dictionary, Name, Pdf, String
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from ..order_models import Family, Order
from .stamp import fonts

_WIDTH, _HEIGHT, _EDGE = 595.0, 842.0, 48.0
_INK, _SOFT, _LINE = HexColor("#1d2733"), HexColor("#5b6673"), HexColor("#b9c2cc")
_ROW, _BOX = 31.0, 17.0
_LONGEST = 500
# Letters that do not come apart into one of the font's and a mark.
_STROKED = str.maketrans("ŁłĐđĦħıŦŧ", "LlDdHhiTt")
_SIGN_WIDTH, _SIGN_HEIGHT = 235.0, 52.0


@dataclass(frozen=True)
class Layout:
    """What differs between the makers' forms."""

    maker: str
    title: str
    colour: str
    declarations: tuple[str, ...]
    signatures: tuple[tuple[str, str], ...]
    """Name of the field, and what is signed there."""


_INFOCERT = Layout(
    "InfoCert",
    "Modulo di richiesta del certificato qualificato",
    "#0b4f8a",
    (
        "Chiedo il rilascio del certificato per il prodotto indicato e dichiaro che i dati di questo modulo sono veri "
        "e corrispondono al documento di identità.",
        "So di dover usare di persona il dispositivo e custodire i codici, e di poter chiedere sospensione e revoca.",
    ),
    (("firma_titolare", "Firma del titolare"),),
)
_ARUBA = Layout(
    "Aruba PEC",
    "Modulo di identificazione e di adesione al servizio",
    "#8a3b0b",
    (
        "Aderisco al servizio di firma per il prodotto indicato. I dati di questo modulo sono veri e presi dal "
        "documento di identità allegato.",
        "Ho letto il manuale operativo e l'informativa sul trattamento dei dati personali.",
    ),
    (
        ("firma_contratto", "Firma per l'adesione"),
        ("firma_clausole", "Firma per la specifica approvazione delle clausole (artt. 1341 e 1342 c.c.)"),
        ("firma_privacy", "Firma per il consenso al trattamento dei dati"),
    ),
)
_SECTIONS = (
    ("Titolare", (("nome", "Nome"), ("cognome", "Cognome"), ("codice_fiscale", "Codice fiscale"), ("sesso", "Sesso"),
                  ("email", "E-mail"), ("cellulare", "Cellulare"))),
    ("Nascita", (("data_nascita", "Data"), ("comune_nascita", "Comune"), ("provincia_nascita", "Provincia"),
                 ("nazione_nascita", "Nazione"))),
    ("Residenza", (("indirizzo_residenza", "Indirizzo"), ("comune_residenza", "Comune"),
                   ("provincia_residenza", "Provincia"), ("cap_residenza", "CAP"), ("nazione_residenza", "Nazione"))),
    ("Documento di identità", (("tipo_documento", "Tipo"), ("numero_documento", "Numero"),
                               ("soggetto_emittente", "Rilasciato da"), ("data_emissione", "Rilasciato il"),
                               ("data_scadenza", "Scade il"))),
    ("Spedizione", (("destinatario", "Destinatario"), ("indirizzo_spedizione", "Indirizzo"),
                    ("comune_spedizione", "Comune"), ("provincia_spedizione", "Provincia"),
                    ("cap_spedizione", "CAP"))),
)  # fmt: skip


@dataclass
class _Sheet:
    """The pages so far: what is drawn, where the next line goes, and where signatures go."""

    canvas: Canvas
    layout: Layout
    y: float = 0.0
    page: int = 0
    places: list[tuple[str, int, tuple[float, float, float, float]]] = field(default_factory=list)

    def room_for(self, height: float) -> None:
        """Turn the page when this does not fit any more."""
        if self.y - height < _EDGE:
            self.canvas.showPage()
            self.page += 1
            self.y = _HEIGHT - _EDGE


def request_form(order: Order) -> bytes:
    """The filled form of a personal order."""
    layout = _ARUBA if order.family == Family.ARUBA else _INFOCERT
    values = {name: str(order.person.get(name, "")) for _, rows in _SECTIONS for name, _ in rows}
    out = io.BytesIO()
    # invariant: no time of its own and no chance in it.
    canvas = Canvas(out, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    canvas.setTitle(f"{layout.title} - {order.number}")
    sheet = _Sheet(canvas, layout, _HEIGHT - _EDGE)
    _head(sheet, order)
    for title, rows in _SECTIONS:
        _section(sheet, title, rows, values)
    _declarations(sheet)
    _signatures(sheet)
    canvas.save()
    return _finished(out.getvalue(), values, sheet)


def _head(sheet: _Sheet, order: Order) -> None:
    upright, slanted = fonts()
    canvas, layout = sheet.canvas, sheet.layout
    canvas.setFillColor(HexColor(layout.colour))
    canvas.rect(0, _HEIGHT - 20, _WIDTH, 20, stroke=0, fill=1)
    canvas.setFont(upright, 16)
    canvas.drawString(_EDGE, sheet.y - 8, layout.title)
    canvas.setFillColor(_INK)
    canvas.setFont(upright, 10)
    canvas.drawString(
        _EDGE, sheet.y - 25, f"{layout.maker} · {order.product_name} · richiesta {order.number}"
    )
    canvas.setFillColor(_SOFT)
    canvas.setFont(slanted, 8)
    canvas.drawString(
        _EDGE, sheet.y - 38, "Sandbox: niente di reale. Non modificare questo file: va firmato così com'è."
    )
    sheet.y -= 50


def _section(sheet: _Sheet, title: str, rows: tuple[tuple[str, str], ...], values: dict[str, str]) -> None:
    """A heading and its fields, two in a row."""
    upright, _ = fonts()
    canvas = sheet.canvas
    sheet.room_for(22 + _ROW * ((len(rows) + 1) // 2))
    canvas.setFillColor(HexColor(sheet.layout.colour))
    canvas.setFont(upright, 10.5)
    canvas.drawString(_EDGE, sheet.y - 12, title)
    sheet.y -= 17
    width = (_WIDTH - 2 * _EDGE - 14) / 2
    for at, (name, label) in enumerate(rows):
        left = _EDGE + (at % 2) * (width + 14)
        canvas.setFillColor(_SOFT)
        canvas.setFont(upright, 7.5)
        canvas.drawString(left, sheet.y - 8, label)
        canvas.acroForm.textfield(
            name=name, tooltip=label, value=_plain(values[name]), x=left, y=sheet.y - 11 - _BOX, width=width,
            height=_BOX, fontName="Helvetica", fontSize=9, borderWidth=0.5, borderColor=_LINE, fillColor=None,
            textColor=_INK, fieldFlags="readOnly", maxlen=_LONGEST,
        )  # fmt: skip
        if at % 2 or at == len(rows) - 1:
            sheet.y -= _ROW
    sheet.y -= 4


def _declarations(sheet: _Sheet) -> None:
    upright, _ = fonts()
    sheet.room_for(60)
    sheet.y -= 6
    for words in sheet.layout.declarations:
        for line in simpleSplit(words, upright, 8.5, _WIDTH - 2 * _EDGE):
            sheet.canvas.setFillColor(_INK)
            sheet.canvas.setFont(upright, 8.5)
            sheet.canvas.drawString(_EDGE, sheet.y - 9, line)
            sheet.y -= 11.5
        sheet.y -= 3


def _signatures(sheet: _Sheet) -> None:
    upright, _ = fonts()
    for name, label in sheet.layout.signatures:
        sheet.room_for(_SIGN_HEIGHT + 26)
        sheet.canvas.setFillColor(_SOFT)
        sheet.canvas.setFont(upright, 7.5)
        sheet.canvas.drawString(_EDGE, sheet.y - 12, label)
        bottom = sheet.y - 18 - _SIGN_HEIGHT
        sheet.canvas.setStrokeColor(_LINE)
        sheet.canvas.rect(_EDGE, bottom, _SIGN_WIDTH, _SIGN_HEIGHT, stroke=1, fill=0)
        box = (_EDGE, bottom, _EDGE + _SIGN_WIDTH, bottom + _SIGN_HEIGHT)
        sheet.places.append((name, sheet.page, box))
        sheet.y = bottom - 8


def _plain(value: str) -> str:
    """What the form's own font can draw; the field's value is exact all the same."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        value = (
            unicodedata.normalize("NFKD", value.translate(_STROKED))
            .encode("latin-1", "ignore")
            .decode("latin-1")
        )
    return "".join(sign for sign in value if sign.isprintable())[:_LONGEST]


def _finished(data: bytes, values: dict[str, str], sheet: _Sheet) -> bytes:
    """With the exact values, and with the signature fields."""
    with Pdf.open(io.BytesIO(data)) as pdf:
        form = pdf.Root.AcroForm
        for one in form.Fields:
            one.V = String(values[str(one.T)])
        for name, page, box in sheet.places:
            target = pdf.pages[page].obj
            rectangle = Array([round(corner, 2) for corner in box])
            widget = pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, F=4))
            widget.T, widget.P, widget.Rect = String(name), target, rectangle
            if Name.Annots not in target:
                target.Annots = Array([])
            target.Annots.append(widget)
            form.Fields.append(widget)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()
