"""Texts that an e-invoice can hold: Latin-1 and nothing else, so others are written in its letters."""

import re
import unicodedata

# What decomposition does not take apart, as it is commonly written with the letters at hand.
WRITTEN = {
    "€": "EUR", "’": "'", "‘": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"',
    "‹": "<", "›": ">", "–": "-", "—": "-", "―": "-", "‐": "-", "‑": "-", "−": "-", "…": "...", "•": "-",
    "™": "TM", "№": "N.", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ı": "i", "ĸ": "k",
    "ŋ": "n", "Ŋ": "N", "œ": "oe", "Œ": "OE", "ſ": "s", "ŧ": "t", "Ŧ": "T", "ẞ": "SS", "ə": "a", "Ə": "A",
    "ƒ": "f", "⁄": "/", "×": "x",
}  # fmt: skip


class NotLatin(ValueError):
    """A text holds letters of another script: ``characters``. Somebody must say how they are written in ours."""

    def __init__(self, characters: str) -> None:
        super().__init__(f"not in Latin-1: {characters}")
        self.characters = characters


def to_latin(text: str) -> str:
    """The text in Latin-1, on one line. Accents that Latin-1 has stay, others fall off. Raises ``NotLatin``."""
    written = "".join(_character(one) for one in unicodedata.normalize("NFC", text))
    foreign = "".join(dict.fromkeys(one for one in written if ord(one) > 0xFF))
    if foreign:
        raise NotLatin(foreign)
    return re.sub(r"\s+", " ", written).strip()


def _character(one: str) -> str:
    if one in WRITTEN:
        return WRITTEN[one]
    if unicodedata.category(one) in {"Cc", "Zl", "Zp", "Zs"}:
        return " "
    if unicodedata.category(one) == "Cf":  # joiners, marks of direction, soft hyphens: nothing to be seen
        return ""
    if ord(one) <= 0xFF:
        return one
    return _bare(unicodedata.normalize("NFKD", one))


def _bare(parts: str) -> str:
    """A letter taken apart, put together again as far as Latin-1 goes: of two accents on an e, the one that it has."""
    written = ""
    for part in parts:
        if not unicodedata.combining(part):
            written += WRITTEN.get(part, part)
        elif written:
            together = unicodedata.normalize("NFC", written[-1] + part)
            written = written[:-1] + (together if len(together) == 1 and together <= "\xff" else written[-1])
    return written
