"""A person's age, as far as their codice fiscale tells it."""

from datetime import date

from stdnum.exceptions import ValidationError as NumberInvalid
from stdnum.it import codicefiscale

ADULT_YEARS = 18


def birth_date_of(tax_code: str, today: date) -> date | None:
    """The birth date in a checked codice fiscale; None where it holds none that can be read.

    The code has two digits of the year: the latest year that is not in the future counts.
    """
    try:
        return codicefiscale.get_birth_date(tax_code, minyear=today.year - 99)
    except (NumberInvalid, ValueError):
        return None


def is_adult(tax_code: str, today: date) -> bool:
    """Whether the person is of age; one whose birth date cannot be read is taken at their word."""
    born = birth_date_of(tax_code, today)
    if born is None:
        return True
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had_birthday) >= ADULT_YEARS
