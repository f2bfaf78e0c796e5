"""Margin: by customer, product, month and signer; corrections count; the export's totals are the screen's."""

import csv
import io
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.flows.meter import MeteredPerson, meter
from billing.margin import Margin, margin_rows, signers_page, total_margin
from billing.models import Charge, Price, Tariff, Usage
from billing.periods import Period
from customers.tests.factories import staff_client

from .factories import BoughtFactory, CustomerFactory, PriceFactory

pytestmark = pytest.mark.django_db
YEAR = Period(datetime(2026, 1, 1).date(), datetime(2026, 12, 31).date())
QUERY = {"first": "2026-01-01", "last": "2026-12-31"}
MARCH, APRIL = datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 4, 10, 9, tzinfo=UTC)
PAGE = "admin:billing_usage_margin"


@pytest.fixture(autouse=True)
def _prices():
    for product, amount in (("simple_signature", "0.95"), ("spid", "19.90")):
        PriceFactory(product=product, amount=Decimal(amount), valid_from=datetime(2026, 1, 1, tzinfo=UTC))


def used(organisation, people, at=MARCH, product="simple_signature", tariff=Tariff.SINGLE):
    purchase = BoughtFactory(organisation=organisation, product=product, tariff=tariff, sent_at=at)
    those = [MeteredPerson(uuid.uuid4().hex, name, uuid.uuid4(), "Contract") for name in people]
    meter(purchase, those, at)
    return list(Usage.objects.filter(purchase=purchase))


def correct(row):
    """Take a fact back."""
    values = {field.attname: getattr(row, field.attname) for field in Usage._meta.concrete_fields}
    Usage(
        **{**values, "id": uuid.uuid4(), "quantity": -1, "corrects_id": row.pk, "reason": "by mistake"}
    ).save()


@pytest.fixture
def two_customers():
    """Alba: three signers, one of them out of a subscription, and one taken back. Zeta: a SPID in April."""
    alba, zeta = CustomerFactory(name="Alba Srl"), CustomerFactory(name="Zeta Srl")
    rows = used(alba, ["Anna", "Bruno"])
    used(alba, ["Anna"], tariff=Tariff.SUBSCRIPTION)
    used(zeta, ["Carla"], at=APRIL, product="spid")
    correct(next(row for row in rows if row.person == "Bruno"))
    return alba, zeta


ALBA = Margin(2, Decimal("1.90"), Decimal("0.84"))
ZETA = Margin(1, Decimal("19.90"), Decimal("14.20"))


@pytest.mark.parametrize(
    ("by", "name"),
    [("customer", "Alba Srl"), ("product", "Team"), ("month", MARCH.date().replace(day=1)), ("signer", "")],
)
def test_fees_of_plans_are_revenue_without_pieces(two_customers, by, name):
    alba, _zeta = two_customers
    for key, organisation in (("a", alba), ("b", CustomerFactory(name="Only a plan Srl"))):
        Charge(organisation=organisation, key=key, kind=Charge.Kind.FEE, product="Team", description="Team",
               occurred_at=MARCH, unit_price=Decimal("9.90"), vat_rate=Decimal(22)).save()  # fmt: skip
    rows = list(margin_rows(YEAR, by))
    assert sum((row.money for row in rows), Margin()) == total_margin(YEAR)
    assert total_margin(YEAR) == ALBA + ZETA + Margin(0, Decimal("19.80"))
    mine = [row.money for row in rows if getattr(row, by) == name]
    fee = Margin(0, Decimal("9.90"))
    both = Margin(0, Decimal("19.80"))
    assert (
        mine
        == {"customer": [ALBA + fee], "product": [both], "month": [ALBA + both], "signer": [fee, fee]}[by]
    )
    for count in (1, 2, 3, 10):
        paged = [row for start in range(0, 10, count) for row in signers_page(YEAR, start, count)]
        assert [(row.signer, row.customer) for row in paged] == [
            (row.signer, row.customer) for row in margin_rows(YEAR, "signer")
        ]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("customer", [("Alba Srl", ALBA), ("Zeta Srl", ZETA)]),
        ("product", [("simple_signature", ALBA), ("spid", ZETA)]),
        ("month", [(MARCH.date().replace(day=1), ALBA), (APRIL.date().replace(day=1), ZETA)]),
        ("signer", [("Anna", ALBA), ("Bruno", Margin()), ("Carla", ZETA)]),
    ],
)
def test_margin_by_each_grouping(two_customers, by, expected):
    names = {"customer": "customer", "product": "product", "month": "month", "signer": "signer"}
    assert [(getattr(row, names[by]), row.money) for row in margin_rows(YEAR, by)] == expected
    assert total_margin(YEAR) == ALBA + ZETA
    assert (ALBA + ZETA).margin == Decimal("6.76")


