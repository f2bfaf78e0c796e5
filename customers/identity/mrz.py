"""The machine-readable zone of a card (TD1, three lines of 30) or a passport (TD3, two of 44), by ICAO 9303-5 and -4.

It is read as people type it: small letters, spaces, other signs for ``<``, lines run together or without their last
fillers, O where only a digit can stand. What cannot be read is said line by line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .findings import Code, Field, Finding

VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {
    "<": 0
}
WEIGHTS = (7, 3, 1)
# Signs that stand for the filler on keyboards without it, and in texts that were copied.
FILLERS = str.maketrans("«‹≤〈＜_", "<<<<<<")
DIGITS = str.maketrans("OQDIZSGB", "00012568")
LETTERS = str.maketrans("0158", "OISB")
CARD, PASSPORT = 30, 44
# Characters that were plainly meant for something longer; nothing else is read.
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Mrz:
    """What a machine-readable zone says. Dates are YYMMDD, with ``<`` for what is unknown and without the century."""

    lines: tuple[str, ...]
    document_code: str
    issuing_state: str
    number: str
    birth: str
    sex: str
    expiry: str
    nationality: str
    surname: str
    given_name: str
    optional: str
    # The field of the names was full, so that a name may be cut.
    is_cut: bool

    @property
    def is_passport(self) -> bool:
        return len(self.lines) == 2


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """A check digit that does not fit what it stands for."""

    line: int
    what: str | Promise
    found: str


class Unreadable(ValueError):
    """What was typed is no machine-readable zone; says why, for people."""

    def __init__(self, text: str | Promise, **values: object) -> None:
        super().__init__(str(text))
        self.text = text
        self.values = values


def check_digit(text: str) -> str:
    """The check digit of a field: weights 7 3 1, A=10 to Z=35, ``<``=0, modulo 10."""
    return str(sum(VALUES[character] * WEIGHTS[at % 3] for at, character in enumerate(text)) % 10)


def parse(text: str) -> Mrz:
    """Read what was typed. Raises ``Unreadable``; wrong check digits are ``wrong_digits``' business."""
    lines = _lines(text)
    return _passport(*lines) if len(lines) == 2 else _card(*lines)


def wrong_digits(mrz: Mrz) -> list[CheckDigit]:
    """Every check digit that does not fit, in reading order."""
    return list(_wrong_in_passport(*mrz.lines) if mrz.is_passport else _wrong_in_card(*mrz.lines))


def check(text: str) -> list[Finding]:
    """What is wrong with a typed zone by itself. A printed one always fits, so that what does not was mistyped."""
    if not text.strip():
        return []
    try:
        mrz = parse(text)
    except Unreadable as unreadable:
        return [Finding.error(Code.MRZ_INVALID, Field.MRZ, unreadable.text, **unreadable.values)]
    wrong = wrong_digits(mrz)
    # The last digit covers all the others: if one of them is wrong already, it says nothing new.
    shown = wrong[:-1] if len(wrong) > 1 and wrong[-1].line == 2 and wrong[-1].what == OVERALL else wrong
    said = _(
        "Line %(line)s, %(what)s: the check digit %(found)s does not fit. A character before it is mistyped."
    )
    values = ({"line": digit.line, "what": digit.what, "found": digit.found} for digit in shown)
    return [Finding.error(Code.MRZ_INVALID, Field.MRZ, said, **value) for value in values]


def matches(yymmdd: str, day: date) -> bool:
    """Whether a date of the zone may be this day: unknown parts fit all, and the century is not in it."""
    written = f"{day.year % 100:02}{day.month:02}{day.day:02}"
    return all(read in ("<", meant) for read, meant in zip(yymmdd, written, strict=True))


NUMBER, BIRTH, EXPIRY = _("number of the document"), _("birth date"), _("expiry")
PERSONAL, OVERALL = _("personal number"), _("last digit of the line")


def _lines(text: str) -> list[str]:
    """The lines, complete: three of 30 or two of 44."""
    if len(text) > LONGEST:
        raise Unreadable(_("This is too long for the machine-readable lines of a document."))
    typed = [re.sub(r"\s", "", line.translate(FILLERS)).upper() for line in text.splitlines()]
    typed = [line for line in typed if line]
    for number, line in enumerate(typed, start=1):
        if strange := re.search(r"[^A-Z0-9<]", line):
            raise Unreadable(
                _("Line %(line)s has the sign %(sign)s. Only letters, digits and < stand there."),
                line=number,
                sign=strange[0],
            )
    if len(typed) == 1:
        typed = _divided(typed[0])
    width = {2: PASSPORT, 3: CARD}.get(len(typed))
    if width is None:
        raise Unreadable(
            _("Type all machine-readable lines: three of 30 characters on a card, two of 44 in a passport.")
        )
    return [_filled(line, number, width) for number, line in enumerate(typed, start=1)]


