"""A place where people are born or live, and its name as people write it."""

from dataclasses import dataclass
from datetime import date

from django.utils import translation

from .names import folded
from .provinces import ABROAD

# Words by which official names differ from what people write: "Reggio nell'Emilia", "Reggio Emilia".
SMALL_WORDS = frozenset(
    "a ad al alla alle ai agli all con d da dal dalla de dei degli del della delle dell dello di e ed in l la le li lo "
    "nel nella nell sul sulla sull sulle".split()
)


@dataclass(frozen=True, slots=True)
class Place:
    """A comune for as long as its name and province were the same, or a state."""

    code: str
    name: str
    # The German, French or Slovene name of a comune; other names of a state.
    other_names: tuple[str, ...] = ()
    province: str = ABROAD
    since: date | None = None
    until: date | None = None
    # The ISO 3166-1 letters of a state; of one that has ended, of all those that came from it.
    iso: tuple[str, ...] = ("IT",)
    # What a state is called in other languages than Italian, by language.
    translated: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """As people are told of it: a comune with its province, a state in the reader's language."""
        if not self.is_abroad:
            return self.label
        return dict(self.translated).get((translation.get_language() or "")[:2], self.name)

    @property
    def is_abroad(self) -> bool:
        return self.code.startswith("Z")

    @property
    def has_ended(self) -> bool:
        return self.until is not None

    @property
    def label(self) -> str:
        """How people tell it from others of its name: "Samone (TN)"."""
        return self.name if self.is_abroad else f"{self.name} ({self.province})"

    def existed(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)

    def is_named(self, text: str) -> bool:
        """Whether this is how somebody may write its name: accents, capitals and small words don't matter."""
        typed = essence(text)
        return bool(typed) and any(essence(name) == typed for name in (self.name, *self.other_names))


def essence(text: str) -> str:
    """A name without the small words, unless it has no others."""
    words = folded(text).split()
    return " ".join(word for word in words if word not in SMALL_WORDS) or " ".join(words)


def name_and_province(text: str) -> tuple[str, str]:
    """ "Samone (TN)" in two; the province empty if none stands there, or not yet."""
    name, _bracket, rest = text.partition("(")
    letters = rest.rstrip(") ").strip().upper()
    return name, letters if len(letters) == 2 and letters.isalpha() else ""
