"""A typed address in Italy against itself: comune, province and CAP, as they are on a day.

Only a CAP that has no five digits is an error. Hamlets have CAPs that no public list names, registers follow a new
province late, and a comune may be newer than our data: all that is asked, and may be confirmed.
"""

from collections.abc import Iterator
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers import identifiers

from . import postal_codes, provinces
from .birthplace import ended_comune, unknown_comune, wrong_province
from .findings import Code, Field, Finding
from .place import Place
from .places import known


def check(*, municipality: str, province: str, postal_code: str, on: date) -> list[Finding]:
    """What disagrees in an address in Italy. Empty fields are not judged."""
    places = comuni(municipality, province, on=on)
    return [
        *_check_municipality(municipality, places, on),
        *_check_province(province, places, on),
        *_check_postal_code(postal_code, places, province),
    ]


def comuni(municipality: str, province: str, *, on: date) -> list[Place]:
    """The records that a typed comune may mean: those of the day if there are any, narrowed by the province."""
    typed = municipality.strip()
    if not typed:
        return []
    found = list(known().with_code(typed)) or known().named(typed, abroad=False)
    found = [place for place in found if place.existed(on)] or found
    code = provinces.code_of(province)
    return [place for place in found if code in known().provinces_of(place.code)] or found


def _check_municipality(typed: str, places: list[Place], on: date) -> Iterator[Finding]:
    typed = typed.strip()
    if typed and not places:
        yield unknown_comune(typed, Field.MUNICIPALITY)
    elif places and not any(place.existed(on) for place in places):
        latest = max(places, key=lambda place: place.until or date.max)
        renamed = known().at(latest.code, on)
        if renamed and renamed.existed(on):
            text = _("%(place)s has been called %(name)s since %(since)s.")
            since = next(
                place.since for place in known().with_code(latest.code) if place.name == renamed.name
            )
            values = {"place": latest.name, "name": renamed, "since": since}
            yield Finding.warning(Code.PLACE_NOT_THEN, Field.MUNICIPALITY, text, **values)
        elif latest.until:
            yield ended_comune(latest, Field.MUNICIPALITY)


def _check_province(typed: str, places: list[Place], on: date) -> Iterator[Finding]:
    if places:
        # Of one that is no more: its last province.
        day = min(on, *(place.until or on for place in places))
        yield from wrong_province(typed, places, Field.PROVINCE, since=day)
    elif typed.strip() and provinces.code_of(typed) is None:
        text = _("There is no province %(typed)s. Enter its two letters, such as FI.")
        yield Finding.warning(Code.PROVINCE_MISMATCH, Field.PROVINCE, text, typed=typed.strip())


def _check_postal_code(typed: str, places: list[Place], province: str) -> Iterator[Finding]:
    if not typed.strip():
        return
    try:
        postal_code = identifiers.italian_postal_code(typed)
    except ValidationError as error:
        yield Finding.error(Code.POSTAL_CODE_INVALID, Field.POSTAL_CODE, error.message)
        return
    if identifiers.is_generic_postal_code(postal_code):
        text = _(
            "%(typed)s stands for a whole city, which is divided into zones. Look up the CAP of the street."
        )
        yield Finding.warning(Code.POSTAL_CODE_MISMATCH, Field.POSTAL_CODE, text, typed=postal_code)
    elif places:
        yield from _against_comune(postal_code, places)
    elif (letters := provinces.code_of(province)) and not postal_codes.may_be_in(
        postal_code, frozenset({letters})
    ):
        text = _("The CAP %(typed)s is not of the province %(province)s.")
        yield Finding.warning(
            Code.POSTAL_CODE_MISMATCH, Field.POSTAL_CODE, text, typed=postal_code, province=letters
        )


def _against_comune(postal_code: str, places: list[Place]) -> Iterator[Finding]:
    """A CAP that is another comune's, or of another province."""
    own = sorted({own for place in places for own in postal_codes.of(place.code)})
    others = [place for code in postal_codes.comuni(postal_code) if (place := known().at(code, None))]
    if postal_code in own or not own:
        return
    values = {
        "typed": postal_code,
        "place": places[-1],
        "own": own[0] if len(own) == 1 else f"{own[0]}–{own[-1]}",
        "others": ", ".join(place.label for place in others[:2]),
    }
    if others:
        text = _(
            "The CAP %(typed)s is of %(others)s; %(place)s has %(own)s. Confirm it only if the hamlet has its own."
        )
    elif not postal_codes.may_be_in(
        postal_code, frozenset().union(*(known().provinces_of(p.code) for p in places))
    ):
        text = _("The CAP %(typed)s is not of this province; %(place)s has %(own)s.")
    elif len(own) > 1:
        text = _("%(place)s has no CAP %(typed)s: its zones have %(own)s.")
    else:
        return
    yield Finding.warning(Code.POSTAL_CODE_MISMATCH, Field.POSTAL_CODE, text, **values)
