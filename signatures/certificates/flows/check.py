"""Whether an order may go: every check of what was typed, the same for the forms and for the moment of ordering."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from customers.identity import checks, contact_use, residence
from customers.identity.findings import Finding
from customers.identity.id_documents import IdDocument
from customers.identity.person import Person
from upstream import ProductFamily

from .. import steps
from ..models import Order, OrderFile
from .attach import files_of, missing_sides
from .contacts import KnownContacts
from .renewable import why_not_for
from .videos import can_have_video

Values = Mapping[str, Any]
Details = Mapping[str, Values]


@dataclass(frozen=True)
class Problem:
    """What stands in the way of ordering, in the reader's language, and the step where it is mended."""

    step: str
    text: str


def findings_of(order: Order, step: str, details: Details) -> list[Finding]:
    """What the checks say of a step, seen together with all the others. ``details`` may be unfinished."""
    today = timezone.localdate()
    values = details.get(step, {})
    match step:
        case steps.PERSON:
            return [*_of_person_alone(details, today), *_contacts(order, values)]
        case steps.BIRTH:
            # What the codice fiscale and the name say by themselves is asked where they are typed.
            told = {finding.key for finding in _of_person_alone(details, today)}
            found = checks.of_person(person_of(details), today=today)
            return [finding for finding in found if finding.key not in told]
        case steps.RESIDENCE:
            return _address(values, today)
        case steps.DOCUMENT:
            mrz = str(values.get("mrz") or "")
            return checks.of_document(
                document_of(values), person=person_of(details), mrz_text=mrz, today=today
            )
        case steps.OPTIONS if values.get("municipality"):
            return _address(values, today)
    return []


def problems_of(order: Order) -> list[Problem]:
    """All that stands in the way of ordering; empty when nothing does. Days pass, so what held may hold no more."""
    details = order.details
    names = steps.STEPS_OF[order.product_family]
    return [problem for step in names for problem in _problems(order, step, details)]


def _problems(order: Order, step: str, details: Details) -> Iterator[Problem]:
    if step == steps.PICTURES:
        yield from _missing_pictures(order)
        return
    values = details.get(step)
    if values is None and step == steps.OPTIONS and not steps.is_shipped(order):
        return
    if values is None:
        yield Problem(step, _("This step is not filled in yet."))
        return
    confirmed = set(values.get("confirmed") or ())
    for finding in findings_of(order, step, details):
        if finding.is_error or finding.key not in confirmed:
            yield Problem(step, finding.message)
    if step == steps.RENEWAL and (reason := why_not_for(order, values)):
        yield Problem(step, reason)
    if step == steps.RECOGNITION and not can_have_video(order, order.video_for):
        yield Problem(step, _("This order can no longer be given an identification by video."))


def _missing_pictures(order: Order) -> Iterator[Problem]:
    """Where the document travels with the order it must be there; elsewhere it may follow."""
    if not order.product_family.needs_document_at_order:
        return
    files = files_of(order)
    missing = missing_sides(order, files)
    if len(missing) == 1 and missing[0] == "id_back":
        yield Problem(steps.PICTURES, _("The back of the ID document is missing."))
    elif missing or OrderFile.Kind.ID_JOINED not in files:
        yield Problem(steps.PICTURES, _("The pictures of the ID document are missing."))


def needs_pictures(order: Order) -> bool:
    """Whether the maker sees an ID document of this order through us at all."""
    return order.product_family in {ProductFamily.STANDARD, ProductFamily.ARUBA}


def person_of(details: Details) -> Person:
    """Who the details speak of, as far as they do."""
    person, birth = details.get(steps.PERSON, {}), details.get(steps.BIRTH, {})
    return Person(
        tax_code=_text(person, "tax_code"),
        surname=_text(person, "surname"),
        given_name=_text(person, "given_name"),
        sex=_text(birth, "sex"),
        born_on=day_of(birth.get("born_on")),
        birth_place=_text(birth, "birth_place"),
        birth_province=_text(birth, "birth_province"),
        birth_country=_text(birth, "birth_country"),
    )


def document_of(values: Values) -> IdDocument:
    """The ID document of the details."""
    return IdDocument(
        kind=_text(values, "document_kind"),
        number=_text(values, "document_number"),
        issuer=_text(values, "document_issuer"),
        issued_on=day_of(values.get("document_issued_on")),
        expires_on=day_of(values.get("document_expires_on")),
        has_no_expiry=bool(values.get("has_no_expiry")),
    )


def day_of(value: Any) -> date | None:
    """A day that is kept in ISO, or typed already; None if there is none."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None


def _of_person_alone(details: Details, today: date) -> list[Finding]:
    alone = replace(
        person_of(details), sex="", born_on=None, birth_place="", birth_province="", birth_country=""
    )
    return checks.of_person(alone, today=today)


def _contacts(order: Order, values: Values) -> list[Finding]:
    return contact_use.check(
        tax_code=_text(values, "tax_code"),
        mobile=_text(values, "mobile"),
        email=_text(values, "email"),
        holders=KnownContacts(order),
    )


def _address(values: Values, today: date) -> list[Finding]:
    if (values.get("country") or "IT") != "IT":
        return []
    return residence.check(
        municipality=_text(values, "municipality"),
        province=_text(values, "province"),
        postal_code=_text(values, "postal_code"),
        on=today,
    )


def _text(values: Values, name: str) -> str:
    return str(values.get(name) or "")
