"""Set an issued invoice as a PDF/A-3 that carries its XML, in the customer's language.

Only workers call this: WeasyPrint is slower in threads, and a request would wait for it. Nothing is fetched from
anywhere: fonts and mark are put into the page, and whatever else it might ask for is refused.
"""

import atexit
import base64
import logging
import re
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from customers.countries import name_of

from ..models import Invoice, InvoiceLine, Transmission
from ..products import label_of
from .compose_invoice import STAMP
from .parties import contract_of, iban_of, shown_vat

FONTS = {
    "libre-bodoni-5.3.0/libre-bodoni-latin-wght-normal.woff2": "Libre Bodoni",
    "libre-bodoni-5.3.0/libre-bodoni-latin-ext-wght-normal.woff2": "Libre Bodoni",
    "source-sans-3-5.3.1/source-sans-3-latin-wght-normal.woff2": "Source Sans 3",
    "source-sans-3-5.3.1/source-sans-3-latin-ext-wght-normal.woff2": "Source Sans 3",
}
TOKENS = re.compile(r"^\s*(--[\w-]+):\s*(.+?);", re.MULTILINE)
LIGHT = re.compile(r"light-dark\((#[0-9a-f]+|rgb\([^)]*\)),\s*(?:#[0-9a-f]+|rgb\([^)]*\))\)")

logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)


class PdfImpossible(Exception):
    """This machine cannot set PDFs: Pango is missing (docs/operation.md)."""


def render(transmission: Transmission, xml: bytes) -> bytes:
    """The PDF of an invoice with its file for the exchange system inside. Raises ``PdfImpossible``."""
    try:
        from weasyprint import HTML, Attachment
    except OSError as error:
        raise PdfImpossible(f"Pango is missing: {error}") from error
    invoice, (faces, configuration) = transmission.invoice, _faces()
    page = HTML(string=page_of(transmission), url_fetcher=_nothing_from_outside())
    attached = Attachment(
        string=xml,
        name=transmission.file_name,
        description=f"FatturaPA {invoice.number}",
        relationship="Source",
    )
    return bytes(
        page.write_pdf(
            pdf_variant="pdf/a-3u",
            pdf_tags=True,
            stylesheets=[faces],
            font_config=configuration,
            attachments=[attached],
            finisher=_name_attachments_once,
        )
    )


@lru_cache(maxsize=1)
def _faces() -> tuple[Any, Any]:
    """The site's faces, unpacked once for a process: that takes as long as setting a page."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    configuration = FontConfiguration()
    face = '@font-face {{ font-family: "{}"; font-weight: 200 900; src: url({}) }}'
    rules = "".join(
        face.format(family, _data(f"vendor/{name}", "font/woff2")) for name, family in FONTS.items()
    )
    # While the interpreter still stands: what frees them needs it.
    atexit.register(_faces.cache_clear)
    return CSS(string=rules, font_config=configuration, url_fetcher=_nothing_from_outside()), configuration


def _nothing_from_outside() -> Any:
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=("data",))


def _name_attachments_once(document: Any, pdf: Any) -> None:
    """WeasyPrint 70 names each associated file twice in the catalogue."""
    files = pdf.catalog["AF"]
    files[:] = dict.fromkeys(files)


def page_of(transmission: Transmission) -> str:
    """The invoice as HTML, in its language, with all that it needs inside."""
    invoice = transmission.invoice
    with translation.override(invoice.language):
        return render_to_string("billing/invoice_pdf.html", _context(transmission, invoice))


def _context(transmission: Transmission, invoice: Invoice) -> dict[str, Any]:
    seller, buyer = transmission.seller, transmission.buyer
    return {
        "invoice": invoice,
        "seller": seller,
        "share_capital": Decimal(seller.get("share_capital", "0")),
        "buyer": buyer,
        "buyer_country": name_of(buyer["country"]),
        "shown_vat": shown_vat(buyer),
        "is_domestic": buyer["country"] == "IT",
        "contract": contract_of(invoice.organisation),
        "title": invoice.get_kind_display(),
        "lines": [{"line": line, "label": line_label(line)} for line in invoice.lines.all()],
        "summaries": list(invoice.summaries.all()),
        "split_tax": invoice.total - invoice.due,
        "credited": [credit.invoice for credit in invoice.credits.select_related("invoice")],
        "iban": iban_of(invoice),
        "language": invoice.language,
        "tokens": light_tokens(),
        "mark": _data("img/mark.svg", "image/svg+xml"),
        "is_credit_note": invoice.is_credit_note,
    }


def line_label(line: InvoiceLine) -> str:
    """What a line is for, in the reader's language; its own words where the product has no name any more."""
    if line.product == STAMP:
        return _("Stamp duty")
    label = label_of(line.product)
    return line.description if label == line.product else label


@lru_cache(maxsize=1)
def light_tokens() -> dict[str, str]:
    """The site's design tokens as they are on paper: of each pair of colours the light one."""
    css = _path("css/tokens.css").read_text(encoding="utf-8")
    return {
        name: LIGHT.sub(r"\1", value)
        for name, value in TOKENS.findall(css)
        if "clamp" not in value and "var(" not in value
    }


def _data(name: str, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(_path(name).read_bytes()).decode()}"


def _path(name: str) -> Path:
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(name)
    return Path(str(found))
