"""Whatever is typed, the checks answer: they never fail, and never take long."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.identity import agreement, checks, contact_use, mrz, names, residence, tax_code
from customers.identity.id_documents import IdDocument
from customers.identity.person import Person
from customers.identity.places import known
from customers.identity.tests.samples import TODAY, Holders

pytestmark = pytest.mark.sqlite_only

NASTY = [
    "", " ", "\x00", "\x00" * 16, "🙂" * 16, "A" * 100_000, "-" * 100_000, "ü" * 5_000, "(" * 1_000, "/" * 10_000,
    "RSSMRA85C15H50\u0661R", "ＲＳＳＭＲＡ８５Ｃ１５Ｈ５０１Ｒ", "Иванов", "محمد", "李", "a b " * 5_000, "%(typed)s", "%s%d%", "{0}",
    "<script>alert(1)</script>", "\ud800", "ﬁ", "İ", "ß", "Z", "Z999", "ND", "EE", "0" * 400, "'" * 300, "P" + "<" * 87,
    "C" + "<" * 89, "Comune di ", "Comune", "(TN)", "s.", "ss. ", "S. " * 200,
]  # fmt: skip
EDGES = [None, date.min, date.max, date(2024, 2, 29), TODAY]
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=60), st.characters(codec=None))
days = st.one_of(st.sampled_from(EDGES), st.dates())


def all_checks(text, other, day, another_day):
    person = Person(
        tax_code=text, surname=other, given_name=text, sex=other, born_on=day,
        birth_place=text, birth_province=other, birth_country=text,
    )  # fmt: skip
    document = IdDocument(
        kind=other, number=text, issuer=text, issued_on=another_day, expires_on=day, has_no_expiry=bool(text)
    )
    on_italy = Person(
        tax_code="BNCMLS90T41F205K", surname=text, given_name=other, birth_place=text, born_on=day
    )
    findings = [
        *checks.of_person(person, today=TODAY),
        *checks.of_person(on_italy, today=TODAY),
        *checks.of_document(document, person=person, mrz_text=text, today=TODAY),
        *residence.check(municipality=text, province=other, postal_code=text, on=TODAY),
        *contact_use.check(tax_code=text, mobile=other, email=text, holders=Holders()),
    ]
    for kind in ("cie", "passport", "driving_licence", "foreign_passport"):
        own = IdDocument(kind=kind, number=text, issuer=other, issued_on=day, expires_on=another_day)
        findings += checks.of_document(own, person=person, today=TODAY)
    agreement.suggestion(person)
    agreement.suggestion(on_italy)
    known().search(text, on=day, abroad=None)
    known().similar(text)
    tax_code.meant(text)
    assert all(finding.message and finding.key for finding in findings)


@pytest.mark.parametrize("text", NASTY, ids=[str(number) for number in range(len(NASTY))])
def test_nasty_texts_are_answered_at_once(text):
    started = time.process_time()
    for day in EDGES:
        all_checks(text, text, day, day)
    assert time.process_time() - started < 10


@settings(max_examples=100, deadline=None)
@given(texts, texts, days, days)
def test_anything_is_answered(text, other, day, another_day):
    all_checks(text, other, day, another_day)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="C<ITAPXYZ0123456789 \nO", max_size=120))
def test_any_zone_is_read_or_refused_with_a_reason(text):
    for finding in mrz.check(text):
        assert "%(" not in finding.message


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_a_name_always_has_three_letters_in_a_code(name):
    assert names.surname_part(name) in names.surname_parts(name)
    assert all(len(part) == 3 and part.isalpha() for part in names.given_name_parts(name))
