"""What PostgreSQL writes is byte for byte what Python writes, whatever stands in a line."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from billing.exports.dialects import DIALECTS
from billing.exports.usage import CUSTOMER_COLUMNS, STAFF_COLUMNS, lines_in_python, usage_export
from billing.exports.usage_in_sql import CHUNK, lines_in_sql
from billing.models import Usage
from billing.periods import Period
from billing.usage_report import usage_lines

from .invoice_factories import MONTH, correct, customer, use

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
PERIOD = Period.month_of(MONTH)
PRICES = ["0.95", "0.0065", "0.00000001", "14.20", "100", "9999999.12345678", "1.50000001"]
NASTY = [
    "plain", "", " ", '"', '""', "a;b", 'a"b', "a,b", "a;\"b\"\r\nc", "=1+1", "+39", "-5", "@x", "\t=x", "\r=x", "\n=x",
    "a\nb", "a\n", "a\r\n", "a\r\r\n", "\n", "\r\n\r\n", "a\x0bb", "a\x0c", "a\x1cb\x1d\x1e", "a\x85b", "a\u2028b\u2029",
    "100 % 'sicuro'", "\\", "\\.", "\\n", "Œuvre – 1 €", "株式会社", "'=already", "=;", '="', "a'b;c", "%s", "%(x)s", "{x}",
]  # fmt: skip
WORDS = {
    "product_name": (
        "product",
        {"simple_signature": 'Firma "semplice"; elettronica', "order:KEY": "=KEY, mit Komma"},
    ),
    "paid_by": ("funding", {"postpaid": 'a "bill"; later, =1', "free": "free"}),
}


@pytest.fixture
def nasty_lines():
    """Each text in each column, each price, corrections, three products of which one has no name any more."""
    chance = random.Random(20261126)
    for number, text in enumerate(NASTY):
        house = customer(name=text[:80])
        at = PERIOD.start + timedelta(minutes=chance.randint(0, 44000))
        product = chance.choice(["simple_signature", "order:KEY", "gone;for,good"])
        rows = use(house, 2, PRICES[number % len(PRICES)], at, product)
        fields = {"subject": chance.choice(NASTY), "person": text, "person_key": text}
        for row in rows:
            for name, value in fields.items():
                setattr(row, name, f"{value}{row.person_key}" if name == "person_key" else value)
        Usage.objects.bulk_create(_again(rows))
        correct(rows[:1], at + timedelta(seconds=1))
    return usage_lines(PERIOD)


def _again(rows):
    """Copies under other names: facts themselves are never changed."""
    from uuid import uuid4

    for row in rows:
        fields = {field.attname: getattr(row, field.attname) for field in Usage._meta.fields}
        yield Usage(**fields | {"id": uuid4(), "provider_reference": f"again-{row.pk}"})


@pytest.mark.parametrize("form", ["it", "plain"])
@pytest.mark.parametrize("columns", [CUSTOMER_COLUMNS, STAFF_COLUMNS])
def test_both_write_the_same_bytes(nasty_lines, form, columns):
    fields, dialect = [column.field for column in columns], DIALECTS[form]
    in_python = "".join(lines_in_python(nasty_lines, fields, dialect, WORDS))
    in_sql = "".join(lines_in_sql(nasty_lines, fields, dialect, WORDS))
    for ours, theirs in zip(in_sql.split("\r\n"), in_python.split("\r\n"), strict=True):
        assert ours == theirs
    assert in_sql == in_python
    assert in_sql.count("\r\n") >= len(NASTY) * 5


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1])
def test_no_line_is_lost_at_the_end_of_a_part(count):
    if count:
        use(customer(), count, "0.0065")
    written = "".join(usage_export(usage_lines(PERIOD), CUSTOMER_COLUMNS, DIALECTS["it"]))
    assert written.count("\r\n") == count + 2
    assert written.endswith("\r\n")


def test_days_are_those_of_the_clock_that_is_shown():
    use(customer(), 1, at=PERIOD.start + timedelta(minutes=30))
    lines = usage_lines(PERIOD)
    for zone, day in (("Europe/Rome", "2026-10-01"), ("UTC", "2026-09-30"), ("Asia/Tokyo", "2026-10-01")):
        with timezone.override(zone):
            (line,) = lines_in_sql(lines, ["day", "person"], DIALECTS["plain"], WORDS)
        assert line == f"{day},Signer 0\r\n"
