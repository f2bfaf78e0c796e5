"""The dated rules of ID documents, as ``data/id_documents.toml`` has them."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DocumentKind(TextChoices):
    """The ID documents that the makers identify people by."""

    CIE = "cie", _("Electronic identity card (CIE)")
    PASSPORT = "passport", _("Italian passport")
    DRIVING_LICENCE = "driving_licence", _("Italian driving licence")
    FOREIGN_PASSPORT = "foreign_passport", _("Passport of another country")
    PAPER_CARD = "paper_card", _("Paper identity card")

    @property
    def is_italian(self) -> bool:
        return self is not DocumentKind.FOREIGN_PASSPORT


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind that is no valid document from a day on."""

    kind: str
    since: date
    source: str


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a document may be valid: years from the issue, or without a limit."""

    kind: str
    source: str
    years: int = 0
    to_birthday: bool = False
    has_no_limit: bool = False
    age_from: int = 0
    age_to: int = 999
    issued_since: date = date.min
    issued_until: date = date.max

    def holds(self, *, issued_on: date, age: int | None) -> bool:
        """Whether it is meant for a document issued then to somebody of that age; without an age, maybe."""
        in_time = self.issued_since <= issued_on <= self.issued_until
        return in_time and (age is None or self.age_from <= age < self.age_to)


@dataclass(frozen=True, slots=True)
class NumberShape:
    """How the number of a kind is made."""

    kind: str
    pattern: str
    example: str
    source: str

    def fits(self, number: str) -> bool:
        return bool(re.fullmatch(self.pattern, number, re.ASCII))


@dataclass(frozen=True, slots=True)
class IssuerWords:
    """How the issuers of a kind are written: the beginnings, folded."""

    kind: str
    begins: tuple[str, ...]
    example: str
    source: str


def identification_days() -> int:
    """How many days after the order a person may still be identified."""
    return max(int(row["days"]) for row in _data()["identification"])


def refusal(kind: str, *, until: date) -> Refusal | None:
    """What makes a kind invalid on some day up to this one."""
    return next((rule for rule in _refusals() if rule.kind == kind and rule.since <= until), None)


def begun_on(kind: str) -> date | None:
    """The first day of a kind, where it is known."""
    return next((row["issued_since"] for row in _data()["begun"] if row["kind"] == kind), None)


@cache
def validities(kind: str) -> tuple[Validity, ...]:
    return tuple(Validity(**row) for row in _data()["validity"] if row["kind"] == kind)


@cache
def number_shapes(kind: str) -> tuple[NumberShape, ...]:
    return tuple(NumberShape(**row) for row in _data()["number"] if row["kind"] == kind)


@cache
def issuer_words(kind: str) -> IssuerWords | None:
    rows = (row for row in _data()["issuer"] if row["kind"] == kind)
    return next((IssuerWords(**{**row, "begins": tuple(row["begins"])}) for row in rows), None)


def accepted_kinds(on: date) -> list[DocumentKind]:
    """The kinds that may be chosen on a day."""
    return [kind for kind in DocumentKind if refusal(kind, until=on) is None]


@cache
def _refusals() -> tuple[Refusal, ...]:
    return tuple(Refusal(**row) for row in _data()["refused"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data/id_documents.toml").read_text("utf-8"))
