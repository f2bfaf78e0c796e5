"""The vectors of the codice fiscale: computed, read, compared with the person, and refused."""

from dataclasses import replace
from datetime import date

import pytest
from stdnum.it.codicefiscale import calc_check_digit

from customers.identity import agreement, checks, tax_code
from customers.identity.person import Person
from customers.identity.tests.samples import TODAY, named


def born(surname, given_name, sex, day, place, code, country="IT"):
    return Person(
        tax_code=code,
        surname=surname,
        given_name=given_name,
        sex=sex,
        born_on=date.fromisoformat(day),
        birth_place="" if country != "IT" else place,
        birth_province="EE" if country != "IT" else "",
        birth_country=country if country == "IT" else place,
    )


PEOPLE = [
    born("Rossi", "Mario", "M", "1985-03-15", "Roma", "RSSMRA85C15H501R"),
    born("Bianchi", "Maria Luisa", "F", "1990-12-01", "Milano", "BNCMLS90T41F205K"),
    born("Fo", "Al", "M", "2000-02-29", "Napoli", "FOXLAX00B29F839D"),
    born("D'Angelo", "Nicolò", "M", "1978-08-08", "Torino", "DNGNCL78M08L219I"),
    born("De Luca", "Anna", "F", "1999-10-31", "Palermo", "DLCNNA99R71G273W"),
    born("Esposito", "Gianfranco", "M", "1950-09-23", "Napoli", "SPSGFR50P23F839S"),
    born("Aiea", "Ioe", "F", "1966-11-11", "US", "AIEIOE66S51Z404S", country="US"),
    born("Ó Briain", "Seán", "M", "1988-07-04", "IE", "BRNSNE88L04Z116E", country="IE"),
    born("Hu", "Yi", "F", "1995-01-09", "CN", "HUXYIX95A49Z210E", country="CN"),
    born("Cossutta", "Bruno", "M", "1935-05-20", "Fiume", "CSSBRN35E20D620Y"),
    born("Bianco", "Ada", "F", "1980-02-02", "Rossano", "BNCDAA80B42H579U"),
    born("Bianco", "Ada", "F", "2019-02-02", "Corigliano-Rossano", "BNCDAA19B42M403Q"),
    born("Verdi", "Bo", "M", "1900-01-01", "Venezia", "VRDBOX00A01L736N"),
    born("Verdi", "Bo", "M", "2000-01-01", "Venezia", "VRDBOX00A01L736N"),
    born("Singh", "-", "M", "1990-07-15", "IN", "SNGXXX90L15Z222F", country="IN"),
]
# Codes that are right although they would be given otherwise today.
ALSO_RIGHT = [
    *(
        born("Rossi", "Mario", "M", "1985-03-15", "Roma", code)
        for code in "RSSMRA85C15H50MJ RSSMRA85C15H5LMU RSSMRA85C15HRLMP RSSMRAURCMRHRLME RSSMRAU5C15H501O".split()
    ),
    born("Müller", "Jürgen", "M", "1970-05-05", "DE", "MLLJGN70E05Z112K", country="DE"),
    born("Mueller", "Juergen", "M", "1970-05-05", "Germania", "MLLJGN70E05Z112K", country="DE"),
    born("Lü", "Wei", "M", "1992-06-30", "CN", "LUXWEI92H30Z210I", country="CN"),
    born("Lü", "Wei", "M", "1992-06-30", "CN", "LUEWEI92H30Z210S", country="CN"),
    born("Kovač", "Željko", "M", "1975-04-12", "Jugoslavia", "KVCZJK75D12Z118I", country="YU"),
    born("Kovač", "Željko", "M", "1975-04-12", "HR", "KVCZJK75D12Z118I", country="HR"),
    born("Kovač", "Željko", "M", "1975-04-12", "Yugoslavia", "KVCZJK75D12Z118I", country="YU"),
]


@pytest.mark.parametrize("person", PEOPLE + ALSO_RIGHT, ids=lambda person: person.tax_code)
def test_a_right_code_agrees_with_its_person(person):
    assert checks.of_person(person, today=TODAY) == []


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.tax_code)
def test_a_code_is_computed_from_the_person(person):
    assert agreement.suggestion(person) == person.tax_code


def test_a_code_since_2011_is_computed_by_the_transliteration_of_the_tax_office():
    wei = born("Lü", "Wei", "M", "1992-06-30", "CN", "", country="CN")
    assert agreement.suggestion(wei) == "LUEWEI92H30Z210S"


@pytest.mark.parametrize("missing", ["surname", "given_name", "sex", "born_on", "birth_place"])
def test_no_code_is_suggested_while_something_is_missing(missing):
    fields = {name: getattr(PEOPLE[0], name) for name in Person.__dataclass_fields__}
    assert agreement.suggestion(Person(**{**fields, missing: None if missing == "born_on" else ""})) is None


def test_no_code_is_suggested_where_either_of_two_states_may_be_meant():
    assert agreement.suggestion(born("Müller", "Jürgen", "M", "1970-05-05", "DE", "", country="DE")) is None
    assert agreement.suggestion(born("Müller", "Jürgen", "M", "1995-05-05", "DE", "", country="DE"))


