"""Comuni and states with their dates, found by code, by name and while typing."""

from datetime import date
from itertools import pairwise

import pytest
from django.utils import translation

from customers import countries, identifiers
from customers.identity import postal_codes, provinces
from customers.identity.places import known
from customers.identity.tests.samples import TODAY


def labels(places):
    return [place.label for place in places]


@pytest.mark.parametrize(
    ("code", "until", "since"),
    [("H579", "2018-03-30", None), ("D005", "2018-03-30", None), ("M403", None, "2018-03-31"),
     ("M428", None, "2019-05-15"), ("D620", "1947-09-15", None), ("G778", "1947-09-15", None)],
)  # fmt: skip
def test_a_comune_begins_and_ends_on_its_day(code, until, since):
    records = known().with_code(code)
    if until:
        assert records[-1].until == date.fromisoformat(until)
        assert known().existed(code, records[-1].until)
        assert not known().existed(code, date(2020, 1, 1))
    if since:
        assert records[0].since == date.fromisoformat(since)
        assert not known().existed(code, date(2018, 3, 30))
        assert known().existed(code, TODAY)


def test_sappada_moved_to_another_province():
    assert known().at("I421", date(2017, 12, 31)).province == "BL"
    assert known().at("I421", date(2018, 1, 1)).province == "UD"


def test_sardinia_is_divided_anew_and_both_divisions_are_known():
    assert known().at("G015", date(2010, 1, 1)).label == "Olbia (OT)"
    assert known().at("G015", date(2020, 1, 1)).label == "Olbia (SS)"
    assert known().at("G015", TODAY).label == "Olbia (OT)"
    assert known().provinces_of("B745", TODAY) == {"SU", "CI"}
    assert {"OT", "SS"} <= known().provinces_of("G015")
    assert known().at("I707", TODAY).province == "NU"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("rom", "Roma (RM)"), ("ROMA", "Roma (RM)"), ("reggio em", "Reggio nell'Emilia (RE)"),
        ("reggio cal", "Reggio di Calabria (RC)"), ("spezia", "La Spezia (SP)"), ("l'aquila", "L'Aquila (AQ)"),
        ("l’aquila", "L'Aquila (AQ)"), ("laquila", None), ("agliè", "Agliè (TO)"), ("aglie", "Agliè (TO)"),
        ("s. giovanni rot", "San Giovanni Rotondo (FG)"), ("bozen", "Bolzano (BZ)"), ("samone (to", "Samone (TO)"),
        ("samone (t", "Samone (TN)"),
        ("samone (TO)", "Samone (TO)"), ("forli", "Forlì (FC)"), ("xyzzy", None), ("", None), ("'", None),
    ],
)  # fmt: skip
def test_a_comune_is_found_while_typing(typed, first):
    found = labels(known().search(typed, on=TODAY))
    if first is None:
        assert found == []
    else:
        assert found[0] == first


def test_only_places_of_the_day_are_offered():
    assert "Rossano (CS)" in labels(known().search("rossano", on=date(1980, 2, 2)))
    assert "Rossano (CS)" not in labels(known().search("rossano", on=TODAY))
    assert "Corigliano-Rossano (CS)" not in labels(known().search("corigliano", on=date(1980, 2, 2)))
    assert "Terranova Pausania (SS)" in labels(known().search("terranova p", on=date(1930, 1, 1)))
    assert "Rossano (CS)" in labels(known().search("rossano"))


def test_as_many_are_offered_as_are_asked_for_each_once():
    found = known().search("san", on=TODAY, limit=25)
    assert len(found) == 25
    assert len({place.code for place in found}) == 25
    assert known().search("san", limit=0) == []


@pytest.mark.parametrize("typed", ["germ", "allem", "GERMANY", "repubblica dem", "Deutsch"])
def test_a_state_is_found_in_our_languages(typed):
    codes = [place.code for place in known().search(typed, abroad=True)]
    assert ("Z112" in codes or "Z111" in codes) is (typed != "Deutsch")


def test_states_that_have_ended_are_known_with_what_they_became():
    assert known().with_code("Z118")[0].until == date(2003, 2, 4)
    assert known().states_of("HR") == {"Z149", "Z118"}
    assert {"Z112", "Z111"} == known().states_of("de")
    assert {"Z155", "Z105"} == known().states_of("SK")
    assert {"Z154", "Z135"} <= known().states_of("RU")


