"""CAPs: which comune has which, as far as anybody may know. Poste Italiane alone knows all."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from .places import known

# CAPs that begin with the same three digits are of one province; a few at its borders are not.
PREFIX = 3


def of(code: str) -> tuple[str, ...]:
    """The CAPs of a comune by its catastal code: one, or the zones of a divided city in order; none if it has ended."""
    return _by_comune().get(code, ())


def comuni(postal_code: str) -> tuple[str, ...]:
    """The catastal codes of the comuni that have this CAP; none if it is a hamlet's, or nobody's."""
    return _by_postal_code().get(postal_code, ())


def may_be_in(postal_code: str, provinces: frozenset[str]) -> bool:
    """Whether a CAP may be of one of these provinces, by its first digits."""
    return bool(_provinces_by_prefix().get(postal_code[:PREFIX], frozenset()) & provinces)


@cache
def _by_postal_code() -> Mapping[str, tuple[str, ...]]:
    lines = files(__package__).joinpath("data/postal_codes.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return {postal_code: tuple(codes) for postal_code, *codes in rows}


@cache
def _by_comune() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for postal_code, codes in _by_postal_code().items():
        for code in codes:
            found[code].append(postal_code)
    return {code: tuple(sorted(postal_codes)) for code, postal_codes in found.items()}


@cache
def _provinces_by_prefix() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for postal_code, codes in _by_postal_code().items():
        for code in codes:
            found[postal_code[:PREFIX]] |= known().provinces_of(code)
    return {prefix: frozenset(provinces) for prefix, provinces in found.items()}