def _divided(run: str) -> list[str]:
    """Lines that were typed as one."""
    width = PASSPORT if run.startswith("P") else CARD
    return [run[at : at + width] for at in range(0, len(run), width)]


def _filled(line: str, number: int, width: int) -> str:
    """A line with the fillers that were not typed, or without those that are too many."""
    if len(line) > width and set(line[width:]) == {"<"}:
        return line[:width]
    if len(line) < width and number == 2:
        # The fillers stand before the last check digit, in a passport before the last two.
        digits = 2 if width == PASSPORT else 1
        return line[:-digits].ljust(width - len(line[-digits:]), "<") + line[-digits:]
    if len(line) < width:
        return line.ljust(width, "<")
    if len(line) > width:
        raise Unreadable(
            _("Line %(line)s has %(count)s characters, and %(width)s stand on the document."),
            line=number,
            count=len(line),
            width=width,
        )
    return line


def _card(first: str, second: str, third: str) -> Mrz:
    if first[0] not in "CIA":
        raise Unreadable(_("The first line of a card begins with C, I or A."))
    second = (
        _digits(second, 0, 7) + second[7] + _digits(second, 8, 15) + second[15:29] + _digits(second, 29, 30)
    )
    first = first[:14] + _digits(first, 14, 15) + first[15:]
    surname, given_name = _names(third)
    number, optional = first[5:14], first[15:30]
    if first[14] == "<" and optional.strip("<"):
        # A number of more than nine characters goes on in the optional field, with its check digit at the end.
        rest = optional.split("<", 1)[0]
        number, optional = number + rest[:-1], optional[len(rest) :]
    return Mrz(
        lines=(first, second, third),
        document_code=first[:2].strip("<"),
        issuing_state=_letters(first[2:5]).strip("<"),
        number=number.strip("<"),
        birth=second[:6],
        sex=second[7].replace("<", ""),
        expiry=second[8:14],
        nationality=_letters(second[15:18]).strip("<"),
        surname=surname,
        given_name=given_name,
        optional=optional.strip("<"),
        is_cut=third[-1] != "<",
    )


def _passport(first: str, second: str) -> Mrz:
    if first[0] != "P":
        raise Unreadable(_("The first line of a passport begins with P."))
    second = (
        second[:9] + _digits(second, 9, 10) + _letters(second[10:13]) + _digits(second, 13, 20)
        + second[20] + _digits(second, 21, 28) + second[28:42] + _digits(second, 42, 44)
    )  # fmt: skip
    surname, given_name = _names(first[5:])
    return Mrz(
        lines=(first, second),
        document_code=first[:2].strip("<"),
        issuing_state=_letters(first[2:5]).strip("<"),
        number=second[:9].strip("<"),
        birth=second[13:19],
        sex=second[20].replace("<", ""),
        expiry=second[21:27],
        nationality=second[10:13].strip("<"),
        surname=surname,
        given_name=given_name,
        optional=second[28:42].strip("<"),
        is_cut=first[-1] != "<",
    )


def _names(field: str) -> tuple[str, str]:
    """Surname and given name, their words parted by spaces."""
    surname, _divider, given_name = _letters(field).partition("<<")
    return surname.replace("<", " ").strip(), given_name.replace("<", " ").strip()


def _digits(line: str, start: int, end: int) -> str:
    """A stretch where only digits stand, with digits for the letters that look like them."""
    return line[start:end].translate(DIGITS)


def _letters(text: str) -> str:
    """A stretch where only letters stand, with letters for the digits that look like them."""
    return text.translate(LETTERS)


def _wrong_in_card(first: str, second: str, third: str) -> Iterator[CheckDigit]:
    number, digit, optional = first[5:14], first[14], first[15:30]
    if digit == "<" and optional.strip("<"):
        rest = optional.split("<", 1)[0]
        number, digit = number + rest[:-1], rest[-1]
    yield from _wrong(1, NUMBER, number, digit)
    yield from _wrong(2, BIRTH, second[:6], second[6])
    yield from _wrong(2, EXPIRY, second[8:14], second[14])
    yield from _wrong(2, OVERALL, first[5:30] + second[:7] + second[8:15] + second[18:29], second[29])


def _wrong_in_passport(first: str, second: str) -> Iterator[CheckDigit]:
    yield from _wrong(2, NUMBER, second[:9], second[9])
    yield from _wrong(2, BIRTH, second[13:19], second[19])
    yield from _wrong(2, EXPIRY, second[21:27], second[27])
    # An empty personal number may have a filler for its check digit.
    if second[28:42].strip("<") or second[42] != "<":
        yield from _wrong(2, PERSONAL, second[28:42], second[42])
    yield from _wrong(2, OVERALL, second[:10] + second[13:20] + second[21:43], second[43])


def _wrong(line: int, what: str | Promise, text: str, found: str) -> Iterator[CheckDigit]:
    if check_digit(text) != found:
        yield CheckDigit(line, what, found)