def test_pages_of_signers_are_parts_of_the_whole(two_customers):
    whole = list(margin_rows(YEAR, "signer"))
    assert signers_page(YEAR, 0, 2) + signers_page(YEAR, 2, 2) == whole
    assert signers_page(YEAR, 3, 2) == []


def test_a_month_is_a_month_of_romes_clock():
    used(CustomerFactory(), ["Anna"], at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    assert [row.month.month for row in margin_rows(YEAR, "month")] == [4]


def test_people_of_the_same_name_at_two_customers_are_two():
    for name in ("Alba", "Zeta"):
        used(CustomerFactory(name=name), ["Anna Rossi"])
    assert [row.customer for row in margin_rows(YEAR, "signer")] == ["Alba", "Zeta"]


def test_small_prices_are_added_before_they_are_rounded():
    Price(side="buy", product="tiny", amount=Decimal("0.0065"), valid_from=YEAR.start, source="x").save()
    PriceFactory(product="tiny", amount=Decimal("0.0130"), valid_from=YEAR.start)
    used(CustomerFactory(), [f"Signer {number}" for number in range(1000)], product="tiny")
    assert total_margin(YEAR).margin == Decimal("6.5")


@pytest.mark.parametrize("by", ["customer", "product", "month", "signer"])
@pytest.mark.parametrize(("form", "separator"), [("it", ";"), ("plain", ",")])
def test_the_exports_totals_are_the_screens(two_customers, by, form, separator):
    staff = staff_client()
    answer = staff.get(reverse(PAGE), {**QUERY, "by": by, "form": form})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    *rows, last = list(csv.reader(io.StringIO(text), delimiter=separator))
    sums = [Decimal(value.replace(",", ".")) for value in last[-3:]]
    assert sums == [Decimal("21.80"), Decimal("15.04"), Decimal("6.76")]
    assert sum(Decimal(row[-1].replace(",", ".")) for row in rows[1:]) == sums[2]
    page = staff.get(reverse(PAGE), {**QUERY, "by": by}).content.decode()
    assert all(f"€{amount}" in page for amount in ("21.80", "15.04", "6.76"))


def test_the_page_says_what_makes_no_sense_and_shows_this_month():
    staff = staff_client()
    page = staff.get(reverse(PAGE), {"first": "2026-12-31", "last": "2026-01-01"})
    assert "The last day lies before the first." in page.content.decode()
    assert staff.get(reverse(PAGE), {**QUERY, "by": "colour"}).status_code == 404
    assert staff.get(reverse(PAGE), {**QUERY, "page": "x"}).status_code == 200
    assert "Nothing was used in this period." in staff.get(reverse(PAGE)).content.decode()


def test_many_signers_have_pages():
    used(CustomerFactory(), [f"Signer {number:03}" for number in range(60)])
    staff = staff_client()
    first = staff.get(reverse(PAGE), {**QUERY, "by": "signer"}).content.decode()
    assert "Signer 049" in first
    assert "Signer 050" not in first
    second = staff.get(reverse(PAGE), {**QUERY, "by": "signer", "page": "2"}).content.decode()
    assert "Signer 059" in second
    assert "Next page" not in second


@pytest.mark.parametrize("by", ["customer", "signer"])
def test_the_page_asks_a_constant_number_of_questions(by):
    staff = staff_client()
    staff.get(reverse(PAGE))
    counts = []
    for _ in range(2):
        for number in range(15):
            used(CustomerFactory(), [f"Signer {number}"])
        with CaptureQueriesContext(connection) as asked:
            staff.get(reverse(PAGE), {**QUERY, "by": by})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_who_may_not_look_at_usage_sees_no_margin():
    plain = staff_client(email="plain@example.it", is_superuser=False)
    assert plain.get(reverse(PAGE)).status_code == 403
