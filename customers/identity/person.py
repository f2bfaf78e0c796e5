"""Who somebody says they are: the typed data, as far as there are any yet."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What was typed of a person. What is empty has not been typed yet, and nothing is said about it."""

    tax_code: str = ""
    surname: str = ""
    given_name: str = ""
    # M or F.
    sex: str = ""
    born_on: date | None = None
    # A comune by its name or catastal code; abroad a town, which nobody checks.
    birth_place: str = ""
    # Two letters or a name; EE abroad.
    birth_province: str = ""
    # ISO 3166-1 letters, a catastal code (for states that have ended), or a name. Empty means Italy.
    birth_country: str = ""
