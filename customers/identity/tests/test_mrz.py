"""The machine-readable zone: ICAO's and our own vectors, broken ones, and how people type them."""

from dataclasses import replace
from datetime import date

import pytest

from customers.identity import mrz, mrz_agreement
from customers.identity.id_documents import IdDocument
from customers.identity.person import Person
from customers.identity.tests.samples import CARD, CARD_LINES, MARIA, NICOLO, PASSPORT, PASSPORT_LINES, named

ICAO_CARD = """I<UTOD231458907<<<<<<<<<<<<<<<
7408122F1204159UTO<<<<<<<<<<<6
ERIKSSON<<ANNA<MARIA<<<<<<<<<<"""
ICAO_PASSPORT = """P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10"""


def test_a_check_digit_is_computed_as_in_the_standard():
    assert mrz.check_digit("520727") == "3"
    assert mrz.check_digit("D23145890") == "7"
    assert mrz.check_digit("<" * 14) == "0"


@pytest.mark.parametrize(
    "lines", [ICAO_CARD, ICAO_PASSPORT, CARD_LINES, PASSPORT_LINES, PASSPORT_LINES[:-2] + "<4"]
)
def test_a_right_zone_is_right(lines):
    assert mrz.check(lines) == []


def test_a_card_is_read():
    read = mrz.parse(ICAO_CARD)
    assert (read.issuing_state, read.number, read.birth, read.sex, read.expiry) == (
        "UTO",
        "D23145890",
        "740812",
        "F",
        "120415",
    )
    assert (read.surname, read.given_name, read.is_passport, read.is_cut) == (
        "ERIKSSON",
        "ANNA MARIA",
        False,
        False,
    )


def test_a_passport_is_read():
    read = mrz.parse(ICAO_PASSPORT)
    assert (read.issuing_state, read.number, read.nationality, read.optional) == (
        "UTO",
        "L898902C3",
        "UTO",
        "ZE184226B",
    )
    assert (read.surname, read.given_name, read.is_passport) == ("ERIKSSON", "ANNA MARIA", True)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (CARD_LINES.replace("XY3", "XY4"), "Line 1, number of the document: the check digit 4"),
        (CARD_LINES.replace("9012019", "9012018"), "Line 2, birth date: the check digit 8"),
        (CARD_LINES.replace("3312016", "3312015"), "Line 2, expiry: the check digit 5"),
        (PASSPORT_LINES[:-2] + "05", "Line 2, last digit of the line: the check digit 5"),
        (ICAO_PASSPORT.replace("<<<<<10", "<<<<<20"), "Line 2, personal number: the check digit 2"),
        ("hello", "three of 30 characters on a card, two of 44 in a passport"),
        ("C<ITA\nX\nY\nZ", "three of 30 characters"),
        (CARD_LINES.replace("<6", "?6"), "Line 2 has the sign ?"),
        (CARD_LINES.replace("<6", "<<<<<6"), "Line 2 has 34 characters, and 30 stand"),
        ("X" + CARD_LINES[1:], "begins with C, I or A"),
        ("X" + PASSPORT_LINES[1:], "begins with P"),
        ("A" * 500, "too long"),
    ],
)  # fmt: skip
def test_a_broken_zone_is_refused_with_its_reason(lines, said):
    (finding,) = mrz.check(lines)
    assert finding.is_error
    assert finding.field == "mrz"
    assert said in finding.message


@pytest.mark.parametrize(
    "typed",
    [
        CARD_LINES.lower(),
        CARD_LINES.replace("\n", "\r\n\r\n"),
        CARD_LINES.replace("\n", ""),
        CARD_LINES.replace("<", "«"),
        CARD_LINES.replace("<", "< "),
        "C<ITACB12345XY3\n9012019F3312016ITA6\nBIANCHI<<MARIA<LUISA",
        CARD_LINES.replace("9012019", "9O12O19").replace("33120", "331Z0"),
        CARD_LINES + "<<<",
    ],
)
def test_a_zone_is_read_as_people_type_it(typed):
    assert mrz.check(typed) == []
    assert mrz.parse(typed) == mrz.parse(CARD_LINES)


@pytest.mark.parametrize(
    "typed",
    [
        PASSPORT_LINES.replace("\n", ""),
        PASSPORT_LINES.replace("<<<<<<04", "04"),
        PASSPORT_LINES.replace("M31", "M3I"),
    ],
)
def test_a_passport_is_read_as_people_type_it(typed):
    assert mrz.check(typed) == []
    assert mrz.parse(typed) == mrz.parse(PASSPORT_LINES)