def test_a_state_is_named_in_the_readers_language():
    for language, name in (("it", "Germania"), ("en", "Germany"), ("fr", "Allemagne")):
        with translation.override(language):
            assert str(known().at("Z112", TODAY)) == name
    with translation.override("fr"):
        assert str(known().at("Z118", TODAY)) == "Yougoslavie"
        assert str(known().at("H501", TODAY)) == "Roma (RM)"


def test_every_country_of_the_world_has_a_code():
    # Nobody is born in Antarctica, and Italy's places have codes of their own.
    without = {iso for iso in countries.CODES if not known().states_of(iso)}
    assert without == {"AQ", "IT"}


@pytest.mark.parametrize(
    ("typed", "code"),
    [("USA", "Z404"), ("Stati Uniti", "Z404"), ("Olanda", "Z126"), ("Zaire", "Z312"), ("Russia", "Z154"),
     ("Inghilterra", "Z114"), ("Côte d’Ivoire", "Z313"), ("Serbia", "Z158"), ("Macao", "Z231")],
)  # fmt: skip
def test_a_state_is_recognised_by_what_people_write(typed, code):
    assert code in {place.code for place in known().named(typed, abroad=True)}


def test_what_a_comune_became_is_said_where_it_is_certain():
    assert labels(known().successors("H579")) == ["Corigliano-Rossano (CS)"]
    assert {place.name for place in known().predecessors("M403")} == {"Rossano", "Corigliano Calabro"}
    assert known().successors("H501") == ()
    assert known().successors("XXXX") == ()
    # Monteciccardo joined Pesaro, which was there already.
    assert known().successors("F467") == ()


def test_a_name_is_recognised_however_it_is_written():
    for typed in ("Reggio Emilia", "REGGIO NELL'EMILIA", "reggio nell’emilia", "Reggio Emilia (RE)"):
        assert {place.code for place in known().named(typed)} == {"H223"}
    for typed in ("Bolzano", "Bozen", "Bolzano/Bozen"):
        assert "A952" in {place.code for place in known().named(typed)}
    assert {place.province for place in known().named("Samone") if not place.has_ended} >= {"TN", "TO"}
    assert known().named("") == []


def test_a_mistyped_name_finds_the_one_that_was_meant():
    assert labels(known().similar("Firenzee")) == ["Firenze (FI)"]
    assert known().similar("qqqqqq") == []
    assert known().similar("") == []


def test_the_records_of_a_code_follow_each_other():
    for records in known()._by_code.values():
        assert all(a.since <= b.since for a, b in pairwise(records) if a.since and b.since)


def test_provinces_are_found_by_letters_and_name():
    assert provinces.code_of("fi") == provinces.code_of("Firenze") == "FI"
    assert provinces.code_of("Pesaro e Urbino") == "PU"
    assert provinces.code_of("Estero") == provinces.code_of("ee") == "EE"
    assert provinces.code_of("XX") is None
    assert provinces.code_of("") is None
    assert provinces.name_of("SU", date(2020, 1, 1)) == "Sud Sardegna"
    assert provinces.name_of("SU", TODAY) == "Sulcis Iglesiente"
    assert "FU" not in {province.code for province in provinces.current(TODAY)}
    assert "FU" in {province.code for province in provinces.current(date(1930, 1, 1))}


def test_the_provinces_of_addresses_are_those_since_the_war():
    assert {"FI", "SU", "OT", "VS", "FO"} <= identifiers.PROVINCES
    assert not {"FU", "PL", "ZA", "EE"} & identifiers.PROVINCES


def test_every_place_is_in_a_province_that_we_know():
    letters = {province.code for province in provinces.every()}
    assert {place.province for place in known()._every() if not place.is_abroad} <= letters


def test_every_comune_of_today_has_a_cap_and_every_cap_is_of_a_comune_of_today():
    today = {
        code for code, records in known()._by_code.items() if records[-1].existed(TODAY) and code[0] != "Z"
    }
    assert {code for code in today if not postal_codes.of(code)} == set()
    for postal_code, codes in postal_codes._by_postal_code().items():
        assert identifiers.italian_postal_code(postal_code) == postal_code
        assert set(codes) <= today


def test_a_city_has_its_zones_and_a_hamlet_may_be_anybodys():
    assert postal_codes.of("D612")[0] == "50121"
    assert "50131" in postal_codes.of("D612")
    assert postal_codes.of("D575") == ("50014",)
    assert postal_codes.comuni("00057") == ()
    assert postal_codes.may_be_in("00057", frozenset({"RM"}))
    assert not postal_codes.may_be_in("00057", frozenset({"MI"}))
