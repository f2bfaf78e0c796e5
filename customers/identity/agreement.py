"""A codice fiscale against the person it is said to be of: surname, given name, sex, birth date, birthplace.

Nothing here refuses. Registers and people change (a rectified sex, a new name, a code from before the transliteration
of 2011), so what disagrees is a warning in plain words, which the person mends or confirms with a reason.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from . import birthplace, tax_code
from .findings import Code, Field, Finding
from .names import given_name_part, given_name_parts, letters, shorter, surname_part, surname_parts
from .person import Person
from .places import known
from .tax_code import Reading

# From so many disagreements on it is the code itself that is somebody else's, or all of it that was mistyped.
SOMEBODY_ELSES = 3
IN_LATIN_LETTERS = _("Write it in Latin letters, as the document has it.")


def check(person: Person, *, today: date) -> list[Finding]:
    """Where code and person disagree. Empty while either is missing; a code that cannot be is ``tax_code``'s."""
    reading = tax_code.read(person.tax_code, today=today)
    if reading is None:
        return []
    if are_swapped(person, reading):
        text = _("According to the codice fiscale, surname and given name are swapped.")
        found = [Finding.warning(Code.NAME_MISMATCH, Field.SURNAME, text)]
    else:
        found = [*_surname(person, reading), *_given_name(person, reading)]
    found += [*_sex(person, reading), *_birth_date(person, reading), *_birthplace(person, reading)]
    return [_somebody_elses(person)] if len(found) >= SOMEBODY_ELSES else found


def suggestion(person: Person) -> str | None:
    """The code that these data give, for who has none at hand; None while something is missing or open."""
    place_code = birthplace.likeliest(person)
    if not (
        letters(person.surname)
        and person.given_name
        and person.sex in {"M", "F"}
        and person.born_on
        and place_code
    ):
        return None
    return tax_code.compute(
        surname=person.surname,
        given_name=person.given_name,
        sex=person.sex,
        born_on=person.born_on,
        place_code=place_code,
    )


def are_swapped(person: Person, reading: Reading) -> bool:
    """Whether the code fits once the surname stands for the given name and the given name for the surname."""
    if not (letters(person.surname) and letters(person.given_name)) or (
        reading.surname_part in surname_parts(person.surname)
        or reading.given_name_part in given_name_parts(person.given_name)
    ):
        return False
    is_surname = reading.surname_part in surname_parts(person.given_name)
    return is_surname and reading.given_name_part in given_name_parts(person.surname)


def _is_in_another_script(typed: str) -> bool:
    return not letters(typed) and any(character.isalpha() for character in typed)


def _surname(person: Person, reading: Reading) -> Iterator[Finding]:
    typed = person.surname.strip()
    if not typed or reading.surname_part in surname_parts(typed):
        return
    if _is_in_another_script(typed):
        yield Finding.warning(Code.NAME_MISMATCH, Field.SURNAME, IN_LATIN_LETTERS, typed=typed)
        return
    values = {"typed": typed, "expected": surname_part(typed), "found": reading.surname_part}
    if fitting := next(
        (part for part in shorter(typed) if reading.surname_part in surname_parts(part)), None
    ):
        text = _(
            "This codice fiscale fits the surname “%(fitting)s”, not “%(typed)s”. Enter it as the tax agency has it."
        )
        values["fitting"] = fitting
    else:
        text = _(
            "“%(typed)s” gives %(expected)s in a codice fiscale, and this one begins with %(found)s. Check the surname."
        )
    yield Finding.warning(Code.NAME_MISMATCH, Field.SURNAME, text, **values)


def _given_name(person: Person, reading: Reading) -> Iterator[Finding]:
    typed = person.given_name.strip()
    if not typed or reading.given_name_part in given_name_parts(typed):
        return
    if _is_in_another_script(typed):
        yield Finding.warning(Code.NAME_MISMATCH, Field.GIVEN_NAME, IN_LATIN_LETTERS, typed=typed)
        return
    values = {"typed": typed, "expected": given_name_part(typed), "found": reading.given_name_part}
    if fitting := next(
        (part for part in shorter(typed) if reading.given_name_part in given_name_parts(part)), None
    ):
        text = _(
            "This codice fiscale fits the name “%(fitting)s”, not “%(typed)s”. Enter it as the tax agency has it."
        )
        values["fitting"] = fitting
    else:
        text = _(
            "“%(typed)s” gives %(expected)s in a codice fiscale, and here is %(found)s. Enter all given names."
        )
    yield Finding.warning(Code.NAME_MISMATCH, Field.GIVEN_NAME, text, **values)


def _sex(person: Person, reading: Reading) -> Iterator[Finding]:
    if person.sex not in {"M", "F"} or person.sex == reading.sex:
        return
    text = (
        _("According to the codice fiscale this person is a woman; you chose a man.")
        if reading.sex == "F"
        else _("According to the codice fiscale this person is a man; you chose a woman.")
    )
    yield Finding.warning(Code.SEX_MISMATCH, Field.SEX, text)


def _birth_date(person: Person, reading: Reading) -> Iterator[Finding]:
    """The year counts by its two digits alone: the code knows no century."""
    typed = person.born_on
    if typed is None or not reading.birth_dates:
        return
    if any(
        (day.year % 100, day.month, day.day) == (typed.year % 100, typed.month, typed.day)
        for day in reading.birth_dates
    ):
        return
    found = min(reading.birth_dates, key=lambda day: abs(day - typed))
    text = _("According to the codice fiscale the birth date is %(found)s; you entered %(typed)s.")
    yield Finding.warning(Code.BIRTH_DATE_MISMATCH, Field.BORN_ON, text, found=found, typed=typed)


def _birthplace(person: Person, reading: Reading) -> Iterator[Finding]:
    """Nothing where the typed place is unknown (``birthplace`` says so) or the code's is (``tax_code`` does)."""
    typed_codes = birthplace.codes(person)
    if not typed_codes or reading.place_code in typed_codes or reading.place is None:
        return
    found = known().at(reading.place_code, person.born_on) or reading.place
    typed = (
        person.birth_country if birthplace.is_abroad(person) else ""
    ).strip() or person.birth_place.strip()
    values: dict[str, Any] = {
        "found": found,
        "typed": known().state(typed) or known().at(typed, None) or typed,
    }
    became = {place.code for place in known().successors(found.code)}
    if became & typed_codes:
        values["until"] = found.until
        text = _(
            "According to the codice fiscale the birthplace is %(found)s, which became %(typed)s after %(until)s. "
            "Enter it as the document has it."
        )
    else:
        text = _("According to the codice fiscale the birthplace is %(found)s; you entered %(typed)s.")
    field = (
        Field.BIRTH_COUNTRY
        if person.birth_country and (found.is_abroad or birthplace.is_abroad(person))
        else Field.BIRTH_PLACE
    )
    yield Finding.warning(Code.BIRTHPLACE_MISMATCH, field, text, **values)


def _somebody_elses(person: Person) -> Finding:
    expected = suggestion(person)
    if expected:
        text = _(
            "This codice fiscale does not belong to this person: these data would give %(expected)s. Check both."
        )
        return Finding.warning(Code.TAX_CODE_MISMATCH, Field.TAX_CODE, text, expected=expected)
    text = _(
        "This codice fiscale does not belong to this person: almost nothing in it agrees with the data. Check both."
    )
    return Finding.warning(Code.TAX_CODE_MISMATCH, Field.TAX_CODE, text)
