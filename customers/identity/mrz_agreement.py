"""The machine-readable zone of a document against what was typed of the person and of the document."""

import re
from collections.abc import Iterator
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.identifiers import compact

from .document_rules import DocumentKind
from .findings import Code, Field, Finding
from .id_documents import IdDocument
from .mrz import Mrz, Unreadable, matches, parse, wrong_digits
from .names import letters, spellings
from .person import Person

ITALY = "ITA"


def check(text: str, *, person: Person, document: IdDocument) -> list[Finding]:
    """Where the zone says something else than was typed. Nothing while it cannot be read or its digits don't fit."""
    try:
        mrz = parse(text)
    except Unreadable:
        return []
    if wrong_digits(mrz):
        return []
    return [
        *_kind(mrz, document),
        *_name(mrz.surname, person.surname, Field.SURNAME, is_cut=mrz.is_cut and not mrz.given_name),
        *_name(mrz.given_name, person.given_name, Field.GIVEN_NAME, is_cut=mrz.is_cut),
        *_sex(mrz, person),
        *_day(mrz.birth, person.born_on, Code.BIRTH_DATE_MISMATCH, Field.BORN_ON),
        *_number(mrz, document),
        *_expiry(mrz, document),
    ]


def _kind(mrz: Mrz, document: IdDocument) -> Iterator[Finding]:
    """A passport's zone for a card, a card's for a passport, or another country's for an Italian document."""
    kind = document.kind
    is_passport = kind in {DocumentKind.PASSPORT, DocumentKind.FOREIGN_PASSPORT}
    text: str | Promise
    if kind == DocumentKind.DRIVING_LICENCE:
        text = _("A driving licence has no machine-readable lines: these belong to another document.")
    elif kind and mrz.is_passport and not is_passport:
        text = _("These are the lines of a passport, and you chose another kind of document.")
    elif kind and not mrz.is_passport and is_passport:
        text = _("These are the lines of a card, and you chose a passport.")
    elif kind in {DocumentKind.CIE, DocumentKind.PASSPORT} and mrz.issuing_state != ITALY:
        text = _(
            "According to its machine-readable lines this document was issued by another country (%(state)s)."
        )
    elif kind == DocumentKind.FOREIGN_PASSPORT and mrz.issuing_state == ITALY:
        text = _("According to its machine-readable lines this passport is Italian.")
    else:
        return
    values = {"state": mrz.issuing_state}
    yield Finding.warning(Code.DOCUMENT_NOT_DECLARED_ONE, Field.DOCUMENT_KIND, text, **values)


def _name(read: str, typed: str, field: Field, *, is_cut: bool) -> Iterator[Finding]:
    """Names agree by their letters, in any transliteration; where the zone was full, as far as it goes."""
    typed = typed.strip()
    if not typed or (not letters(typed) and not read):
        return
    said, found = spellings(typed), letters(read)
    if found in said or (is_cut and found and any(spelling.startswith(found) for spelling in said)):
        return
    text = _("According to the machine-readable lines it is “%(found)s”; you entered “%(typed)s”.")
    yield Finding.warning(Code.NAME_MISMATCH, field, text, found=read, typed=typed)


def _sex(mrz: Mrz, person: Person) -> Iterator[Finding]:
    if mrz.sex in {"M", "F"} and person.sex in {"M", "F"} and mrz.sex != person.sex:
        text = (
            _("According to the machine-readable lines this person is a woman; you chose a man.")
            if mrz.sex == "F"
            else _("According to the machine-readable lines this person is a man; you chose a woman.")
        )
        yield Finding.warning(Code.SEX_MISMATCH, Field.SEX, text)


def _day(read: str, typed: date | None, code: Code, field: Field) -> Iterator[Finding]:
    if typed and not matches(read, typed):
        text = _(
            "According to the machine-readable lines it is %(found)s (day.month.year); you entered %(typed)s."
        )
        found = f"{read[4:6]}.{read[2:4]}.{read[:2]}".replace("<", "–")
        yield Finding.warning(code, field, text, found=found, typed=typed)


def _number(mrz: Mrz, document: IdDocument) -> Iterator[Finding]:
    typed = re.sub(r"[^A-Z0-9]", "", compact(document.number))
    if typed and typed != mrz.number.replace("<", ""):
        text = _("According to the machine-readable lines its number is %(found)s; you entered %(typed)s.")
        yield Finding.warning(Code.MRZ_MISMATCH, Field.DOCUMENT_NUMBER, text, found=mrz.number, typed=typed)


def _expiry(mrz: Mrz, document: IdDocument) -> Iterator[Finding]:
    """A card without an expiry has fillers there; the century of a card of fifty years is not known."""
    if mrz.expiry.strip("<"):
        yield from _day(mrz.expiry, document.expires_on, Code.MRZ_MISMATCH, Field.DOCUMENT_EXPIRES_ON)
