"""The codice fiscale of a person: checked by itself, read, and computed (DM 23.12.1976).

Its numbers are checked by ``customers.identifiers``; here is what the characters say. Whether they fit a person is
``agreement``'s question.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum import luhn
from stdnum.it import codicefiscale

from customers import identifiers
from customers.identifiers import OMOCODIA

from .findings import Code, Field, Finding
from .names import given_name_part, surname_part
from .place import Place
from .places import known

MONTHS = "ABCDEHLMPRST"
# The places, counted from 0, where a digit stands, or its letter where two people's codes would be the same.
DIGITS = (6, 7, 9, 10, 12, 13, 14)
FEMALE = 40
# What is taken for what in handwriting and on small prints.
LOOKALIKE_DIGITS = str.maketrans("OQDIZSGB", "00012568")
LOOKALIKE_LETTERS = str.maketrans("01258", "OIZSB")
OLDEST = 130


@dataclass(frozen=True, slots=True)
class Reading:
    """What a codice fiscale says. It knows two digits of the year, so there may be two birth dates, likeliest first."""

    code: str
    surname_part: str
    given_name_part: str
    sex: str
    birth_dates: tuple[date, ...]
    place_code: str
    place: Place | None
    is_omocodia: bool

    @property
    def born_on(self) -> date | None:
        """The birth date, if there can be only one."""
        return self.birth_dates[0] if len(self.birth_dates) == 1 else None


def without_omocodia(code: str) -> str:
    """The first fifteen characters with digits for the letters of omocodia: the same for all codes of the same data."""
    return "".join(c.translate(OMOCODIA) if at in DIGITS else c for at, c in enumerate(code[:15]))


def is_valid(code: str) -> bool:
    """Whether a code of 16 characters is right by itself, its birthplace left aside."""
    try:
        identifiers.codice_fiscale_of_person(code)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=256)
def read(text: str, *, today: date) -> Reading | None:
    """What a code says, to fill a form with; None unless its characters are right.

    Of two possible birth dates the likelier comes first: one on which the birthplace was there, then the younger.
    """
    if not is_valid(text):
        return None
    code = identifiers.compact(text)
    plain = without_omocodia(code)
    place_code = plain[11:15]
    dates = tuple(
        sorted(
            _birth_dates(plain, today),
            key=lambda day: (not known().existed(place_code, day), -day.toordinal()),
        )
    )
    return Reading(
        code=code,
        surname_part=code[:3],
        given_name_part=code[3:6],
        sex="F" if int(plain[9:11]) > FEMALE else "M",
        birth_dates=dates,
        place_code=place_code,
        place=known().at(place_code, dates[0] if dates else None),
        is_omocodia=plain != code[:15],
    )


def compute(*, surname: str, given_name: str, sex: str, born_on: date, place_code: str) -> str:
    """The code that these data give, without omocodia. Two people may share it: it is a suggestion, never a fact."""
    day = born_on.day + (FEMALE if sex == "F" else 0)
    first = surname_part(surname) + given_name_part(given_name)
    code = f"{first}{born_on.year % 100:02}{MONTHS[born_on.month - 1]}{day:02}{place_code}"
    return code + codicefiscale.calc_check_digit(code)


def check(text: str, *, today: date) -> list[Finding]:
    """What is wrong with a code by itself. Empty if nothing is, or if nothing was typed."""
    code = identifiers.compact(text)
    if not code:
        return []
    if re.fullmatch(r"[0-9]{11}", code):
        return [_of_eleven_digits(code)]
    try:
        identifiers.codice_fiscale_of_person(code)
    except ValidationError as error:
        return [_invalid(code, error)]
    reading = read(code, today=today)
    return list(_of_place_and_date(reading)) if reading else []


def meant(code: str) -> str | None:
    """The valid code that was probably meant where letters and digits were mixed up that look alike (O and 0)."""
    if len(code) != 16:
        return None
    mended = "".join(
        character.translate(
            LOOKALIKE_DIGITS if at in DIGITS and character not in "LMNPQRSTUV" else LOOKALIKE_LETTERS
        )
        if at in DIGITS or character.isdigit()
        else character
        for at, character in enumerate(code)
    )
    return mended if mended != code and is_valid(mended) else None


def _of_eleven_digits(code: str) -> Finding:
    if not luhn.is_valid(code):
        text = _(
            "This is no codice fiscale: a person’s has 16 characters, and the last of these 11 digits does not fit."
        )
        return Finding.error(Code.TAX_CODE_INVALID, Field.TAX_CODE, text)
    text = _(
        "11 digits are an organisation’s code or a provisional one. If the person has one of 16 characters, enter that."
    )
    return Finding.warning(Code.TAX_CODE_INVALID, Field.TAX_CODE, text)


def _invalid(code: str, error: ValidationError) -> Finding:
    if suggestion := meant(code):
        text = _("This codice fiscale cannot be. Is it %(suggestion)s? O and 0, I and 1 are easily mixed up.")
        return Finding.error(Code.TAX_CODE_INVALID, Field.TAX_CODE, text, suggestion=suggestion)
    if error.code != "shape":
        return Finding.error(Code.TAX_CODE_INVALID, Field.TAX_CODE, error.message)
    reason, values = _why_impossible(code)
    return Finding.error(Code.TAX_CODE_INVALID, Field.TAX_CODE, reason, **values)


def _why_impossible(code: str) -> tuple[Promise, dict[str, object]]:
    """Which of the 16 characters cannot be, in words."""
    for at, character in enumerate(code):
        if at in DIGITS and not (character in "0123456789" or character in "LMNPQRSTUV"):
            text = _("Character %(place)s of the codice fiscale must be a digit, but it is %(character)s.")
            return text, {"place": at + 1, "character": character}
        if at not in DIGITS and not ("A" <= character <= "Z"):
            text = _("Character %(place)s of the codice fiscale must be a letter, but it is %(character)s.")
            return text, {"place": at + 1, "character": character}
    plain = without_omocodia(code)
    if code[8] not in MONTHS:
        return _(
            "The ninth character of the codice fiscale stands for the month, and %(character)s is no month."
        ), {"character": code[8]}
    day = int(plain[9:11])
    text = _(
        "The codice fiscale says that the birth was on day %(day)s of month %(month)s, which does not exist."
    )
    return text, {"day": day - FEMALE if day > FEMALE else day, "month": MONTHS.index(code[8]) + 1}


def _of_place_and_date(reading: Reading) -> Iterator[Finding]:
    """A birthplace that nobody knows, or that was not there on the day."""
    if reading.place is None:
        text = _(
            "The codice fiscale names a place of birth that we do not know: %(place)s. Check it by its letters."
        )
        # The archive of comuni is complete up to its day; of former states and dependencies no complete list is known.
        may_be = reading.place_code.startswith("Z") or reading.place_code > known().newest_code
        found = Finding.warning if may_be else Finding.error
        yield found(Code.TAX_CODE_INVALID, Field.TAX_CODE, text, place=reading.place_code)
    elif reading.birth_dates and not any(
        known().existed(reading.place_code, day) for day in reading.birth_dates
    ):
        text = _(
            "The codice fiscale says born in %(place)s on %(day)s, but that place was not there on that day."
        )
        values = {"place": reading.place, "day": reading.birth_dates[0]}
        yield Finding.warning(Code.PLACE_NOT_THEN, Field.TAX_CODE, text, **values)


def _birth_dates(plain: str, today: date) -> Iterator[date]:
    """The days that two digits of a year may mean for somebody alive today."""
    year, month, day = int(plain[6:8]), MONTHS.index(plain[8]) + 1, int(plain[9:11])
    for century in (today.year // 100 * 100, today.year // 100 * 100 - 100, today.year // 100 * 100 - 200):
        try:
            born_on = date(century + year, month, day - FEMALE if day > FEMALE else day)
        except ValueError:
            continue
        if born_on <= today and today.year - born_on.year <= OLDEST:
            yield born_on
