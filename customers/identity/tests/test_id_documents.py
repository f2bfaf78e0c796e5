"""ID documents by the dated rules."""

from dataclasses import replace
from datetime import date

import pytest

from customers.identity import document_rules, id_documents
from customers.identity.document_rules import DocumentKind
from customers.identity.tests.samples import CARD, LICENCE, MARIA, NICOLO, PASSPORT, TODAY, named

PAPER = replace(
    CARD, kind="paper_card", number="AB1234567", expires_on=date(2031, 12, 1), issued_on=date(2021, 5, 1)
)


def found(document, born_on=MARIA.born_on, today=TODAY):
    return id_documents.check(document, born_on=born_on, today=today)


@pytest.mark.parametrize(("document", "person"), [(CARD, MARIA), (PASSPORT, NICOLO), (LICENCE, NICOLO)])
def test_a_valid_document_is_taken(document, person):
    assert found(document, person.born_on) == []
    assert found(document, None) == []


def test_a_paper_card_is_refused_since_its_day_and_asked_about_before():
    (finding,) = found(PAPER)
    assert finding.is_error
    assert finding.code == "document_kind_not_accepted"
    assert "3 August 2026" in finding.message
    assert "Paper identity card" in finding.message
    assert found(PAPER, today=date(2026, 8, 3))[0].is_error
    (finding,) = found(PAPER, today=date(2026, 8, 2))
    assert (finding.code, finding.is_error) == ("document_expires_soon", False)
    assert found(PAPER, today=date(2026, 5, 4)) == []


def test_the_kinds_offered_are_those_accepted_on_the_day():
    assert DocumentKind.PAPER_CARD not in document_rules.accepted_kinds(TODAY)
    assert DocumentKind.PAPER_CARD in document_rules.accepted_kinds(date(2026, 8, 2))
    assert len(document_rules.accepted_kinds(TODAY)) == 4


@pytest.mark.parametrize(
    ("kind", "number"),
    [("cie", "CA00000AA"), ("cie", "ca 12345 bb"), ("passport", "AA0000000"), ("passport", "yb-1234567"),
     ("driving_licence", "U1ABCD234X"), ("driving_licence", "FI1234567A"), ("foreign_passport", "L898902C3")],
)  # fmt: skip
def test_a_number_of_its_kind_is_taken(kind, number):
    assert not [f for f in found(replace(CARD, kind=kind, number=number)) if f.field == "document_number"]


@pytest.mark.parametrize(
    ("kind", "number", "said"),
    [
        ("cie", "CA0OO00AA", "Is it CA00000AA?"), ("cie", "C400000AA", "looks like CA00000AA"),
        ("passport", "CA00000AA", "Electronic identity card"), ("passport", "AA000000", "looks like AA0000000"),
        ("cie", "U1ABCD234X", "Italian driving licence"), ("passport", "٠٠٠٠٠٠٠٠٠", "looks like"),
    ],
)  # fmt: skip
def test_an_odd_number_is_asked_about(kind, number, said):
    findings = [f for f in found(replace(CARD, kind=kind, number=number)) if f.field == "document_number"]
    assert [f.is_error for f in findings] == [False]
    assert said in findings[0].message


@pytest.mark.parametrize(
    ("kind", "issuer"),
    [("cie", "Comune di Firenze"), ("cie", "COMUNE DI REGGIO EMILIA"), ("cie", "Ministero dell'Interno"),
     ("cie", "Firenze"), ("cie", "Comune Bolzano/Bozen"), ("passport", "Questura di Firenze"), ("passport", "MAECI"),
     ("passport", "Ministero Affari Esteri"), ("driving_licence", "MIT-UCO"),
     ("driving_licence", "MC-FI"), ("driving_licence", "Prefettura di Milano"), ("foreign_passport", "Whoever")],
)  # fmt: skip
def test_an_issuer_as_printed_is_taken(kind, issuer):
    assert not [f for f in found(replace(CARD, kind=kind, issuer=issuer)) if f.field == "document_issuer"]


def test_a_card_of_an_older_person_may_last_fifty_years_or_for_ever():
    old = date(1950, 12, 1)
    new = replace(CARD, issued_on=date(2026, 8, 1), expires_on=date(2076, 12, 1))
    assert found(new, old) == []
    assert found(replace(new, expires_on=None, has_no_expiry=True), old) == []
    assert id_documents.longest(new, old) is None
    # The same card, issued before the decree, or to somebody younger.
    assert named(found(replace(new, issued_on=date(2026, 7, 29)), old)) == {
        ("document_expires_on", "document_dates_odd", "warning")
    }
    assert named(found(new, date(1957, 12, 1))) == {("document_expires_on", "document_dates_odd", "warning")}


@pytest.mark.parametrize(
    ("kind", "issued_on", "born_on", "last"),
    [
        ("cie", date(2023, 5, 10), date(1990, 12, 1), date(2033, 12, 1)),
        ("cie", date(2023, 12, 10), date(1990, 12, 1), date(2034, 12, 1)),
        ("cie", date(2023, 5, 10), date(2010, 12, 1), date(2028, 12, 1)),
        ("passport", date(2021, 1, 2), date(1978, 8, 8), date(2031, 1, 2)),
        ("passport", date(2024, 2, 29), date(1978, 8, 8), date(2034, 3, 1)),
        ("driving_licence", date(2022, 3, 1), date(1978, 8, 8), date(2032, 8, 8)),
        ("driving_licence", date(2022, 3, 1), date(1960, 8, 8), date(2027, 8, 8)),
        ("driving_licence", date(2022, 3, 1), date(1940, 8, 8), date(2024, 8, 8)),
        ("foreign_passport", date(2022, 3, 1), date(1940, 8, 8), None),
        ("cie", None, date(1990, 12, 1), None),
    ],
)  # fmt: skip
def test_the_last_day_follows_from_kind_age_and_issue(kind, issued_on, born_on, last):
    assert id_documents.longest(replace(CARD, kind=kind, issued_on=issued_on), born_on) == last


def test_somebody_born_on_a_leap_day_has_a_birthday_in_every_year():
    leap = date(1988, 2, 29)
    for day in (date(2033, 2, 28), date(2033, 3, 1)):
        assert found(replace(LICENCE, issued_on=date(2023, 2, 1), expires_on=day), leap) == []


def test_a_document_must_last_through_the_identification():
    assert document_rules.identification_days() == 90
    for day, codes in (
        (date(2026, 11, 23), ["document_expired"]),
        (date(2026, 11, 24), ["document_expires_soon"]),
        (date(2027, 2, 21), ["document_expires_soon"]),
        (date(2027, 2, 22), []),
    ):
        foreign = replace(CARD, kind="foreign_passport", issued_on=None, expires_on=day)
        assert [f.code for f in found(foreign)] == codes


def test_what_is_missing_is_not_judged():
    assert found(id_documents.IdDocument()) == []
    assert found(id_documents.IdDocument(kind="no such kind", number="1", issuer="2")) == []


def test_every_rule_has_a_source():
    for rows in document_rules._data().values():
        assert all(row["source"] for row in rows)
        assert all(row.get("kind", "cie") in DocumentKind for row in rows)
