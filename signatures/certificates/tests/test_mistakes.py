"""The labelled list of seeded mistakes (``customers.identity.tests``), each through the real form: named beside its field.

A mistake is typed into the pages of a real order. The page that refuses it must say it beside the field, or, where the
field stands on an earlier page, among the points to confirm; an error stops, a warning lets pass with a reason.
"""

from datetime import date, datetime
from typing import Any

import pytest
import time_machine

from customers.identity.findings import Severity
from customers.identity.tests.samples import TODAY
from customers.identity.tests.test_mistakes import GOOD, MISTAKES
from customers.tests.factories import member_client
from signatures.certificates.flows.draft import save_step
from signatures.certificates.forms import FORMS

from .factories import OrderFactory, details, sold
from .filling import asked_to_confirm, begin, post, said_beside

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]
STEPS = ("person", "birth", "residence", "document")
# Here the page leaves no room for them: the province of a birth abroad is not asked, and countries are chosen.
NOT_POSSIBLE_HERE = {"a province for a birth abroad": set(), "no such country of birth": {"birth_country"}}
# The first page knows only the names: there it names them, and the next one says that the whole code is another's.
NAMED_BEFORE = {"somebody else's code": {"given_name", "surname"}}


@pytest.fixture
def client(settings: Any) -> Any:
    with time_machine.travel(datetime(TODAY.year, TODAY.month, TODAY.day, 12), tick=False):
        sold("KEY")
        yield member_client("sender")[0]


def typed(application: Any) -> dict[str, dict[str, str]]:
    """What somebody types for this application, page by page."""
    person, document = application.person, application.document
    return {
        "person": {
            "given_name": person.given_name, "surname": person.surname, "tax_code": person.tax_code,
            "email": application.email, "mobile": application.mobile, "language": "it",
        },
        "birth": {
            "sex": person.sex, "born_on": _day(person.born_on), "birth_country": person.birth_country,
            "birth_place": person.birth_place, "birth_province": person.birth_province,
        },
        "residence": {
            "country": "IT", "street": "Via dei Mille 12", "municipality": application.municipality,
            "province": application.province, "postal_code": application.postal_code,
        },
        "document": {
            "document_kind": document.kind, "document_number": document.number, "document_issuer": document.issuer,
            "document_issued_on": _day(document.issued_on), "document_expires_on": _day(document.expires_on),
            "mrz": application.lines, **({"has_no_expiry": "on"} if document.has_no_expiry else {}),
        },
    }  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def walk(client: Any, application: Any) -> tuple[set[str], set[str]]:
    """Fill in all pages. Returns the fields that something was said of, and those that were refused for good."""
    order = begin(client, "KEY")
    named: set[str] = set()
    refused: set[str] = set()
    for step, values in typed(application).items():
        answer = post(client, order, step, values)
        if answer.status_code == 302:
            continue
        form, beside, points = answer.context["form"], said_beside(answer), asked_to_confirm(answer)
        for finding in form.findings:
            place = beside.get(finding.field.value, "") if finding.field.value in form.fields else points
            assert finding.message in place or finding.message in points, (finding.message, beside, points)
            if finding.field.value in form.fields:
                assert finding.message in beside[finding.field.value]
        named |= {finding.field.value for finding in form.findings} | {
            name for name, text in beside.items() if name in form.fields and "confirm" not in name
        }
        errors = {name for name in form.errors if not name.startswith("confirm")}
        if not errors:
            reasons = {
                "confirmed": [w.key for w in form.open_warnings],
                "confirmation_reason": "It says so there.",
            }
            again = post(client, order, step, values, **reasons)
            assert again.status_code == 302, (said_beside(again), asked_to_confirm(again))
        else:
            refused |= errors
            # What an error keeps out is put in by hand, so that the next page meets it too.
            kept = {n: v for n, v in form.values().items() if v not in (None, "")}
            save_step(order, step, {**values, **kept})
    return named, refused


def others_contact(application: Any) -> None:
    """Somebody else has the mobile or the e-mail already, in an order of another customer."""
    for name, value in (("mobile", "+393331234567"), ("email", "maria@example.it")):
        for tax_code in application.holders.known.get(name, []):
            contact = {"mobile": "+393339999999", "email": "someone@example.it", name: value}
            OrderFactory(identifying=True, details=details(person={"tax_code": tax_code, **contact}))


@pytest.mark.parametrize("application", GOOD.values(), ids=GOOD)
def test_nothing_is_said_where_everything_agrees(client, application):
    assert walk(client, application) == (set(), set())


@pytest.mark.parametrize(
    ("label", "application", "changes", "expected"), MISTAKES, ids=[m[0] for m in MISTAKES]
)
def test_a_mistake_is_named_beside_its_field_on_the_real_pages(client, label, application, changes, expected):
    changed = application.with_(**changes)
    others_contact(changed)
    named, refused = walk(client, changed)
    fields = NOT_POSSIBLE_HERE.get(label, {field for field, _code, _severity in expected})
    # What a sample leaves empty to be about one thing alone, the page asks for.
    left_empty = {
        name for values in typed(changed).values() for name, value in values.items() if not value
    } & refused
    assert fields <= named
    assert named - fields <= left_empty | NAMED_BEFORE.get(label, set())
    errors = {field for field, _code, severity in expected if severity == Severity.ERROR}
    assert errors <= refused


def test_every_field_of_the_findings_is_on_some_page():
    order = OrderFactory(code="KEY")
    fields = {name for step in STEPS for name in FORMS[step](order=order).fields}
    assert {field for *_rest, expected in MISTAKES for field, _code, _severity in expected} <= fields
