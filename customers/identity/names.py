"""Names and places as different offices write them: without accents, transliterated, in capitals.

Three offices, three spellings of Müller: the tax agency writes MULLER in codes before 2011 and MUELLER since
(circular 34/E of 2011), passports MUELLER, MULLER or MUXXLLER (ICAO 9303-3). So a name has several spellings, and two
writings of it agree when they share one.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product

# Letters that stay whole when accents are stripped.
PLAIN = str.maketrans(
    {
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "`": "'",
        "´": "'",
        "ß": "ss",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŋ": "n",
        "ŧ": "t",
    }
)
# What else than the bare letter offices write: the tax agency since 2011, and ICAO 9303-3, section 6.
ELSE: dict[str, tuple[str, ...]] = {
    "ä": ("ae",), "ö": ("oe",), "ü": ("ue", "uxx"), "å": ("aa",), "ø": ("oe",), "ñ": ("nxx",), "ß": ("sz",),
    "đ": ("dj",), "ð": ("dh",), "ő": ("oe",), "ű": ("ue",),
}  # fmt: skip
# No name or place is longer; what is typed beyond it makes no difference, and takes no time.
LONGEST = 300
# A name with many such letters has 2^n spellings; no real one needs more than this.
MOST_SPELLINGS = 64
VOWELS = frozenset("AEIOU")


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """For comparing and searching: small letters and digits without accents, words parted by single spaces."""
    bare = (
        unicodedata.normalize("NFKD", text[:LONGEST].casefold().translate(PLAIN))
        .encode("ascii", "ignore")
        .decode()
    )
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def letters(text: str) -> str:
    """The letters of a name in capitals, without accents, spaces, hyphens and apostrophes."""
    return re.sub(r"[^A-Z]", "", folded(text).upper())


def spellings(name: str) -> frozenset[str]:
    """The ``letters`` of a name in every way that an office may have written it."""
    composed = unicodedata.normalize("NFC", name[:LONGEST]).casefold()
    ways = [(character, *ELSE.get(character, ())) for character in composed]
    return frozenset(letters("".join(way)) for way in islice(product(*ways), MOST_SPELLINGS))


def words(name: str) -> list[str]:
    """The parts of a name that people leave out or swap: parted by spaces and hyphens, apostrophes kept."""
    return [word for word in re.split(r"[\s\-\N{EN DASH}]+", name[:LONGEST].strip()) if letters(word)]


def surname_parts(surname: str) -> frozenset[str]:
    """The three letters that a surname may have in a codice fiscale."""
    return frozenset(_three(*_parted(spelling)) for spelling in spellings(surname))


def given_name_parts(given_name: str) -> frozenset[str]:
    """The three letters that a given name may have: of four consonants and more, the second is left out."""
    return frozenset(_given_name_part(spelling) for spelling in spellings(given_name))


def surname_part(surname: str) -> str:
    """The three letters that a new code would have: by the transliteration in force since 2011."""
    return _three(*_parted(_as_since_2011(surname)))


def given_name_part(given_name: str) -> str:
    return _given_name_part(_as_since_2011(given_name))


def shorter(name: str) -> Iterator[str]:
    """A name with some of its words left out, the longest first: of "Anna Maria Luisa", "Anna Maria", "Anna Luisa"…"""
    parts = words(name)[:5]
    choices = (
        tuple(bool(number >> place & 1) for place in range(len(parts)))
        for number in range(1, 2 ** len(parts) - 1)
    )
    for chosen in sorted(choices, key=lambda choice: (sum(choice), choice), reverse=True):
        yield " ".join(part for part, is_kept in zip(parts, chosen, strict=True) if is_kept)


def _given_name_part(spelling: str) -> str:
    consonants, vowels = _parted(spelling)
    if len(consonants) > 3:
        consonants = consonants[0] + consonants[2:]
    return _three(consonants, vowels)


def _three(consonants: str, vowels: str) -> str:
    return (consonants[:3] + vowels + "XXX")[:3]


def _parted(spelling: str) -> tuple[str, str]:
    """Consonants and vowels, each in their order."""
    consonants = "".join(letter for letter in spelling if letter not in VOWELS)
    return consonants, "".join(letter for letter in spelling if letter in VOWELS)


def _as_since_2011(name: str) -> str:
    composed = unicodedata.normalize("NFC", name[:LONGEST]).casefold()
    return letters(
        "".join({"ä": "ae", "ö": "oe", "ü": "ue"}.get(character, character) for character in composed)
    )
