"""The provinces of Italy with their dates: two letters, name, from when, until when."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from .names import folded

# What stands for the province where somebody was born abroad.
ABROAD = "EE"


@dataclass(frozen=True, slots=True)
class Province:
    """A province for as long as its letters and its name were the same. Without a date: since 1861, until today."""

    code: str
    name: str
    since: date | None
    until: date | None

    def existed(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Transfer:
    """Comuni that went to another province on a day, and every code that is written for it since."""

    on: date
    to: tuple[str, ...]
    comuni: frozenset[str]


@cache
def every() -> tuple[Province, ...]:
    """All there are and were, by name."""
    rows = (
        Province(row["code"], row["name"], row.get("since"), row.get("until")) for row in _data()["province"]
    )
    return tuple(sorted(rows, key=lambda province: (folded(province.name), province.code)))


@cache
def transfers() -> tuple[Transfer, ...]:
    """What the archive of comuni does not know yet."""
    return tuple(
        Transfer(row["on"], tuple(row["to"]), frozenset(row["comuni"].split())) for row in _data()["transfer"]
    )


def current(on: date) -> list[Province]:
    """The provinces of a day, by name: for a select."""
    return [province for province in every() if province.existed(on)]


def codes_since(day: date) -> frozenset[str]:
    """The letters that were in use at some time since that day."""
    return frozenset(province.code for province in every() if province.until is None or province.until >= day)


def code_of(text: str) -> str | None:
    """The letters of a province that was typed as letters or by its name ("fi", "Firenze"); None if there is none."""
    typed = folded(text)
    return next(_codes_named(typed), None) if typed else None


def name_of(code: str, on: date) -> str:
    """What these letters meant on a day; else what they meant at any time; else the letters."""
    named = [province for province in every() if province.code == code]
    return next((p.name for p in named if p.existed(on)), named[0].name if named else code)


def _codes_named(typed: str) -> Iterator[str]:
    if typed in {"ee", "estero"}:
        yield ABROAD
    yield from (province.code for province in every() if folded(province.code) == typed)
    # Those that are there today before those that have ended: "Pesaro e Urbino" is PU.
    for province in sorted(every(), key=lambda province: province.until is not None):
        if folded(province.name) == typed:
            yield province.code


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data/provinces.toml").read_text("utf-8"))
