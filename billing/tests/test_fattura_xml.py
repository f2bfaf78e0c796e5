"""The XML: valid against the official schema for any cart, and its arithmetic recomputed from the file alone."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from lxml import etree

from billing import fattura
from billing.fattura import Address, Buyer, Contract, Reference, Settlement, faults_of, to_xml
from billing.fattura.schema import schema_errors
from billing.fattura.xml import cents, pieces, up_to_eight

from .fattura_samples import BUYER, SCHEMAS, SELLER, TODAY, document, line, needs_schema

CARTS = 600
FREE = Decimal("0.00")
BUYERS = [
    (BUYER, "FPR12", "", "I"),
    (replace(BUYER, recipient_code="ABC1234", pec=""), "FPR12", "", "S"),
    (replace(BUYER, vat_code="", tax_code="BNCMLS90T41F205K", name="Maria Luisa Bianchi", pec=""), "FPR12", "", "I"),
    (replace(BUYER, vat_code="", tax_code="80078750587", recipient_code="UFY9MH"), "FPA12", "", "S"),
    (
        Buyer("Ferri et Fils – l’Œuvre SARL", Address("2, rue de la Paix", "75002", "Paris", "", "FR"), "40303265045", "FR", "", "XXXXXXX"),
        "FPR12", "N2.1", "I",
    ),
    (Buyer("Ferri AG", Address("Bahnhofstraße 1", "CH-8001", "Zürich", "", "CH"), "OO99999999999", "CH", "", "XXXXXXX"), "FPR12", "N2.1", "I"),
]  # fmt: skip
NAMES = ["Firma elettronica semplice", "SPID – attivazione", "Canone “Base” – 50 €", "Sigillo elettronico"]


def cart(seed: int):
    """Any invoice: lines with prices of up to eight decimals, also taken back, every kind of customer and document."""
    chance = random.Random(seed)
    buyer, form, nature, payability = chance.choice(BUYERS)
    rate = FREE if nature else Decimal("22.00")
    lines = []
    for number in range(1, chance.randint(1, 12) + 1):
        places = chance.randint(2, 8)
        price = Decimal(chance.randint(1, 10 ** (places + 2))).scaleb(-places)
        price = -price / 100 if chance.random() < 0.1 else price
        price = price.quantize(Decimal("0.00000001"))
        one = line(
            number, chance.choice([1, 3, 77, 137, chance.randint(1, 1_000_000)]), str(price), rate, nature
        )
        lines.append(replace(one, description=f"{chance.choice(NAMES)} {number}"))
    if nature and chance.random() < 0.5:
        lines.append(line(len(lines) + 1, 1, "2.00", FREE, "N1"))
    kind = chance.choice(["TD01", "TD01", "TD24", "TD04"])
    whole = document(
        *lines,
        references={
            "N2.1": "Inversione contabile, art. 7-ter DPR 633/72",
            "N1": "Escluso ex art. 15 DPR 633/72",
        },
        payability=payability,
        kind=kind,
        form=form,
        buyer=buyer,
        number=f"{chance.randint(1, 9_999_999)}/{chance.choice(['E', 'ABCDEF'])}/2026",
        progressive=f"{seed:05d}",
        issued_on=TODAY - timedelta(days=chance.randint(0, 300)),
        stamp=Decimal("2.00") if nature else FREE,
        reason="Motivo, più lungo di una riga – " * chance.randint(0, 20),
        contract=Contract("ORD-77", "J41B21000010001", "ZB12345678") if form == "FPA12" else None,
        credited=(Reference("7/2025", date(2025, 1, 7)),) if kind == "TD04" else (),
        statements=(Reference("C7K2M9QX-2610", date(2026, 1, 31)),) if kind == "TD24" else (),
    )
    if kind == "TD04" or whole.due <= 0:
        return replace(whole, settlements=())
    prepaid = (whole.due / 3).quantize(Decimal("0.01"))
    rest = Settlement(
        whole.due - prepaid, "MP05", whole.issued_on, "IT60X0542811101000000123456", whole.number
    )
    return replace(whole, settlements=(Settlement(prepaid, "MP22"), rest))


def recompute(xml: bytes) -> None:
    """The file's arithmetic as the exchange system does it, in fractions, from nothing but the file."""
    root = etree.fromstring(xml)

    def values(path, *names):
        for node in root.iterfind(path):
            yield [node.findtext(name) or "" for name in names]

    bases: dict[tuple[str, str], Fraction] = {}
    body = "FatturaElettronicaBody/DatiBeniServizi/"
    for quantity, price, total, rate, nature in values(
        body + "DettaglioLinee", "Quantita", "PrezzoUnitario", "PrezzoTotale", "AliquotaIVA", "Natura"
    ):
        assert abs(Fraction(quantity) * Fraction(price) - Fraction(total)) <= Fraction(1, 200)
        bases[rate, nature] = bases.get((rate, nature), Fraction(0)) + Fraction(total)
        assert bool(nature) == (Fraction(rate) == 0)
    total = due = Fraction(0)
    for rate, nature, base, tax, payability in values(
        body + "DatiRiepilogo", "AliquotaIVA", "Natura", "ImponibileImporto", "Imposta", "EsigibilitaIVA"
    ):
        assert bases.pop((rate, nature)) == Fraction(base)
        assert abs(Fraction(base) * Fraction(rate) / 100 - Fraction(tax)) <= Fraction(1, 200)
        total += Fraction(base) + Fraction(tax)
        due += Fraction(base) + (Fraction(tax) if payability != "S" else 0)
    assert bases == {}
    general = "FatturaElettronicaBody/DatiGenerali/DatiGeneraliDocumento"
    assert total == Fraction(root.findtext(f"{general}/ImportoTotaleDocumento"))
    paid = root.findall("FatturaElettronicaBody/DatiPagamento/DettaglioPagamento/ImportoPagamento")
    if paid:
        assert sum(Fraction(one.text) for one in paid) == due


