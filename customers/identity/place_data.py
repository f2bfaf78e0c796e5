"""Reads the places: python-codicefiscale's archive, completed by our own files."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale

from .place import Place
from .provinces import transfers

# The archive writes ND where a code was never given: such a record is nobody's birthplace.
NO_CODE = "ND"
# A hole this short between two records of one comune is a slip of the archive, not a time without it.
LONGEST_SLIP = timedelta(days=31)
LANGUAGES = ("it", "en", "fr")
# "Reggio Nell'Emilia" in the archive, "Reggio nell'Emilia" on its signs.
SMALL = re.compile(
    r"(?<=[ '])(A|Ad|Al|Alla|Alle|Con|D|Da|Dal|De|Dei|Degli|Del|Della|Delle|Dell|Dello|Di|E|Ed|In|Nel|Nella|Nell|Sul"
    r"|Sulla|Sull|Sulle)(?=[ '])"
)


def comuni() -> Iterator[Place]:
    """Every comune since 1861: one record for each stretch of time with the same name and province."""
    for place in _archive():
        transfer = next((t for t in transfers() if place.code in t.comuni), None)
        if transfer and place.until is None and place.province != transfer.to[0]:
            yield replace(place, until=transfer.on - timedelta(days=1))
            yield replace(place, province=transfer.to[0], since=transfer.on)
        else:
            yield place


def _archive() -> Iterator[Place]:
    last: Place | None = None
    for row in sorted(_library("municipalities"), key=lambda row: (row["code"], row["date_created"])):
        if row["code"] == NO_CODE:
            continue
        since, until = _day(row["date_created"]), _day(row["date_deleted"])
        other = (_spelled(row["name_alt"]),) if row["name_alt"] else ()
        place = Place(row["code"], _spelled(row["name"]), other, row["province"], since, until)
        if last and _goes_on(last, place):
            place = replace(last, until=until)
        elif last:
            yield last
        last = place
    if last:
        yield last


def states() -> Iterator[Place]:
    """States and territories, those that have ended too, with their names in our languages."""
    own = _own()
    ended = {row["code"]: row for row in own["ended"]}
    for row in [*_library("deleted-countries"), *_library("countries")]:
        code, past = row["code"], ended.get(row["code"])
        iso = _tuple(past["iso"] if past else own["iso"].get(code, ()))
        translated = {"en": past["en"], "fr": past["fr"]} if past else _translated(iso)
        until = _day(row["date_deleted"]) if past else None
        more = (row["name_alt"], row["name_alt_en"], *own["also"].get(code, ()))
        yield _state(code, _spelled(row["name"]), iso, translated, more, until)
    mainland = {letters for iso in own["iso"].values() for letters in _tuple(iso)}
    for row in own["other"]:
        iso = _tuple(row["iso"])
        # What depends on a state, or was part of it, does not answer to the state's own name.
        translated = {} if iso[0] in mainland else _translated(iso)
        yield _state(row["code"], row["name"], iso, translated, (), None)


def _state(
    code: str,
    name: str,
    iso: tuple[str, ...],
    translated: dict[str, str],
    more: tuple[str, ...],
    until: date | None,
) -> Place:
    others = dict.fromkeys(other for other in (*translated.values(), *more) if other and other != name)
    return Place(code, name, tuple(others), until=until, iso=iso, translated=tuple(translated.items()))


def _goes_on(last: Place, place: Place) -> bool:
    """Whether a record is the same comune a moment later: only its borders changed."""
    same = (last.code, last.name, last.other_names, last.province)
    if (
        same != (place.code, place.name, place.other_names, place.province)
        or not last.until
        or not place.since
    ):
        return False
    return place.since - last.until <= LONGEST_SLIP


def _library(name: str) -> Any:
    return json.loads(files("codicefiscale").joinpath(f"data/{name}.json").read_text("utf-8"))


@cache
def _own() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data/states.toml").read_text("utf-8"))


def _day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _spelled(name: str) -> str:
    return SMALL.sub(lambda word: word[0].lower(), name)


def _tuple(iso: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (iso,) if isinstance(iso, str) else tuple(iso)


def _translated(iso: tuple[str, ...]) -> dict[str, str]:
    """What a country is called in our languages; in Italian as it is called today."""
    names = {
        language: Locale.parse(language).territories.get(letters)
        for letters in iso[:1]
        for language in LANGUAGES
    }
    return {language: name for language, name in names.items() if name}
