"""A typed birthplace against history: was it there on the day, in that province, or in which country?"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import provinces
from .findings import Code, Field, Finding
from .person import Person
from .place import Place
from .places import known

# Papers and registers go on naming the province from before a reform for about so long.
REGISTERS_FOLLOW = timedelta(days=3 * 365)
ITALY = frozenset({"it", "ita", "italia", "italy", "italie"})


def is_abroad(person: Person) -> bool:
    """Whether the person was born outside Italy, by the country, or by the province EE where none was typed."""
    country = person.birth_country.strip().casefold()
    return country not in ITALY if country else provinces.code_of(person.birth_province) == provinces.ABROAD


def codes(person: Person) -> frozenset[str]:
    """Every catastal code that the typed birthplace may mean, whatever the day; empty if it cannot be told.

    People born in a state that has ended carry its code or that of the state it became, so both are in it.
    """
    if is_abroad(person):
        return _country_codes(person)
    return frozenset(place.code for place in _comuni(person))


def likeliest(person: Person) -> str | None:
    """The one catastal code that a new codice fiscale would have; None if several could be, or the day is missing."""
    day = person.born_on
    if day is None:
        return None
    if not is_abroad(person):
        there = {place.code for place in _comuni(person) if place.existed(day)}
        return there.pop() if len(there) == 1 else None
    typed = (person.birth_country or person.birth_place).strip()
    state = known().state(typed) or next(iter(_states(typed)), None)
    if state is None or state.has_ended:
        return state.code if state else None
    # Whoever was born in a state that has ended since may have its code or the one of today.
    before = (known().at(code, day) for code in known().states_of(state.iso[0]))
    return None if any(past and past.has_ended and past.existed(day) for past in before) else state.code


def check(person: Person) -> list[Finding]:
    """What cannot be right about a birthplace by itself."""
    return list(_check_abroad(person) if is_abroad(person) else _check_in_italy(person))


def _country_codes(person: Person) -> frozenset[str]:
    # "Francia" may have been typed as the place, with EE for the province.
    typed = (person.birth_country or person.birth_place).strip()
    states = _states(typed)
    letters = (
        {typed} if len(typed) == 2 else {iso for state in states if not state.has_ended for iso in state.iso}
    )
    letters |= {iso for state in states if state.has_ended for iso in state.iso}
    found = {state.code for state in states}
    return frozenset(found.union(*(known().states_of(iso) for iso in letters)) if letters or found else ())


def _states(typed: str) -> list[Place]:
    """The states that a typed catastal code or name may mean, those of today first."""
    found = [place for place in known().with_code(typed) if place.is_abroad] or known().named(
        typed, abroad=True
    )
    return sorted(found, key=lambda state: (state.has_ended, not state.translated))


def _comuni(person: Person) -> list[Place]:
    """The records that a typed comune may mean, narrowed by the province where that leaves any."""
    typed = person.birth_place.strip()
    if not typed:
        return []
    found = list(known().with_code(typed)) or known().named(typed, abroad=False)
    province = provinces.code_of(person.birth_province)
    return [place for place in found if province in known().provinces_of(place.code)] or found


def _check_abroad(person: Person) -> Iterator[Finding]:
    typed = person.birth_country.strip() or person.birth_place.strip()
    field = Field.BIRTH_COUNTRY if person.birth_country.strip() else Field.BIRTH_PLACE
    if typed and not _country_codes(person):
        text = _("We know no country %(typed)s. Choose it from the list; one that is no more is there too.")
        yield Finding.warning(Code.PLACE_UNKNOWN, field, text, typed=typed)
    if person.birth_province.strip() and provinces.code_of(person.birth_province) != provinces.ABROAD:
        text = _("For a birth abroad the province is EE.")
        yield Finding.warning(
            Code.PROVINCE_MISMATCH, Field.BIRTH_PROVINCE, text, typed=person.birth_province.strip()
        )


def _check_in_italy(person: Person) -> Iterator[Finding]:
    typed = person.birth_place.strip()
    if not typed:
        return
    places = _comuni(person)
    if not places:
        yield unknown_comune(typed, Field.BIRTH_PLACE)
        return
    if person.born_on and not any(place.existed(person.born_on) for place in places):
        yield not_then(places, person.born_on)
    yield from wrong_province(person.birth_province, places, Field.BIRTH_PROVINCE, since=person.born_on)


def unknown_comune(typed: str, field: Field) -> Finding:
    """A comune that never was, with those that may be meant."""
    if known().named(typed, abroad=True):
        text = _("%(typed)s is a country. Enter it as the country, with EE for the province.")
        return Finding.warning(Code.PLACE_UNKNOWN, field, text, typed=typed)
    if similar := known().similar(typed):
        text = _("We know no comune %(typed)s. Is it %(similar)s?")
        said = ", ".join(place.label for place in similar)
        return Finding.warning(Code.PLACE_UNKNOWN, field, text, typed=typed, similar=said)
    text = _(
        "We know no comune %(typed)s, today or in the past. Enter it as the document has it, not a hamlet of it."
    )
    return Finding.warning(Code.PLACE_UNKNOWN, field, text, typed=typed)


def not_then(places: list[Place], day: date) -> Finding:
    """A comune that was not there on the day of birth: begun later, ended before, or joined to another for a time."""
    records = known().with_code(places[0].code)
    text: Promise
    values: dict[str, Any]
    earlier = [place for place in records if place.until and place.until < day]
    later = [place for place in records if place.since and place.since > day]
    if earlier and later:
        text = _(
            "%(place)s was part of another comune from %(until)s to %(since)s. Enter the one on the document."
        )
        values = {"place": later[0], "until": earlier[-1].until, "since": later[0].since}
    elif later:
        before = known().predecessors(later[0].code)
        text = (
            _("There was no %(place)s on %(day)s: it has existed since %(since)s. Before, it was %(before)s.")
            if before
            else _(
                "There was no %(place)s on %(day)s: it has existed since %(since)s. Enter the comune of that time."
            )
        )
        said = ", ".join(place.label for place in before)
        values = {"place": later[0], "day": day, "since": later[0].since, "before": said}
    else:
        text, values = _ended(earlier[-1])
    return Finding.warning(Code.PLACE_NOT_THEN, Field.BIRTH_PLACE, text, **values)


def wrong_province(typed: str, places: list[Place], field: Field, *, since: date | None) -> Iterator[Finding]:
    """A province that has not held the comune since that day, or that is none."""
    typed = typed.strip()
    if not typed:
        return
    code = provinces.code_of(typed)
    day = since - REGISTERS_FOLLOW if since and since > date.min + REGISTERS_FOLLOW else None
    held = {province for place in places for province in known().provinces_of(place.code, day)}
    # Of a comune that had ended by then: whatever it was in.
    allowed = sorted(held or {place.province for place in places})
    if code is None:
        text = _("There is no province %(typed)s: %(place)s is in %(allowed)s.")
    elif code not in allowed:
        text = _("%(place)s is in the province %(allowed)s, not %(typed)s.")
    else:
        return
    values = {"typed": typed, "place": places[-1].name, "allowed": ", ".join(allowed)}
    yield Finding.warning(Code.PROVINCE_MISMATCH, field, text, **values)


def ended_comune(place: Place, field: Field) -> Finding:
    """A comune that is no more, with what it became."""
    text, values = _ended(place)
    return Finding.warning(Code.PLACE_NOT_THEN, field, text, **values)


def _ended(place: Place) -> tuple[Promise, dict[str, Any]]:
    after = known().successors(place.code)
    values: dict[str, Any] = {
        "place": place,
        "until": place.until,
        "after": ", ".join(p.label for p in after),
    }
    if len(after) == 1:
        return _("%(place)s was a comune until %(until)s; it is now %(after)s."), values
    if after:
        return _("%(place)s was a comune until %(until)s; it is now part of one of these: %(after)s."), values
    return _("%(place)s was a comune until %(until)s; it is now part of another."), values
