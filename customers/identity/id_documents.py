"""An ID document as it was typed: kind, number, issuer, dates.

Refused are a kind that is no document any more, one that has expired, and dates that cannot be. All else is asked:
shapes of numbers and names of issuers are as printed on most documents, not on all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.identifiers import compact

from . import document_rules
from .document_rules import DocumentKind
from .findings import Code, Field, Finding
from .names import folded
from .places import known

LOOKALIKE_DIGITS = str.maketrans("OQDIZSGB", "00012568")
LOOKALIKE_LETTERS = str.maketrans("0158", "OISB")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdDocument:
    """What was typed of an ID document; what is empty has not been typed yet."""

    kind: str = ""
    number: str = ""
    issuer: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    # Cards of people over seventy may have none.
    has_no_expiry: bool = False


def check(document: IdDocument, *, born_on: date | None, today: date) -> list[Finding]:
    """What is wrong or odd about a document that shall identify somebody within the time that the maker gives."""
    return [
        *_check_kind(document, today),
        *_check_number(document),
        *_check_issuer(document),
        *_check_issue(document, born_on, today),
        *_check_expiry(document, born_on, today),
    ]


def longest(document: IdDocument, born_on: date | None) -> date | None:
    """The last day that a document issued then may have; None if there is no limit, or it cannot be told."""
    if document.issued_on is None:
        return None
    age = _age(born_on, document.issued_on) if born_on else None
    rules = [
        rule
        for rule in document_rules.validities(document.kind)
        if rule.holds(issued_on=document.issued_on, age=age)
    ]
    if not rules or any(rule.has_no_limit for rule in rules):
        return None
    return max(_end(document.issued_on, rule.years, born_on, to_birthday=rule.to_birthday) for rule in rules)


def _check_kind(document: IdDocument, today: date) -> Iterator[Finding]:
    window = today + timedelta(days=document_rules.identification_days())
    refusal = document_rules.refusal(document.kind, until=window)
    if refusal is None:
        return
    values = {"kind": DocumentKind(document.kind), "since": refusal.since}
    if refusal.since <= today:
        text = _(
            "%(kind)s: no longer valid since %(since)s, whatever is printed on it. Use an electronic card (CIE), "
            "a passport or a driving licence."
        )
        yield Finding.error(Code.DOCUMENT_KIND_NOT_ACCEPTED, Field.DOCUMENT_KIND, text, **values)
    else:
        text = _(
            "%(kind)s: not valid from %(since)s on, and identification may take until then. Use another."
        )
        yield Finding.warning(Code.DOCUMENT_EXPIRES_SOON, Field.DOCUMENT_KIND, text, **values)


def _check_number(document: IdDocument) -> Iterator[Finding]:
    number = compact(document.number)
    shapes = document_rules.number_shapes(document.kind)
    if not number or not shapes or any(shape.fits(number) for shape in shapes):
        return
    values: dict[str, Any] = {"typed": number, "example": shapes[0].example}
    if meant := _meant(number, document.kind):
        text = _(
            "%(typed)s is no number of this kind of document. Is it %(meant)s? O and 0, I and 1 are easily mixed up."
        )
        values["meant"] = meant
    elif other := _kind_numbered(number):
        text = _("%(typed)s is the number of another kind of document: %(kind)s. Check both.")
        values["kind"] = other
    else:
        text = _(
            "The number of this kind of document looks like %(example)s, and yours is %(typed)s. Check it."
        )
    yield Finding.warning(Code.DOCUMENT_NUMBER_ODD, Field.DOCUMENT_NUMBER, text, **values)


def _meant(number: str, kind: str) -> str | None:
    """The number with digits for letters that look like them, and the reverse, where that makes it right."""
    for shape in document_rules.number_shapes(kind):
        if len(number) != len(shape.example):
            continue
        mended = "".join(
            typed.translate(LOOKALIKE_DIGITS if sample.isdigit() else LOOKALIKE_LETTERS)
            for typed, sample in zip(number, shape.example, strict=True)
        )
        if mended != number and shape.fits(mended):
            return mended
    return None


def _kind_numbered(number: str) -> DocumentKind | None:
    """The one kind whose numbers are like this."""
    kinds = [kind for kind in DocumentKind if any(s.fits(number) for s in document_rules.number_shapes(kind))]
    return kinds[0] if len(kinds) == 1 else None


def _check_issuer(document: IdDocument) -> Iterator[Finding]:
    typed = document.issuer.strip()
    words = document_rules.issuer_words(document.kind)
    if not typed or not words:
        return
    said = folded(typed)
    if not any(f"{said} ".startswith(f"{beginning} ") for beginning in words.begins):
        if "comune" in words.begins and known().named(typed, abroad=False):
            return
        text = _(
            "The issuer of this kind of document is written like “%(example)s”. Copy it from the document."
        )
        yield Finding.warning(
            Code.DOCUMENT_ISSUER_ODD, Field.DOCUMENT_ISSUER, text, example=words.example, typed=typed
        )
    elif said.startswith("comune "):
        yield from _check_issuing_comune(document, typed)


def _check_issuing_comune(document: IdDocument, typed: str) -> Iterator[Finding]:
    name = typed.split(maxsplit=1)[1]
    name = name.split(maxsplit=1)[1] if folded(name).startswith(("di ", "del ", "della ")) else name
    places = known().named(name, abroad=False)
    if not places:
        similar = ", ".join(place.label for place in known().similar(name))
        text = (
            _("We know no comune %(name)s. Is it %(similar)s?")
            if similar
            else _("We know no comune %(name)s.")
        )
        yield Finding.warning(
            Code.DOCUMENT_ISSUER_ODD, Field.DOCUMENT_ISSUER, text, name=name, similar=similar
        )
    elif document.issued_on and not any(place.existed(document.issued_on) for place in places):
        text = _("There was no comune %(name)s on %(day)s, when the document was issued.")
        values: dict[str, Any] = {"name": places[-1].name, "day": document.issued_on}
        yield Finding.warning(Code.DOCUMENT_ISSUER_ODD, Field.DOCUMENT_ISSUER, text, **values)


def _check_issue(document: IdDocument, born_on: date | None, today: date) -> Iterator[Finding]:
    issued_on = document.issued_on
    if issued_on is None:
        return
    if issued_on > today:
        text = _("The document cannot have been issued in the future.")
        yield Finding.error(Code.DOCUMENT_DATES_IMPOSSIBLE, Field.DOCUMENT_ISSUED_ON, text)
    elif born_on and issued_on < born_on:
        text = _("The document cannot have been issued before its holder was born.")
        yield Finding.error(Code.DOCUMENT_DATES_IMPOSSIBLE, Field.DOCUMENT_ISSUED_ON, text)
    elif (begun_on := document_rules.begun_on(document.kind)) and issued_on < begun_on:
        text = _("This kind of document has existed since %(begun)s. Check the date of issue and the kind.")
        yield Finding.warning(
            Code.DOCUMENT_DATES_ODD, Field.DOCUMENT_ISSUED_ON, text, begun=begun_on, typed=issued_on
        )


def _check_expiry(document: IdDocument, born_on: date | None, today: date) -> Iterator[Finding]:
    expires_on = document.expires_on
    if expires_on is None:
        if document.has_no_expiry:
            yield from _check_no_expiry(document, born_on)
        return
    window = today + timedelta(days=document_rules.identification_days())
    if document.issued_on and expires_on <= document.issued_on:
        text = _("The document cannot end on %(expires)s, since it was issued on %(issued)s.")
        values = {"expires": expires_on, "issued": document.issued_on}
        yield Finding.error(Code.DOCUMENT_DATES_IMPOSSIBLE, Field.DOCUMENT_EXPIRES_ON, text, **values)
    elif expires_on < today:
        text = _("This document expired on %(expires)s. Use one that is valid.")
        yield Finding.error(Code.DOCUMENT_EXPIRED, Field.DOCUMENT_EXPIRES_ON, text, expires=expires_on)
    elif expires_on < window:
        text = _(
            "This document expires on %(expires)s, and identification may take until %(window)s: without a valid "
            "document the order is lost. Use another, or be identified at once."
        )
        values = {"expires": expires_on, "window": window}
        yield Finding.warning(Code.DOCUMENT_EXPIRES_SOON, Field.DOCUMENT_EXPIRES_ON, text, **values)
    else:
        yield from _check_end(document, born_on)


def _check_no_expiry(document: IdDocument, born_on: date | None) -> Iterator[Finding]:
    """A document without an end: only some have none."""
    age = _age(born_on, document.issued_on) if born_on and document.issued_on else None
    rules = [rule for rule in document_rules.validities(document.kind) if rule.has_no_limit]
    if any(document.issued_on is None or rule.holds(issued_on=document.issued_on, age=age) for rule in rules):
        return
    if rules:
        text = _(
            "Only those issued since %(since)s to people of %(age)s and more may have no expiry. Look for it."
        )
        values = {"since": rules[0].issued_since, "age": rules[0].age_from}
    else:
        text, values = _("This kind of document always has an expiry. Look for it on the document."), {}
    yield Finding.warning(Code.DOCUMENT_DATES_ODD, Field.DOCUMENT_EXPIRES_ON, text, **values)


def _check_end(document: IdDocument, born_on: date | None) -> Iterator[Finding]:
    """An expiry later than the law allows, or on another day than the birthday where it always is that."""
    assert document.expires_on is not None
    last = longest(document, born_on)
    if last and document.expires_on > last:
        text = _(
            "Issued on %(issued)s, this kind of document ends on %(last)s at the latest. Check both dates."
        )
        values = {"issued": document.issued_on, "last": last}
        yield Finding.warning(Code.DOCUMENT_DATES_ODD, Field.DOCUMENT_EXPIRES_ON, text, **values)
    elif (
        born_on
        and last
        and _always_ends_on_birthday(document.kind)
        and not _is_birthday(document.expires_on, born_on)
    ):
        text = _(
            "This kind of document ends on its holder’s birthday, and %(expires)s is none. Check the date."
        )
        values = {"expires": document.expires_on}
        yield Finding.warning(Code.DOCUMENT_DATES_ODD, Field.DOCUMENT_EXPIRES_ON, text, **values)


def _always_ends_on_birthday(kind: str) -> bool:
    rules = document_rules.validities(kind)
    return bool(rules) and all(rule.to_birthday for rule in rules if not rule.has_no_limit)


def _is_birthday(day: date, born_on: date) -> bool:
    leap = {(2, 28), (2, 29), (3, 1)}
    of_year, birthday = (day.month, day.day), (born_on.month, born_on.day)
    return of_year == birthday or (birthday == (2, 29) and of_year in leap)


def _end(issued_on: date, years: int, born_on: date | None, *, to_birthday: bool) -> date:
    """The last day: so many years later, or the birthday next after it."""
    end = _years_after(issued_on, years)
    if not to_birthday:
        return end
    if born_on is None:
        return _years_after(end, 1)
    birthday = _years_after(born_on, end.year - born_on.year)
    return birthday if birthday >= end else _years_after(born_on, end.year - born_on.year + 1)


def _years_after(day: date, years: int) -> date:
    """The same day of a later year; 29 February gives 1 March where there is none. Never beyond the calendar."""
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _age(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
