"""Ten thousand generated people against two independent libraries: no right code is refused or doubted.

The people have omocodia, foreign births (in states that have ended, too) and comuni that are no more. Their codes are put
together from python-codicefiscale's parts, and python-stdnum must agree with what we read in them. The generator is
seeded: a failure can be repeated, and names the person.
"""

import json
import random
from datetime import date, datetime, timedelta
from importlib.resources import files

import pytest
from codicefiscale import codicefiscale as library
from stdnum.it import codicefiscale as stdnum

from customers.identity import agreement, birthplace, checks, tax_code
from customers.identity.person import Person
from customers.identity.places import known
from customers.identity.tests.samples import TODAY

pytestmark = pytest.mark.sqlite_only

PEOPLE = 10_000
ENTIRE_DECODINGS = 200
SURNAMES = (
    "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca Costa Giordano Mancini "
    "Rizzo Lombardi Moretti D'Angelo Dell'Acqua Lo_Presti Fo Po Re Aiello Eula Iaia Ó_Briain Nguyễn Hu Wu Lü Müller Groß "
    "Kovač Šimić García_Márquez Ñíguez Øster Yıldız Çelik Al-Masri El_Khoury Da_Silva_Santos Papadopoulos Singh "
    "Visconti_di_Modrone Łukasik Ionescu Popović Đorđević Sæther Åkesson"
).split()
GIVEN_NAMES = (
    "Mario Maria Luca Anna Giuseppe Giovanna Gianfranco Maria_Luisa Nicolò Niccolò Ada Al Bo Ioe Eva Ugo Ivo Ea "
    "Pier_Paolo Jean-Luc Željko Jürgen Seán Zoë Yi Wei Xu François Chloé Łukasz Björn Søren Nuño Ștefan Mohamed_Amine - "
    "Anna_Maria_Teresa Gianmarco Alessandro Alessandra Bartolomeo Cristoforo Domenica Evelina Federico"
).split()


def library_data(name):
    return json.loads(files("codicefiscale").joinpath(f"data/{name}.json").read_text("utf-8"))


def day_of(text):
    return date.fromisoformat(text[:10]) if text else TODAY


def a_day(chance, start, end):
    return start + timedelta(days=chance.randrange(max((end - start).days, 0) + 1))


def generated(count=PEOPLE, seed=20261124):
    """People with the codes that the library gives them."""
    chance = random.Random(seed)
    comuni = [
        row for row in library_data("municipalities") if len(row["code"]) == 4 and row["date_deleted"] != ""
    ]
    comuni += [row for row in library_data("municipalities") if row["active"]]
    comuni = [row for row in comuni if day_of(row["date_deleted"]) >= date(1900, 1, 1)]
    states = library_data("countries") + library_data("deleted-countries")
    for number in range(count):
        row = chance.choice(states if number % 5 == 0 else comuni)
        born_on = a_day(
            chance, max(day_of(row["date_created"]), date(1900, 1, 1)), day_of(row["date_deleted"])
        )
        yield one(chance, row, born_on)


def one(chance, row, born_on):
    surname, given_name = (chance.choice(names).replace("_", " ") for names in (SURNAMES, GIVEN_NAMES))
    sex = chance.choice("MF")
    code = library.encode_lastname(surname) + library.encode_firstname(given_name)
    code += library.encode_birthdate(datetime(born_on.year, born_on.month, born_on.day), sex) + row["code"]
    if chance.random() < 0.3:
        code = with_omocodia(chance, code)
    is_abroad = row["province"] == "EE"
    return Person(
        tax_code=code + library.encode_cin(code),
        surname=surname,
        given_name=given_name,
        sex=sex,
        born_on=born_on,
        birth_place="Somewhere" if is_abroad else row["name"],
        birth_province=row["province"],
        birth_country=row["name"] if is_abroad else "IT",
    )


def with_omocodia(chance, code):
    """The first digits from the right as letters, as many as it takes."""
    for at in (14, 13, 12, 10, 9, 7, 6)[: chance.randint(1, 7)]:
        code = f"{code[:at]}{'LMNPQRSTUV'[int(code[at])]}{code[at + 1 :]}"
    return code


@pytest.fixture(scope="module")
def people():
    return list(generated())


@pytest.fixture(scope="module")
def read(people):
    """Each person with what we read in their code."""
    return [(person, tax_code.read(person.tax_code, today=TODAY)) for person in people]


def test_nobody_is_refused_or_doubted(people):
    doubted = [
        (person, [finding.message for finding in findings])
        for person in people
        if (findings := checks.of_person(person, today=TODAY))
    ]
    assert len(people) == PEOPLE
    assert doubted == []


def test_the_people_are_of_every_sort(read):
    readings = [reading for _, reading in read]
    assert sum(reading.is_omocodia for reading in readings) > 2_000
    assert sum(reading.place.is_abroad for reading in readings) >= 2_000
    assert sum(reading.place.is_abroad and reading.place.has_ended for reading in readings) > 50
    assert sum(not known().existed(reading.place_code, TODAY) for reading in readings) > 500


def test_what_is_read_is_what_stdnum_reads(read):
    for person, reading in read:
        assert stdnum.is_valid(person.tax_code), person
        # It cannot read the sex of a code with omocodia.
        plain = tax_code.without_omocodia(person.tax_code) + person.tax_code[15]
        assert stdnum.get_gender(plain) == reading.sex == person.sex, person
        assert person.born_on in reading.birth_dates, person
        assert stdnum.get_birth_date(person.tax_code, minyear=person.born_on.year) == person.born_on, person


def test_what_is_computed_is_what_the_library_computes(people):
    """Without umlauts: there the library writes as before 2011, and we suggest as since."""
    computed = 0
    for person in people:
        if any(letter in "äöüÄÖÜ" for letter in person.surname + person.given_name):
            continue
        suggestion = agreement.suggestion(person)
        if suggestion is None:
            # Several comuni of that name at the time, or a state that has become several.
            assert len(birthplace.codes(person)) > 1, person
            continue
        computed += 1
        assert suggestion[:15] == tax_code.without_omocodia(person.tax_code), person
    assert computed > PEOPLE // 2


def test_a_sample_is_decoded_entirely_by_the_library(read):
    """It makes all 128 codes of omocodia each time, so a sample of them is enough of its time."""
    for person, reading in read[:: PEOPLE // ENTIRE_DECODINGS]:
        decoded = library.decode(person.tax_code)
        assert decoded["gender"] == reading.sex, person
        assert decoded["birthplace"]["code"] == reading.place_code, person
        assert decoded["birthdate"].date() in reading.birth_dates, person
        assert decoded["omocodes"][0][:15] == tax_code.without_omocodia(person.tax_code), person


def test_a_wrong_character_is_never_taken_for_a_right_code(people):
    """Any one character changed to another is noticed: that is what the check character is for."""
    chance = random.Random(1)
    for person in people[:2_000]:
        at = chance.randrange(16)
        other = chance.choice([c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" if c != person.tax_code[at]])
        typed = person.tax_code[:at] + other + person.tax_code[at + 1 :]
        assert [finding.is_error for finding in tax_code.check(typed, today=TODAY)] == [True], typed
