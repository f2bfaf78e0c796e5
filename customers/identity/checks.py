"""All checks of a person, and of a person's document, in the order of a form."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from . import agreement, birthplace, id_documents, mrz, mrz_agreement, tax_code
from .findings import Code, Field, Finding
from .id_documents import IdDocument
from .person import Person


def of_person(person: Person, *, today: date) -> list[Finding]:
    """The codice fiscale, the birthplace, and whether all of it agrees. What has not been typed yet is not judged."""
    return [
        *tax_code.check(person.tax_code, today=today),
        *_birth_date(person, today),
        *birthplace.check(person),
        *agreement.check(person, today=today),
    ]


def of_document(document: IdDocument, *, person: Person, mrz_text: str = "", today: date) -> list[Finding]:
    """The document, its machine-readable lines if they were typed, and whether they agree with all else."""
    return [
        *id_documents.check(document, born_on=person.born_on, today=today),
        *mrz.check(mrz_text),
        *mrz_agreement.check(mrz_text, person=person, document=document),
    ]


def _birth_date(person: Person, today: date) -> Iterator[Finding]:
    if person.born_on is None:
        return
    if person.born_on > today:
        text = _("The birth date is still to come.")
    elif today.year - person.born_on.year > tax_code.OLDEST:
        text = _("The birth date is too long ago. Check the year.")
    else:
        return
    yield Finding.error(Code.BIRTH_DATE_IMPOSSIBLE, Field.BORN_ON, text)
