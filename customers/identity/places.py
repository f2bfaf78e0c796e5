"""Where people are born and live: comuni and states, each with the days on which it was there.

A place is known by its catastal code, the four characters that a codice fiscale ends with. A comune may have several
records, one for each stretch of time with the same name and province; a state is a code that begins with Z.

The data is python-codicefiscale's (archive of comuni of the national population register, with all that have ended
since 1861), completed by ``data/states.toml`` and ``data/provinces.toml``. It is read once into memory (see
docs/decisions.md for the measurement): a table would have to be filled anew for every version of it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache, cached_property

from . import place_data
from .names import folded
from .place import Place, essence, name_and_province
from .provinces import transfers

# "S. Giovanni", "S.ta Maria"
SAINTS = {
    "s": ("san", "santa", "santo", "sant", "santi"),
    "ss": ("santi",),
    "sta": ("santa",),
    "sto": ("santo",),
}
DAY = timedelta(days=1)
# When a comune is succeeded by one of more than these, saying which they were helps nobody.
MOST_SUCCESSORS = 3


class Places:
    """All places, by code and by name. One for the process: ``known()``."""

    def __init__(self, records: Iterable[Place]) -> None:
        by_code: dict[str, list[Place]] = defaultdict(list)
        for place in records:
            by_code[place.code].append(place)
        self._by_code = {
            code: tuple(sorted(records, key=lambda place: place.since or date.min))
            for code, records in by_code.items()
        }

    def with_code(self, code: str) -> tuple[Place, ...]:
        """The records of a catastal code, oldest first; none if nobody knows the code."""
        return self._by_code.get(code.upper(), ())

    def at(self, code: str, on: date | None) -> Place | None:
        """The record of a code on a day; if it was not there then, the nearest one. None if nobody knows the code."""
        records = self.with_code(code)
        if not records or on is None:
            return records[-1] if records else None
        return next(
            (place for place in records if place.existed(on)),
            min(records, key=lambda place: _away(place, on)),
        )

    @cached_property
    def newest_code(self) -> str:
        """The last catastal code that was given to a comune, as far as the archive knows."""
        return max(code for code, records in self._by_code.items() if not records[0].is_abroad)

    def existed(self, code: str, on: date) -> bool:
        """Whether the code was there on a day."""
        return any(place.existed(on) for place in self.with_code(code))

    def named(self, text: str, *, abroad: bool | None = None) -> list[Place]:
        """Every record that may be meant by a name, whatever its dates; ``abroad`` keeps states, or comuni, alone."""
        name, province = name_and_province(text)
        # "Bolzano/Bozen": either of the two names will do.
        either = next((part for part in (name, *name.split("/", 2)) if essence(part) in self._by_essence), "")
        found = [
            place
            for place in self._by_essence.get(essence(either), ())
            if abroad is None or place.is_abroad is abroad
        ]
        return [place for place in found if place.province == province] if province else found

    def search(
        self, text: str, *, on: date | None = None, abroad: bool | None = False, limit: int = 10
    ) -> list[Place]:
        """Places named like what is being typed, the likeliest first; with a day, only those that were there then.

        Every word typed begins a word of the name, in the same order: "reggio em" finds Reggio nell'Emilia. Accents,
        capitals and apostrophes don't matter, and "s." stands for San, Santa and Santo.
        """
        name, province = name_and_province(text)
        typed = folded(name).split()[:8]
        if not typed or limit < 1:
            return []
        best: dict[str, tuple[tuple[object, ...], Place]] = {}
        for first in SAINTS.get(typed[0], ()) or (typed[0],):
            for words, position, place in self._beginning_with(first):
                if (abroad is not None and place.is_abroad is not abroad) or (
                    on is not None and not place.existed(on)
                ):
                    continue
                if (province and place.province != province) or not _begin([first, *typed[1:]], words):
                    continue
                is_all = " ".join(words) == " ".join([first, *typed[1:]])
                rank = (position > 0, not is_all, place.has_ended, folded(place.name), place.province)
                if place.code not in best or rank < best[place.code][0]:
                    best[place.code] = (rank, place)
        return [place for _, place in sorted(best.values(), key=lambda entry: entry[0])[:limit]]

    def similar(self, text: str, *, abroad: bool = False, limit: int = 3) -> list[Place]:
        """Places of today whose names are nearly what was typed, with the same first letter: for "did you mean"."""
        typed = essence(name_and_province(text)[0])
        if not typed:
            return []
        start, end = typed[0], chr(ord(typed[0]) + 1)
        keys = self._essences[bisect_left(self._essences, start) : bisect_left(self._essences, end)]
        found: dict[str, Place] = {}
        for key in get_close_matches(typed, keys, n=limit * 2, cutoff=0.8):
            for place in self._by_essence[key]:
                if place.is_abroad is abroad and not place.has_ended:
                    found.setdefault(place.code, place)
        return list(found.values())[:limit]

    def successors(self, code: str) -> tuple[Place, ...]:
        """What a comune that has ended became: the ones begun the day after in its province, narrowed by name.

        The archive does not say it, so this is inferred: one is certain, up to three are named as "one of", and none
        means that it joined a comune that was there already, or that it cannot be told.
        """
        records = self.with_code(code)
        if not records or (end := records[-1].until) is None:
            return ()
        begun = [
            place for place in self._begun_on.get(end + DAY, ()) if place.province == records[-1].province
        ]
        if len(begun) > 1:
            own = set(folded(records[-1].name).split())
            begun = [place for place in begun if own <= set(folded(place.name).split())] or begun
        return tuple(begun) if len(begun) <= MOST_SUCCESSORS else ()

    def predecessors(self, code: str) -> tuple[Place, ...]:
        """The comuni, as they ended, that surely became this one."""
        records = self.with_code(code)
        ended = self._ended_on.get(records[0].since - DAY, ()) if records and records[0].since else ()
        return tuple(place for place in ended if [s.code for s in self.successors(place.code)] == [code])

    def states_of(self, iso: str) -> frozenset[str]:
        """The codes of a country by its ISO letters, with those of states that its people were born in before."""
        return self._by_iso.get(iso.upper(), frozenset())

    def state(self, iso: str) -> Place | None:
        """The state of today with these ISO letters."""
        codes = sorted(self.states_of(iso))
        places = [self.with_code(code)[-1] for code in codes]
        return next((p for p in places if p.iso[0] == iso.upper() and p.translated and not p.has_ended), None)

    def provinces_of(self, code: str, since: date | None = None) -> frozenset[str]:
        """The provinces that a comune was counted to from a day on: papers name the one of then or the one of today."""
        records = [
            place
            for place in self.with_code(code)
            if not since or place.until is None or place.until >= since
        ]
        moved = {province for transfer in transfers() if code in transfer.comuni for province in transfer.to}
        return frozenset(place.province for place in records) | moved

    @cached_property
    def _index(self) -> list[tuple[str, int, Place]]:
        """Every name from each of its words on, sorted: "la spezia" is found by "la s" and by "spezia"."""
        entries = [
            (" ".join(words[position:]), position, place)
            for place in self._every()
            for name in (place.name, *place.other_names)
            for words in [folded(name).split()]
            for position in range(len(words))
        ]
        return sorted(entries, key=lambda entry: entry[:2])

    @cached_property
    def _keys(self) -> list[str]:
        return [key for key, _, _ in self._index]

    @cached_property
    def _by_essence(self) -> dict[str, list[Place]]:
        places: dict[str, list[Place]] = defaultdict(list)
        for place in self._every():
            for name in {essence(name) for name in (place.name, *place.other_names)}:
                places[name].append(place)
        return dict(places)

    @cached_property
    def _essences(self) -> list[str]:
        return sorted(self._by_essence)

    @cached_property
    def _by_iso(self) -> dict[str, frozenset[str]]:
        codes: dict[str, set[str]] = defaultdict(set)
        for place in self._every():
            if place.is_abroad:
                for iso in place.iso:
                    codes[iso].add(place.code)
        return {iso: frozenset(found) for iso, found in codes.items()}

    @cached_property
    def _begun_on(self) -> dict[date, list[Place]]:
        begun: dict[date, list[Place]] = defaultdict(list)
        for records in self._by_code.values():
            if records[0].since and not records[0].is_abroad:
                begun[records[0].since].append(records[0])
        return begun

    @cached_property
    def _ended_on(self) -> dict[date, list[Place]]:
        ended: dict[date, list[Place]] = defaultdict(list)
        for records in self._by_code.values():
            if records[-1].until and not records[-1].is_abroad:
                ended[records[-1].until].append(records[-1])
        return ended

    def _every(self) -> Iterator[Place]:
        for records in self._by_code.values():
            yield from records

    def _beginning_with(self, word: str) -> Iterator[tuple[list[str], int, Place]]:
        for at in range(bisect_left(self._keys, word), len(self._keys)):
            key, position, place = self._index[at]
            if not key.startswith(word):
                return
            yield key.split(), position, place


@cache
def known() -> Places:
    """All places that there are and were. The first call reads them."""
    return Places([*place_data.comuni(), *place_data.states()])


def _away(place: Place, on: date) -> timedelta:
    """How far a day is from the time of a record."""
    if place.since and on < place.since:
        return place.since - on
    return on - place.until if place.until and on > place.until else timedelta()


def _begin(typed: list[str], words: list[str]) -> bool:
    """Whether the typed words begin words of a name, in order; the first begins the first."""
    rest = iter(words)
    return next(rest, "").startswith(typed[0]) and all(any(w.startswith(t) for w in rest) for t in typed[1:])