@pytest.mark.parametrize(
    ("code", "sex", "birth_dates", "place"),
    [
        ("RSSMRA85C15H501R", "M", ["1985-03-15"], "Roma (RM)"),
        ("RSSMRAURCMRHRLME", "M", ["1985-03-15"], "Roma (RM)"),
        ("BNCMLS90T41F205K", "F", ["1990-12-01"], "Milano (MI)"),
        ("VRDBOX00A01L736N", "M", ["2000-01-01", "1900-01-01"], "Venezia (VE)"),
        ("CSSBRN35E20D620Y", "M", ["1935-05-20"], "Fiume (FU)"),
        ("BNCDAA19B42M403Q", "F", ["2019-02-02", "1919-02-02"], "Corigliano-Rossano (CS)"),
        ("BNCDAA80B42H579U", "F", ["1980-02-02"], "Rossano (CS)"),
        ("KVCZJK75D12Z118I", "M", ["1975-04-12"], "Jugoslavia"),
    ],
)
def test_a_code_is_read_to_fill_a_form_with(code, sex, birth_dates, place):
    reading = tax_code.read(f" {code[:6].lower()} {code[6:]} ", today=TODAY)
    assert (reading.code, reading.sex) == (code, sex)
    assert [day.isoformat() for day in reading.birth_dates] == birth_dates
    assert reading.place.label == place
    assert reading.born_on == (reading.birth_dates[0] if len(birth_dates) == 1 else None)


def test_omocodia_is_seen_and_undone():
    assert tax_code.read("RSSMRAURCMRHRLME", today=TODAY).is_omocodia
    assert not tax_code.read("RSSMRA85C15H501R", today=TODAY).is_omocodia
    assert tax_code.without_omocodia("RSSMRAURCMRHRLME") == "RSSMRA85C15H501"


@pytest.mark.parametrize(
    "code", ["RSSMRA85C15H501Q", "RSSMRA85C15H501", "RSSMRA85C75H501X", "", "80078750587"]
)
def test_a_code_that_cannot_be_is_not_read(code):
    assert tax_code.read(code, today=TODAY) is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("RSSMRA85C15H501Q", "The last letter does not fit"),
        ("RSSMRA85C15H501", "16 characters"),
        ("RSSMRA85C75H501X", "day 35 of month 3"),
        ("RSSMRA85C15H5O1R", "Is it RSSMRA85C15H501R?"),
        ("R5SMRA85C15H501R", "Is it RSSMRA85C15H501R?"),
        ("RSSMRA85C15H50!R", "Character 15 of the codice fiscale must be a digit, but it is !"),
        ("RSS1RA85C15H501R", "Character 4 of the codice fiscale must be a letter, but it is 1"),
        ("RSSMRA85F15H501" + calc_check_digit("RSSMRA85F15H501"), "and F is no month"),
        ("RSSMRA85B29H501" + calc_check_digit("RSSMRA85B29H501"), "day 29 of month 2"),
        ("RSSMRA85C15F000" + calc_check_digit("RSSMRA85C15F000"), "place of birth that we do not know: F000"),
    ],
)
def test_a_wrong_code_is_refused_with_its_reason(code, said):
    (finding,) = tax_code.check(code, today=TODAY)
    assert finding.is_error
    assert said in finding.message


def test_nothing_typed_is_nothing_wrong():
    assert tax_code.check("  ", today=TODAY) == []
    assert checks.of_person(Person(), today=TODAY) == []


def test_a_place_that_was_not_there_on_the_day_is_asked_about():
    code = "BNCDAA80B42M403"
    (finding,) = tax_code.check(code + calc_check_digit(code), today=TODAY)
    assert not finding.is_error
    assert finding.code == "place_not_then"
    assert "Corigliano-Rossano (CS)" in finding.message
    assert "2 February 1980" in finding.message


def test_a_name_left_out_is_told_from_a_wrong_one():
    maria = born("Bianchi", "Anna Maria Luisa", "F", "1990-12-01", "Milano", "BNCMLS90T41F205K")
    (finding,) = agreement.check(maria, today=TODAY)
    assert "fits the name “Maria Luisa”, not “Anna Maria Luisa”" in finding.message


def test_three_disagreements_are_one_code_of_somebody_else():
    other = born("Verdi", "Luca", "M", "1991-01-01", "Roma", "RSSMRA85C15H501R")
    (finding,) = agreement.check(other, today=TODAY)
    assert named([finding]) == {("tax_code", "tax_code_mismatch", "warning")}
    assert "VRDLCU91A01H501" in finding.message


def test_a_century_does_not_matter():
    old = born("Rossi", "Mario", "M", "1885-03-15", "Roma", "RSSMRA85C15H501R")
    assert agreement.check(old, today=TODAY) == []


@pytest.mark.parametrize("field", ["surname", "given_name"])
def test_a_name_in_another_script_is_asked_for_in_latin_letters(field):
    person = born(
        "Ivanov", "Ivan", "M", "1985-03-15", "Roma", "VNVVNI85C15H501" + calc_check_digit("VNVVNI85C15H501")
    )
    assert agreement.check(person, today=TODAY) == []
    (finding,) = agreement.check(replace(person, **{field: "Иванов"}), today=TODAY)
    assert (finding.field, "Latin letters" in finding.message) == (field, True)