@needs_schema
def test_hundreds_of_random_carts_are_valid_and_add_up():
    """600 carts of every kind. Ours is never stricter nor laxer than the schema: no fault, and no error."""
    kinds = set()
    for seed in range(CARTS):
        whole = cart(seed)
        assert faults_of(whole, TODAY) == [], seed
        xml = to_xml(whole)
        assert schema_errors(xml, str(SCHEMAS)) == [], seed
        recompute(xml)
        kinds.add((whole.kind, whole.form, whole.summaries[0].nature, whole.summaries[0].payability))
    assert len(kinds) >= 12


@needs_schema
def test_the_schema_before_takes_what_we_write_too():
    xml = to_xml(document())
    assert schema_errors(xml, str(SCHEMAS), "Schema_VFPR12_v1.2.2.xsd") == []


@needs_schema
@pytest.mark.parametrize(
    "whole",
    [
        document(buyer=replace(BUYER, address=Address("Via 1", "5013", "Firenze", "FI"))),
        document(buyer=replace(BUYER, recipient_code="abc")),
        document(number="1" * 21),
        document(seller=replace(SELLER, email="a@b.it")),
        document(seller=replace(SELLER, phone="1234")),
        document(seller=replace(SELLER, regime="RF03")),
        document(kind="TD99"),
        document(settlements=(Settlement(Decimal("1.00"), "MP05", iban="IT00"),)),
    ],
)
def test_what_the_schema_refuses_we_refuse_first(whole):
    assert schema_errors(to_xml(whole), str(SCHEMAS))
    assert faults_of(whole, TODAY)


def test_amounts_keep_every_decimal_and_never_gain_one():
    assert (up_to_eight(Decimal("0.00650000")), up_to_eight(Decimal(137)), up_to_eight(Decimal("1E+3"))) == (
        "0.0065", "137.00", "1000.00",
    )  # fmt: skip
    assert (cents(Decimal("-0.00")), cents(Decimal(5))) == ("0.00", "5.00")
    with pytest.raises(ValueError, match="not rounded"):
        cents(Decimal("0.005"))
    with pytest.raises(ValueError, match="eight decimals"):
        up_to_eight(Decimal("0.000000001"))


def test_a_long_reason_is_cut_into_parts_that_the_field_takes():
    parts = pieces("x" * 450)
    assert [len(part) for part in parts] == [200, 200, 50]
    assert pieces("") == []


def test_the_pec_is_written_only_where_there_is_no_code():
    with_code = to_xml(document(buyer=replace(BUYER, recipient_code="ABC1234")))
    assert b"PECDestinatario" not in with_code
    assert b"<PECDestinatario>bottega@pec.example</PECDestinatario>" in to_xml(document())


def test_a_file_is_named_by_whoever_transmits_it():
    assert fattura.file_name(SELLER, "0000A") == "IT06363391001_0000A.xml"
