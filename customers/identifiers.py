"""Identifiers of organisations and people: partita IVA, codice fiscale, EU VAT numbers, postal codes.

Every function takes what was typed and returns it as it is kept, or raises ``ValidationError`` with a
sentence that says what is wrong and how to mend it. What is odd but may be right is asked for apart
(``has_known_office``, ``is_generic_postal_code``): it is worth a warning, never a refusal.
"""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import luhn
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as NumberInvalid
from stdnum.it import codicefiscale

from .countries import EU
from .identity import provinces

# Current provinces, and those that have ended, since old addresses still name them.
PROVINCES = provinces.codes_since(date(1948, 1, 1))
# CAPs of whole cities, which ended when the cities were divided into postal zones.
GENERIC_POSTAL_CODES = frozenset(
    "00100 06100 09100 10100 15100 16100 19100 20100 24100 25100 29100 30100 34100 35100 37100 38100 40100 41100 42100 "
    "43100 44100 47023 47100 47900 48100 50100 56100 57100 60100 61100 65100 70100 71100 74100 80100 84100 89100 90100 "
    "95100 98100".split()
)
OFFICES_OUTSIDE_THE_PROVINCES = frozenset({120, 121, 888, 999})
# Letters that stand for digits where two people's codes would be the same (omocodia), in order 0 to 9.
OMOCODIA = str.maketrans("LMNPQRSTUV", "0123456789")


def compact(text: str) -> str:
    """What was typed, in capitals, without spaces, dots, dashes and slashes."""
    return re.sub(r"[\s.\-/]", "", text).upper()


def partita_iva(text: str) -> str:
    """An Italian VAT number: 11 digits, the last a Luhn check digit (DPR 633/72 art. 35). ``IT`` may precede it.

    The digits of the tax office are not checked here: an unknown office is rare, but real (``has_known_office``).
    """
    number = compact(text).removeprefix("IT")
    if not re.fullmatch(r"[0-9]{11}", number):
        raise ValidationError(_("A partita IVA has 11 digits."), "length")
    if number == "0" * 11:
        raise ValidationError(_("A partita IVA is not all zeros."), "zero")
    if not luhn.is_valid(number):
        raise ValidationError(
            _("The last digit does not fit the others: a digit is mistyped or two are swapped."), "check"
        )
    return number


def has_known_office(number: str) -> bool:
    """Whether digits 8 to 10 of a partita IVA name a tax office: 001 to 100, 120, 121, 888 or 999."""
    office = int(number[7:10])
    return 1 <= office <= 100 or office in OFFICES_OUTSIDE_THE_PROVINCES


def codice_fiscale_of_person(text: str) -> str:
    """A person's tax code: 16 characters with a check character, omocodia allowed (DM 23.12.1976)."""
    code = compact(text)
    if len(code) != 16:
        raise ValidationError(_("A person's codice fiscale has 16 characters."), "length")
    try:
        codicefiscale.validate(code)
    except InvalidChecksum as error:
        raise ValidationError(
            _("The last letter does not fit the others: a character is mistyped or two are swapped."), "check"
        ) from error
    except NumberInvalid as error:
        raise _impossible() from error
    # stdnum takes the day modulo 40, so that 81 to 99 would pass; a woman's day ends at 71.
    if int(code[9:11].translate(OMOCODIA)) > 71:
        raise _impossible()
    return code


def _impossible() -> ValidationError:
    return ValidationError(_("This codice fiscale holds a date or a character that cannot be."), "shape")


def codice_fiscale(text: str) -> str:
    """The tax code of a person (16 characters) or of an entity (11 digits, checked like a partita IVA)."""
    code = compact(text)
    if re.fullmatch(r"[0-9]{11}", code):
        return partita_iva(code)
    if len(code) != 16:
        raise ValidationError(
            _("A codice fiscale has 16 characters, or 11 digits for an organisation."), "length"
        )
    return codice_fiscale_of_person(code)


def eu_vat_number(text: str, country: str) -> str:
    """A VAT number of another EU country with its prefix (``EL`` for Greece), by that country's own rules.

    Whether it is registered (VIES) is another question, and never asked here.
    """
    if country not in EU:
        raise ValidationError(_("Choose a country of the EU other than Italy, or another kind."), "country")
    prefix = "EL" if country == "GR" else country
    number = compact(text).removeprefix(country).removeprefix(prefix)
    try:
        return vat.validate(prefix + number)
    except InvalidLength as error:
        raise ValidationError(_("A VAT number of this country has another length."), "length") from error
    except NumberInvalid as error:
        raise ValidationError(
            _("This is no VAT number of this country: check it digit by digit."), "check"
        ) from error


def italian_postal_code(text: str) -> str:
    """A CAP: five digits."""
    code = compact(text)
    if not re.fullmatch(r"[0-9]{5}", code):
        raise ValidationError(_("A CAP has five digits."), "length")
    return code


def is_generic_postal_code(code: str) -> bool:
    """Whether a CAP stands for a whole city that has been divided into postal zones, such as 00100."""
    return code in GENERIC_POSTAL_CODES


def italian_province(text: str) -> str:
    """The two letters of an Italian province."""
    code = compact(text)
    if code not in PROVINCES:
        raise ValidationError(_("Enter the two letters of the province, such as FI."), "province")
    return code


def recipient_code(text: str, *, is_public_body: bool) -> str:
    """A codice destinatario: 7 characters, of public bodies 6 (FatturaPA, specifications 1.9.1, field 1.1.4)."""
    code = compact(text)
    length = 6 if is_public_body else 7
    if not re.fullmatch(rf"[A-Z0-9]{{{length}}}", code):
        raise ValidationError(
            _("The recipient code of a public body has 6 letters or digits.")
            if is_public_body
            else _("A recipient code has 7 letters or digits; 0000000 if you have none."),
            "recipient_code",
        )
    return code


def cig(text: str) -> str:
    """The code of a public tender (CIG): 10 letters and digits."""
    code = compact(text)
    if not re.fullmatch(r"[A-Z0-9]{10}", code):
        raise ValidationError(_("A CIG has 10 letters or digits."), "cig")
    return code


def cup(text: str) -> str:
    """The code of a public investment (CUP): 15 letters and digits, the first a letter."""
    code = compact(text)
    if not re.fullmatch(r"[A-Z][A-Z0-9]{14}", code):
        raise ValidationError(_("A CUP has 15 letters or digits and begins with a letter."), "cup")
    return code