def test_a_long_number_of_a_card_goes_on_in_the_optional_field():
    first = "I<UTOD23145890<7349<<<<<<<<<<<"
    second = "3407127M9507122UTO<<<<<<<<<<<2"
    read = mrz.parse(f"{first}\n{second}\nSTEVENSON<<PETER<JOHN<<<<<<<<<")
    assert read.number == "D23145890734"
    assert mrz.wrong_digits(read) == []


def test_a_date_fits_in_either_century_and_where_it_is_unknown():
    assert mrz.matches("331201", date(2033, 12, 1))
    assert mrz.matches("331201", date(2133, 12, 1))
    assert mrz.matches("33<<<<", date(2033, 12, 1))
    assert not mrz.matches("331201", date(2033, 12, 2))


@pytest.mark.parametrize(
    ("lines", "person", "document"), [(CARD_LINES, MARIA, CARD), (PASSPORT_LINES, NICOLO, PASSPORT)]
)
def test_a_zone_agrees_with_its_person_and_document(lines, person, document):
    assert mrz_agreement.check(lines, person=person, document=document) == []
    assert mrz_agreement.check(lines, person=Person(), document=IdDocument()) == []


def with_names(names, width=30):
    return "\n".join([*CARD_LINES.splitlines()[:2], names.ljust(width, "<")])


@pytest.mark.parametrize(
    ("surname", "given_name", "names"),
    [
        ("Müller", "Jürgen", "MUELLER<<JUERGEN"), ("Müller", "Jürgen", "MULLER<<JURGEN"),
        ("Müller", "Jürgen", "MUXXLLER<<JUXXRGEN"), ("Mueller", "Jürgen", "MUELLER<<JURGEN"),
        ("Groß", "Åsa", "GROSS<<AASA"), ("Ñíguez", "José María", "NIGUEZ<<JOSE<MARIA"),
        ("D'Angelo", "Nicolò", "D<ANGELO<<NICOLO"), ("De Luca-Bianchi", "Anna", "DE<LUCA<BIANCHI<<ANNA"),
        ("Papandropoulous", "Jonathon Alec", "PAPANDROPOULOUS<<JONATHON<ALEC"),
        ("Nilavadhanananda", "Chayapa Dejthamrong", "NILAVADHANANANDA<<CHAYAPA<DEJT"),
        ("Venkatanarasimharajuvaripeta Rao", "Ananda", "VENKATANARASIMHARAJUVARIPETA<R"),
        ("Singh", "-", "SINGH"),
    ],
)  # fmt: skip
def test_names_agree_in_any_transliteration_and_as_far_as_they_go(surname, given_name, names):
    person = replace(MARIA, surname=surname, given_name=given_name)
    if "RAJU" in names:
        # The field has no room for the given name at all.
        person = replace(person, given_name="")
    assert mrz_agreement.check(with_names(names), person=person, document=CARD) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"surname": "Bianco"}, ("surname", "name_mismatch", "warning")),
        ({"given_name": "Maria"}, ("given_name", "name_mismatch", "warning")),
        ({"sex": "M"}, ("sex", "sex_mismatch", "warning")),
        ({"born_on": date(1990, 12, 2)}, ("born_on", "birth_date_mismatch", "warning")),
    ],
)
def test_another_person_is_told_from_the_one_of_the_zone(changes, expected):
    assert named(mrz_agreement.check(CARD_LINES, person=replace(MARIA, **changes), document=CARD)) == {
        expected
    }


def test_the_zone_of_another_country_is_told():
    foreign = CARD_LINES.replace("C<ITA", "C<FRA")
    assert named(mrz_agreement.check(foreign, person=MARIA, document=CARD)) == {
        ("document_kind", "document_not_declared_one", "warning")
    }
    own = replace(PASSPORT, kind="foreign_passport")
    assert named(mrz_agreement.check(PASSPORT_LINES, person=NICOLO, document=own)) == {
        ("document_kind", "document_not_declared_one", "warning")
    }


def test_a_licence_has_no_zone():
    licence = IdDocument(kind="driving_licence")
    assert named(mrz_agreement.check(CARD_LINES, person=MARIA, document=licence)) == {
        ("document_kind", "document_not_declared_one", "warning")
    }


def test_a_card_without_an_expiry_agrees_with_any():
    first, second, third = CARD_LINES.splitlines()
    body = second[:8] + "<<<<<<0" + second[15:29]
    digit = mrz.check_digit(first[5:30] + body[:7] + body[8:15] + body[18:29])
    lines = f"{first}\n{body}{digit}\n{third}"
    assert mrz.check(lines) == []
    assert (
        mrz_agreement.check(lines, person=MARIA, document=replace(CARD, expires_on=None, has_no_expiry=True))
        == []
    )
