"""What a check has found, as one small type, and the sentences it is said in."""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from django.db.models import Choices
from django.utils import formats
from django.utils.functional import Promise

from .place import Place


class Severity(StrEnum):
    """An error refuses; a warning is confirmed with a reason."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """Why something was found. The first nine are also the reasons that staff return an application with."""

    TAX_CODE_INVALID = "tax_code_invalid"
    TAX_CODE_MISMATCH = "tax_code_mismatch"
    NAME_MISMATCH = "name_mismatch"
    BIRTH_DATE_MISMATCH = "birth_date_mismatch"
    BIRTHPLACE_MISMATCH = "birthplace_mismatch"
    CONTACT_SHARED = "contact_shared"
    DOCUMENT_EXPIRED = "document_expired"
    DOCUMENT_EXPIRES_SOON = "document_expires_soon"
    DOCUMENT_KIND_NOT_ACCEPTED = "document_kind_not_accepted"
    DOCUMENT_NOT_DECLARED_ONE = "document_not_declared_one"
    SEX_MISMATCH = "sex_mismatch"
    BIRTH_DATE_IMPOSSIBLE = "birth_date_impossible"
    PLACE_UNKNOWN = "place_unknown"
    PLACE_NOT_THEN = "place_not_then"
    PROVINCE_MISMATCH = "province_mismatch"
    POSTAL_CODE_INVALID = "postal_code_invalid"
    POSTAL_CODE_MISMATCH = "postal_code_mismatch"
    DOCUMENT_NUMBER_ODD = "document_number_odd"
    DOCUMENT_ISSUER_ODD = "document_issuer_odd"
    DOCUMENT_DATES_IMPOSSIBLE = "document_dates_impossible"
    DOCUMENT_DATES_ODD = "document_dates_odd"
    MRZ_INVALID = "mrz_invalid"
    MRZ_MISMATCH = "mrz_mismatch"


class Field(StrEnum):
    """Where a finding belongs: what the forms call their fields."""

    TAX_CODE = "tax_code"
    SURNAME = "surname"
    GIVEN_NAME = "given_name"
    SEX = "sex"
    BORN_ON = "born_on"
    BIRTH_PLACE = "birth_place"
    BIRTH_PROVINCE = "birth_province"
    BIRTH_COUNTRY = "birth_country"
    MUNICIPALITY = "municipality"
    PROVINCE = "province"
    POSTAL_CODE = "postal_code"
    DOCUMENT_KIND = "document_kind"
    DOCUMENT_NUMBER = "document_number"
    DOCUMENT_ISSUER = "document_issuer"
    DOCUMENT_ISSUED_ON = "document_issued_on"
    DOCUMENT_EXPIRES_ON = "document_expires_on"
    MRZ = "mrz"
    MOBILE = "mobile"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``text`` is translated, and ``values`` put into it, when read: in the reader's language."""

    code: Code
    field: Field
    severity: Severity
    text: str | Promise
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def error(cls, code: Code, field: Field, text: str | Promise, **values: Any) -> Self:
        return cls(code, field, Severity.ERROR, text, values)

    @classmethod
    def warning(cls, code: Code, field: Field, text: str | Promise, **values: Any) -> Self:
        return cls(code, field, Severity.WARNING, text, values)

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def message(self) -> str:
        """What is wrong and what it would be, in the current language."""
        return str(self.text) % {name: _said(value) for name, value in self.values.items()}

    @property
    def key(self) -> str:
        """The same for the same finding of the same values, in every language: what a confirmation refers to."""
        facts = [self.code.value, *((name, _fact(value)) for name, value in sorted(self.values.items()))]
        return f"{self.field.value}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"


def errors(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.is_error]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if not finding.is_error]


def _fact(value: Any) -> str:
    """A value in the same words in every language."""
    # A choice says its value, not its label.
    if isinstance(value, Place):
        return value.code
    return value.isoformat() if isinstance(value, date) else str(value)


def _said(value: Any) -> str:
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    return str(value.label) if isinstance(value, Choices) else str(value)
