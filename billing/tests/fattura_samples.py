"""Documents for tests of the e-invoice, and the official schema where it is at hand."""

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from billing import fattura
from billing.fattura import Address, Buyer, Document, Line, Seller, Settlement

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = Path(os.environ.get("FATTURAPA_SCHEMA") or ROOT.parent / "shared" / "fatturapa")
needs_schema = pytest.mark.skipif(
    not (SCHEMAS / "Schema_VFPR12_v1.2.3.xsd").exists(),
    reason="THE OFFICIAL SCHEMA OF THE E-INVOICE IS NOT HERE: name its folder in FATTURAPA_SCHEMA",
)
TODAY = date(2026, 11, 25)
VAT = Decimal("22.00")
SELLER = Seller(
    name="Sigillo Firme Srl",
    address=Address("Via della Scala 31", "50123", "Firenze", "FI"),
    vat_code="06363391001",
    tax_code="06363391001",
    rea_office="FI",
    rea_number="612345",
    share_capital=Decimal("10000.00"),
    phone="0551234567",
    email="fatture@sigillo.example",
)
BUYER = Buyer(
    name="Bottega Ferri Srl",
    address=Address("Via dei Mille 12", "50131", "Firenze", "FI"),
    vat_code="00743110157",
    tax_code="00743110157",
    pec="bottega@pec.example",
)


def line(number: int, quantity: int | str, price: str, rate: Decimal = VAT, nature: str = "") -> Line:
    pieces, unit_price = Decimal(quantity), Decimal(price)
    return Line(
        number, "Firma elettronica semplice", pieces, unit_price, fattura.line_net(pieces, unit_price), rate, nature,
        "simple_signature", date(2026, 10, 1), date(2026, 10, 31),
    )  # fmt: skip


def document(
    *lines: Line, references: dict[str, str] | None = None, payability: str = "I", **changes
) -> Document:
    """A sound invoice of these lines (one, if none is given), with what a test wants otherwise."""
    lines = lines or (line(1, 137, "0.14"),)
    summaries = fattura.summarise(lines, references or {"N2.1": "Art. 7-ter DPR 633/72"}, payability)
    whole = Document(
        kind="TD01",
        form="FPR12",
        number="12/2026",
        issued_on=date(2026, 11, 3),
        progressive="0000A",
        seller=SELLER,
        buyer=BUYER,
        lines=tuple(lines),
        summaries=summaries,
        total=fattura.total_of(summaries),
        reason="Consuntivo C7K2M9QX-2610 del 31/10/2026.",
    )
    whole = replace(
        whole,
        settlements=(
            Settlement(whole.due, "MP05", date(2026, 12, 3), "IT60X0542811101000000123456", "12/2026"),
        ),
    )
    return replace(whole, **changes)
