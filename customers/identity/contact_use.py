"""Whether a mobile or an e-mail is another person's: at the maker each belongs to one codice fiscale only.

Issue and renewal stop there when two people share one (guide.pec.it/rinnovo-firma-remota.aspx), weeks after the
payment: so it is an error here. Who the other is, is said to nobody. Who keeps people answers the question; here is
only what is asked and how the answer is judged.
"""

from collections.abc import Collection
from typing import Protocol

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.contacts import mobile_number
from customers.identifiers import compact

from .findings import Code, Field, Finding
from .tax_code import without_omocodia


class ContactHolders(Protocol):
    """What an app knows of contacts: the tax codes of the people, of any customer, whose they are now."""

    def of_mobile(self, mobile: str) -> Collection[str]:
        """By a number in E.164."""

    def of_email(self, email: str) -> Collection[str]:
        """By an address in small letters."""


def check(*, tax_code: str, mobile: str, email: str, holders: ContactHolders) -> list[Finding]:
    """The contacts that belong to somebody with another tax code. Nothing without a tax code to compare with."""
    own = same_person(tax_code)
    if not own:
        return []
    found = []
    if (number := kept_mobile(mobile)) and _are_others(own, holders.of_mobile(number)):
        text = _(
            "This mobile is already used for another person. Each needs their own, or the certificate is not issued."
        )
        found.append(Finding.error(Code.CONTACT_SHARED, Field.MOBILE, text))
    if (address := kept_email(email)) and _are_others(own, holders.of_email(address)):
        text = _(
            "This e-mail is already used for another person. Each needs their own, or the certificate is not issued."
        )
        found.append(Finding.error(Code.CONTACT_SHARED, Field.EMAIL, text))
    return found


def same_person(tax_code: str) -> str:
    """What two codes share that may be one person's: whoever turns out to have a double gets a code with omocodia.

    That the double shares a contact too is too rare to refuse a person's own. Other shapes are taken as they are.
    """
    code = compact(tax_code)
    return without_omocodia(code) if len(code) == 16 else code


def kept_mobile(typed: str) -> str:
    """A number as it is kept; empty if it is none, which is the form's to say."""
    try:
        return mobile_number(typed)
    except ValidationError:
        return ""


def kept_email(typed: str) -> str:
    """An address as it is compared."""
    return typed.strip().casefold()


def _are_others(own: str, tax_codes: Collection[str]) -> bool:
    return any(same_person(code) != own for code in tax_codes)
