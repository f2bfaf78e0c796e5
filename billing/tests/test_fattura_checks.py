"""Everything that the exchange system would refuse is found first, under its code."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billing import fattura
from billing.fattura import Address, Contract, Reference, Settlement, Summary, faults_of

from .fattura_samples import BUYER, SELLER, TODAY, VAT, document, line

FREE = Decimal("0.00")


def codes(whole):
    return [fault.code for fault in faults_of(whole, TODAY)]


def with_lines(*lines):
    return document(*lines)


def with_summary(**changes):
    whole = document()
    return replace(whole, summaries=(replace(whole.summaries[0], **changes),))


def test_a_sound_invoice_has_no_fault():
    assert faults_of(document(), TODAY) == []


@pytest.mark.parametrize(
    ("whole", "code"),
    [
        (with_lines(line(1, 1, "1.00", FREE)), "00400"),
        (with_lines(line(1, 1, "1.00", VAT, "N2.1")), "00401"),
        (with_summary(rate=FREE, tax=FREE), "00429"),
        (with_summary(nature="N2.1"), "00430"),
        (document(issued_on=date(2026, 11, 26)), "00403"),
        (document(kind="TD04", credited=(Reference("9/2026", date(2026, 11, 4)),)), "00418"),
        (document(buyer=replace(BUYER, vat_code="", tax_code="")), "00417"),
        (document(form="FPA12"), "00427"),
        (document(buyer=replace(BUYER, recipient_code="UFY9MH")), "00427"),
        (document(form="SDI11"), "00428"),
        (replace(document(line(1, 1, "1.00"), line(2, 1, "1.00", Decimal("10.00"))), summaries=document(line(1, 1, "1.00")).summaries), "00419"),
        (replace(document(line(1, 1, "1.00"), line(2, 1, "1.00", FREE, "N2.1")), summaries=document(line(1, 1, "1.00")).summaries), "00443"),
        (with_summary(rate=FREE, nature="N6.9", tax=FREE, payability="S", reference="x"), "00420"),
        (with_summary(tax=Decimal("4.23")), "00421"),
        (with_summary(net=Decimal("20.18"), tax=Decimal("4.44")), "00422"),
        (document(replace(line(1, 137, "0.14"), net=Decimal("19.19"))), "00423"),
        (with_lines(line(1, 1, "1.00", Decimal("0.22"))), "00424"),
        (document(number="A/B"), "00425"),
        (with_lines(line(1, 1, "1.00", FREE, "N2")), "00445"),
        (document(total=Decimal("23.41")), "total"),
    ],
)  # fmt: skip
def test_what_sdi_would_refuse_is_refused_under_its_code(whole, code):
    assert code in codes(whole)


@pytest.mark.parametrize(
    "whole",
    [
        with_summary(tax=Decimal("4.2295")),  # less than a cent from 4.2196
        document(replace(line(1, 137, "0.14"), net=Decimal("19.189"))),
    ],
)
def test_what_lies_within_sdis_tolerance_is_not_refused_for_it(whole):
    assert not {"00421", "00423"} & set(codes(whole))


@pytest.mark.parametrize(
    ("whole", "where", "what"),
    [
        (document(number="1" * 21), "number", "shape"),
        (document(progressive="123456"), "progressive", "shape"),
        (document(buyer=replace(BUYER, name="")), "buyer.name", "missing"),
        (document(buyer=replace(BUYER, name="株式会社")), "buyer.name", "not_latin"),
        (document(buyer=replace(BUYER, name="€" * 30)), "buyer.name", "long"),
        (document(buyer=replace(BUYER, address=Address("Via 1", "5013", "Firenze", "FI"))), "buyer.postal_code", "shape"),
        (document(buyer=replace(BUYER, address=Address("Via 1", "50131", "Firenze", "Fi"))), "buyer.province", "shape"),
        (document(buyer=replace(BUYER, address=Address("", "50131", "Firenze", "FI"))), "buyer.address", "missing"),
        (document(buyer=replace(BUYER, recipient_code="")), "buyer.recipient_code", "missing"),
        (document(buyer=replace(BUYER, pec="ferri@pèc.example")), "buyer.pec", "shape"),
        (document(buyer=replace(BUYER, tax_code="rssmra85c15h501r")), "buyer.tax_code", "shape"),
        (document(seller=replace(SELLER, vat_code="")), "seller.vat_code", "missing"),
        (document(seller=replace(SELLER, regime="RF03")), "seller.regime", "shape"),
        (document(seller=replace(SELLER, rea_number="")), "seller.rea_number", "missing"),
        (document(seller=replace(SELLER, phone="1234")), "seller.phone", "shape"),
        (document(seller=replace(SELLER, email="a@b.it")), "seller.email", "shape"),
        (document(settlements=(Settlement(Decimal("1.00"), "MP05"),)), "seller.iban", "missing"),
        (document(contract=Contract("x" * 21)), "contract.number", "shape"),
        (document(kind="TD04"), "credited", "missing"),
        (document(reason="株"), "reason", "not_latin"),
        (with_lines(replace(line(1, 1, "1.00"), description="é" * 1001)), "line 1", "long"),
        (with_lines(replace(line(1, 1, "1.00"), quantity=Decimal(-1))), "line 1", "shape"),
        (replace(document(), lines=()), "lines", "missing"),
        (replace(document(), summaries=(Summary(FREE, "N2.1", FREE, FREE),)), "summary N2.1", "missing"),
    ],
)  # fmt: skip
def test_what_the_schema_would_refuse_is_named_by_its_place(whole, where, what):
    assert (where, what) in [(fault.where, fault.what) for fault in faults_of(whole, TODAY)]


def test_abroad_neither_cap_nor_province_are_asked_for():
    paris = Address("2 rue de la Paix", "75002", "Paris", "", "FR")
    buyer = replace(
        BUYER, address=paris, vat_country="FR", vat_code="40303265045", tax_code="", recipient_code="XXXXXXX"
    )
    lines = (line(1, 1, "80.00", FREE, "N2.1"),)
    assert faults_of(document(*lines, buyer=buyer), TODAY) == []


def test_a_public_bodys_invoice_has_its_form_and_its_code():
    whole = document(form="FPA12", buyer=replace(BUYER, recipient_code="UFY9MH"), payability="S")
    assert faults_of(whole, TODAY) == []
    assert (whole.total, whole.due) == (Decimal("23.40"), Decimal("19.18"))


def test_a_text_that_grows_when_written_in_latin_is_measured_as_written():
    assert fattura.to_latin("€" * 26) == "EUR" * 26
    assert faults_of(document(buyer=replace(BUYER, name="€" * 26)), TODAY) == []
