"""A labelled list of seeded mistakes: each is named beside its field, with its reason, and nothing else is."""

from datetime import date

import pytest
from django.utils import translation

from customers.identity.tests.samples import (
    CARD_LINES,
    DRIVERS,
    NICOLOS,
    PASSPORT_LINES,
    Application,
    Holders,
    named,
)

pytestmark = pytest.mark.sqlite_only

MARIAS = Application()
BORN_IN_ROSSANO = MARIAS.with_(tax_code="BNCMLS90T41H579J", birth_place="Rossano", birth_province="CS")
BORN_IN_GERMANY = MARIAS.with_(
    tax_code="BNCMLS90T41Z112S", birth_place="Berlin", birth_province="EE", birth_country="DE"
)
GOOD = {
    "card": MARIAS,
    "passport": NICOLOS,
    "licence": DRIVERS,
    "born in a comune that has ended": BORN_IN_ROSSANO,
    "born abroad": BORN_IN_GERMANY,
}

W, E = "warning", "error"
# label, the sample, what is changed, then the fields that must be named, each with its reason and severity.
MISTAKES = [
    ("wrong check character", MARIAS, {"tax_code": "BNCMLS90T41F205L"}, {("tax_code", "tax_code_invalid", E)}),
    ("a character missing", MARIAS, {"tax_code": "BNCMLS90T41F205"}, {("tax_code", "tax_code_invalid", E)}),
    ("a character too many", MARIAS, {"tax_code": "BNCMLS90T41F205KK"}, {("tax_code", "tax_code_invalid", E)}),
    ("two characters swapped", MARIAS, {"tax_code": "BNCMLS90T14F205K"}, {("tax_code", "tax_code_invalid", E)}),
    ("O for zero", MARIAS, {"tax_code": "BNCMLS9OT41F205K"}, {("tax_code", "tax_code_invalid", E)}),
    ("a sign in the code", MARIAS, {"tax_code": "BNCMLS90T41F20?K"}, {("tax_code", "tax_code_invalid", E)}),
    ("day 35", MARIAS, {"tax_code": "BNCMLS90T75F205A"}, {("tax_code", "tax_code_invalid", E)}),
    ("no such month letter", MARIAS, {"tax_code": "BNCMLS90F41F205J"}, {("tax_code", "tax_code_invalid", E)}),
    ("30 February", MARIAS, {"tax_code": "BNCMLS90B70F205A"}, {("tax_code", "tax_code_invalid", E)}),
    ("no such place code", MARIAS, {"tax_code": "BNCMLS90T41F000U"}, {("tax_code", "tax_code_invalid", E)}),
    ("a place code newer than our data", MARIAS, {"tax_code": "BNCMLS90T41M999Y"}, {("tax_code", "tax_code_invalid", W)}),
    ("no such state code", MARIAS, {"tax_code": "BNCMLS90T41Z199Q"}, {("tax_code", "tax_code_invalid", W)}),
    ("an organisation's code", MARIAS, {"tax_code": "80078750587"}, {("tax_code", "tax_code_invalid", W)}),
    ("11 digits that don't fit", MARIAS, {"tax_code": "80078750588"}, {("tax_code", "tax_code_invalid", E)}),
    ("somebody else's code", MARIAS, {"tax_code": "RSSMRA85C15H501R"}, {("tax_code", "tax_code_mismatch", W)}),
    ("born in M403 before it was there", BORN_IN_ROSSANO, {"tax_code": "BNCMLS90T41M403P", "birth_place": "Corigliano-Rossano"},
     {("tax_code", "place_not_then", W), ("birth_place", "place_not_then", W)}),
    ("another surname", MARIAS, {"surname": "Bruni", "lines": ""}, {("surname", "name_mismatch", W)}),
    ("a letter left out of the surname", MARIAS, {"surname": "Biachi", "lines": ""}, {("surname", "name_mismatch", W)}),
    ("the husband's surname too", MARIAS, {"surname": "De Bianchi", "lines": ""}, {("surname", "name_mismatch", W)}),
    ("another given name", MARIAS, {"given_name": "Maria", "lines": ""}, {("given_name", "name_mismatch", W)}),
    ("a second name too many", MARIAS, {"given_name": "Anna Maria Luisa", "lines": ""}, {("given_name", "name_mismatch", W)}),
    ("surname and given name swapped", MARIAS, {"surname": "Maria Luisa", "given_name": "Bianchi", "lines": ""},
     {("surname", "name_mismatch", W)}),
    ("the wrong sex", MARIAS, {"sex": "M", "lines": ""}, {("sex", "sex_mismatch", W)}),
    ("day and month swapped", MARIAS, {"born_on": date(1990, 1, 12), "document_expires_on": date(2033, 1, 12), "lines": ""},
     {("born_on", "birth_date_mismatch", W)}),
    ("a year too early", MARIAS, {"born_on": date(1989, 12, 1), "lines": ""}, {("born_on", "birth_date_mismatch", W)}),
    ("born tomorrow", MARIAS, {"tax_code": "", "born_on": date(2026, 11, 25), "lines": "", "document_issued_on": None, "document_expires_on": None},
     {("born_on", "birth_date_impossible", E)}),
    ("born in 1790", MARIAS, {"tax_code": "", "born_on": date(1790, 12, 1), "lines": "", "birth_place": "", "birth_province": "", "document_issued_on": None},
     {("born_on", "birth_date_impossible", E)}),
    ("another birthplace", MARIAS, {"birth_place": "Firenze", "birth_province": "FI"}, {("birth_place", "birthplace_mismatch", W)}),
    ("a mistyped birthplace", MARIAS, {"birth_place": "Milanno"}, {("birth_place", "place_unknown", W)}),
    ("a hamlet as birthplace", MARIAS, {"birth_place": "Bovisasca"}, {("birth_place", "place_unknown", W)}),
    ("a country as comune of birth", MARIAS, {"birth_place": "Germania"}, {("birth_place", "place_unknown", W)}),
    ("the comune of today as birthplace", BORN_IN_ROSSANO, {"birth_place": "Corigliano-Rossano"},
     {("birth_place", "place_not_then", W), ("birth_place", "birthplace_mismatch", W)}),
    ("born where there was a comune before", MARIAS, {"tax_code": "", "birth_place": "Fiume", "birth_province": "FU"},
     {("birth_place", "place_not_then", W)}),
    ("the wrong province of birth", MARIAS, {"birth_province": "TO"}, {("birth_province", "province_mismatch", W)}),
    ("no such province of birth", MARIAS, {"birth_province": "XX"}, {("birth_province", "province_mismatch", W)}),
    ("the wrong country of birth", BORN_IN_GERMANY, {"birth_country": "FR"}, {("birth_country", "birthplace_mismatch", W)}),
    ("no such country of birth", BORN_IN_GERMANY, {"birth_country": "Atlantide"}, {("birth_country", "place_unknown", W)}),
    ("a province for a birth abroad", BORN_IN_GERMANY, {"birth_province": "BZ"}, {("birth_province", "province_mismatch", W)}),
    ("born abroad by the code alone", BORN_IN_GERMANY, {"birth_country": "IT", "birth_place": "Milano", "birth_province": "MI"},
     {("birth_country", "birthplace_mismatch", W)}),
    ("a mistyped comune", MARIAS, {"municipality": "Firenzee"}, {("municipality", "place_unknown", W)}),
    ("a comune that has ended", MARIAS, {"municipality": "Rossano", "province": "CS", "postal_code": "87064"},
     {("municipality", "place_not_then", W)}),
    ("a comune by its old name", MARIAS, {"municipality": "Popoli", "province": "PE", "postal_code": "65026"},
     {("municipality", "place_not_then", W)}),
    ("the wrong province", MARIAS, {"province": "PO"}, {("province", "province_mismatch", W)}),
    ("no such province", MARIAS, {"province": "FZ"}, {("province", "province_mismatch", W)}),
    ("the province of before 1992", MARIAS, {"municipality": "Lodi", "province": "MI", "postal_code": "26900"},
     {("province", "province_mismatch", W)}),
    ("four digits of a CAP", MARIAS, {"postal_code": "5013"}, {("postal_code", "postal_code_invalid", E)}),
    ("a letter in a CAP", MARIAS, {"postal_code": "5O131"}, {("postal_code", "postal_code_invalid", E)}),
    ("the CAP of another city", MARIAS, {"postal_code": "20121"}, {("postal_code", "postal_code_mismatch", W)}),
    ("the CAP of the next comune", MARIAS, {"postal_code": "50014"}, {("postal_code", "postal_code_mismatch", W)}),
    ("the CAP of the whole city", MARIAS, {"municipality": "Roma", "province": "RM", "postal_code": "00100"},
     {("postal_code", "postal_code_mismatch", W)}),
    ("a CAP that the city does not have", MARIAS, {"postal_code": "50199"}, {("postal_code", "postal_code_mismatch", W)}),
    ("a paper card", MARIAS, {"document_kind": "paper_card", "document_number": "AB1234567", "lines": ""},
     {("document_kind", "document_kind_not_accepted", E)}),
    ("a card's number with O for zero", MARIAS, {"document_number": "CB1O345XY", "lines": ""}, {("document_number", "document_number_odd", W)}),
    ("a card's number too short", MARIAS, {"document_number": "CB1234XY", "lines": ""}, {("document_number", "document_number_odd", W)}),
    ("a licence's number for a card", MARIAS, {"document_number": "U12345678A", "lines": ""}, {("document_number", "document_number_odd", W)}),
    ("a card's number for a passport", NICOLOS, {"document_number": "CB12345XY", "lines": ""}, {("document_number", "document_number_odd", W)}),
    ("a licence issued by a comune", DRIVERS, {"document_issuer": "Comune di Torino"}, {("document_issuer", "document_issuer_odd", W)}),
    ("a passport issued by a comune", NICOLOS, {"document_issuer": "Comune di Torino"}, {("document_issuer", "document_issuer_odd", W)}),
    ("a card issued by nobody known", MARIAS, {"document_issuer": "Anagrafe"}, {("document_issuer", "document_issuer_odd", W)}),
    ("a card of a comune that is mistyped", MARIAS, {"document_issuer": "Comune di Millano"}, {("document_issuer", "document_issuer_odd", W)}),
    ("a card of a comune that had ended", MARIAS, {"document_issuer": "Comune di Rossano"}, {("document_issuer", "document_issuer_odd", W)}),
    ("issued tomorrow", MARIAS, {"document_issued_on": date(2026, 11, 25)}, {("document_issued_on", "document_dates_impossible", E)}),
    ("issued before birth", MARIAS, {"document_issued_on": date(1985, 5, 10)}, {("document_issued_on", "document_dates_impossible", E)}),
    ("a CIE of 2010", MARIAS, {"document_issued_on": date(2010, 5, 10), "document_expires_on": date(2027, 12, 1), "lines": ""},
     {("document_issued_on", "document_dates_odd", W), ("document_expires_on", "document_dates_odd", W)}),
    ("ends before it begins", MARIAS, {"document_expires_on": date(2023, 5, 9), "lines": ""}, {("document_expires_on", "document_dates_impossible", E)}),
    ("expired yesterday", MARIAS, {"document_expires_on": date(2026, 11, 23), "lines": ""}, {("document_expires_on", "document_expired", E)}),
    ("expires within the 90 days", MARIAS, {"document_expires_on": date(2027, 2, 21), "lines": ""}, {("document_expires_on", "document_expires_soon", W)}),
    ("eleven years of a passport", NICOLOS, {"document_expires_on": date(2032, 1, 1), "lines": ""}, {("document_expires_on", "document_dates_odd", W)}),
    ("a licence that ends on no birthday", DRIVERS, {"document_expires_on": date(2031, 8, 9)}, {("document_expires_on", "document_dates_odd", W)}),
    ("no expiry at 36", MARIAS, {"document_expires_on": None, "has_no_expiry": True, "lines": ""}, {("document_expires_on", "document_dates_odd", W)}),
    ("no expiry of a passport", NICOLOS, {"document_expires_on": None, "has_no_expiry": True, "lines": ""}, {("document_expires_on", "document_dates_odd", W)}),
    ("the number's check digit", MARIAS, {"lines": CARD_LINES.replace("XY3", "XY4")}, {("mrz", "mrz_invalid", E)}),
    ("the birth date's check digit", MARIAS, {"lines": CARD_LINES.replace("9012019", "9012018")}, {("mrz", "mrz_invalid", E)}),
    ("the last check digit", NICOLOS, {"lines": PASSPORT_LINES[:-2] + "05"}, {("mrz", "mrz_invalid", E)}),
    ("one line of three", MARIAS, {"lines": CARD_LINES.splitlines()[0]}, {("mrz", "mrz_invalid", E)}),
    ("a sign in the lines", MARIAS, {"lines": CARD_LINES.replace("MARIA", "MAR?A")}, {("mrz", "mrz_invalid", E)}),
    ("the lines of a passport for a card", MARIAS.with_(person=NICOLOS.person), {"document_number": "YA1234567", "document_expires_on": date(2031, 1, 1), "lines": PASSPORT_LINES},
     {("document_kind", "document_not_declared_one", W), ("document_number", "document_number_odd", W), ("document_expires_on", "document_dates_odd", W)}),
    ("the lines of a card for a passport", NICOLOS.with_(person=MARIAS.person), {"document_number": "CB12345XY", "document_expires_on": date(2033, 12, 1), "lines": CARD_LINES},
     {("document_kind", "document_not_declared_one", W), ("document_number", "document_number_odd", W), ("document_expires_on", "document_dates_odd", W)}),
    ("a number that the lines don't have", MARIAS, {"document_number": "CB12345XZ"}, {("document_number", "mrz_mismatch", W)}),
    ("an expiry that the lines don't have", MARIAS, {"document_expires_on": date(2032, 12, 1)}, {("document_expires_on", "mrz_mismatch", W)}),
    ("a name that the lines don't have", MARIAS, {"given_name": "Melissa"}, {("given_name", "name_mismatch", W)}),
    ("a surname that the lines don't have", MARIAS, {"surname": "Bianchini"}, {("surname", "name_mismatch", W)}),
    ("a mobile of another person", MARIAS, {"holders": Holders(mobile=["RSSMRA85C15H501R"])}, {("mobile", "contact_shared", E)}),
    ("an e-mail of another person", MARIAS, {"holders": Holders(email=["RSSMRA85C15H501R"])}, {("email", "contact_shared", E)}),
]  # fmt: skip


@pytest.mark.parametrize("application", GOOD.values(), ids=GOOD)
def test_nothing_is_found_where_everything_agrees(application):
    assert application.findings() == []


@pytest.mark.parametrize(
    ("label", "application", "changes", "expected"), MISTAKES, ids=[m[0] for m in MISTAKES]
)
def test_a_mistake_is_named_beside_its_field(label, application, changes, expected):
    assert named(application.with_(**changes).findings()) == expected


def test_the_list_is_long_enough_and_has_no_label_twice():
    assert len(MISTAKES) >= 60
    assert len({label for label, *_ in MISTAKES}) == len(MISTAKES)


@pytest.mark.parametrize("language", ["it", "en", "fr"])
def test_every_mistake_is_said_whole_and_in_the_readers_language(language):
    sentences = {}
    for name in ("en", language):
        with translation.override(name):
            sentences[name] = [
                finding.message
                for _, application, changes, _ in MISTAKES
                for finding in application.with_(**changes).findings()
            ]
    for sentence in sentences[language]:
        assert "%(" not in sentence
        assert sentence[-1] in ".?"
    if language != "en":
        assert not set(sentences["en"]) & set(sentences[language])
