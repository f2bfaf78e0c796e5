"""The usage page and its exports: one query behind both, and they add up."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.flows.compose_invoice import compose
from billing.flows.meter import MeteredPerson, meter
from billing.flows.roll_up import rebuild
from billing.models import Price, Product
from billing.periods import Period
from billing.usage_report import totals_of, usage_lines
from customers.tests.factories import OrganisationFactory, member_client, staff_client
from signatures.envelopes.tests.factories import PurchaseFactory, SellPriceFactory

from .invoice_factories import SellerFactory, customer, draft_of, use

pytestmark = pytest.mark.django_db
MARCH = {"first": "2026-03-01", "last": "2026-03-31"}


def used(organisation, names, at=datetime(2026, 3, 10, 12, tzinfo=UTC), subject="Supply contract"):
    """These people were billed, at this time."""
    purchase = PurchaseFactory(organisation=organisation, bought=True, quantity=len(names))
    people = [MeteredPerson(f"{name}-{purchase.pk}", name, purchase.pk, subject) for name in names]
    meter(purchase, people, at)
    return purchase


@pytest.fixture
def price():
    return SellPriceFactory(valid_from=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def accountant(price):
    return member_client("accountant")


def rows_and_sums(answer, delimiter):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    *found, sums = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    return found, sums


def rows(answer, delimiter):
    return rows_and_sums(answer, delimiter)[0]


def test_the_page_shows_each_billed_signer_and_what_they_add_up_to(accountant):
    client, membership = accountant
    used(membership.organisation, ["Anna Rossi", "Luc Martin"])
    page = client.get(reverse("usage:month"), MARCH).content.decode()
    assert "Anna Rossi" in page
    assert "Luc Martin" in page
    assert "€1.90" in page
    assert "€0.42" in page
    assert "€2.32" in page


def test_the_export_is_the_pages_lines_and_the_same_sum(accountant):
    client, membership = accountant
    used(membership.organisation, ["Anna Rossi", "Luc Martin", "Eva Bruni"])
    lines, sums = rows_and_sums(client.get(reverse("usage:export"), {**MARCH, "form": "it"}), ";")
    totals = totals_of(
        usage_lines(Period(*(datetime(2026, 3, d).date() for d in (1, 31))), membership.organisation)
    )
    assert len(lines) == totals.quantity == 3
    assert sum(Decimal(line["Costo"].replace(",", ".")) for line in lines) == totals.net
    assert (sums["Data"], sums["Costo"]) == ("Totale", "2,85")
    assert Decimal("2.85") == totals.net
    assert list(lines[0]) == [
        "Data", "Organizzazione", "Busta", "Firmatario", "Prodotto", "Prezzo unitario", "Costo", "Aliquota IVA",
        "Pagato con",
    ]  # fmt: skip
    assert lines[0]["Data"] == "10/03/2026"


def test_the_plain_form_has_plain_names_dates_and_numbers(accountant):
    client, membership = accountant
    used(membership.organisation, ["Anna Rossi"])
    line = rows(client.get(reverse("usage:export"), {**MARCH, "form": "plain"}), ",")[0]
    assert (line["date"], line["unit_price"], line["vat_rate"]) == ("2026-03-10", "0.95", "22.00")


def test_a_title_that_is_a_formula_reaches_no_spreadsheet_as_one(accountant):
    client, membership = accountant
    used(membership.organisation, ["Anna Rossi"], subject='=HYPERLINK("http://evil.example")')
    line = rows(client.get(reverse("usage:export"), {**MARCH, "form": "it"}), ";")[0]
    assert line["Busta"].startswith("'=")


def test_nothing_of_another_house_is_shown_or_exported(accountant):
    client, _ = accountant
    used(OrganisationFactory(), ["Somebody Else"])
    assert "Somebody Else" not in client.get(reverse("usage:month"), MARCH).content.decode()
    assert rows(client.get(reverse("usage:export"), MARCH), ";") == []


def test_a_fact_belongs_to_the_day_that_romes_clock_shows(accountant):
    client, membership = accountant
    used(membership.organisation, ["Anna Rossi"], at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    assert rows(client.get(reverse("usage:export"), MARCH), ";") == []


def test_a_period_that_ends_before_it_begins_is_told_beside_the_field(accountant):
    client, _ = accountant
    page = client.get(reverse("usage:month"), {"first": "2026-03-31", "last": "2026-03-01"}).content.decode()
    assert "The last day lies before the first." in page
    assert 'value="2026-03-31"' in page


def test_a_thousand_signers_are_rounded_once(accountant):
    _, membership = accountant
    Price(
        side=Price.Side.SELL,
        product=Product.SIMPLE_SIGNATURE,
        organisation=membership.organisation,
        amount=Decimal("0.0065"),
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        source="contract",
    ).save()
    used(membership.organisation, [f"Signer {number}" for number in range(1000)])
    totals = totals_of(usage_lines(Period.month_of(datetime(2026, 3, 1).date()), membership.organisation))
    assert (totals.net, totals.vat) == (Decimal("6.50"), Decimal("1.43"))


@pytest.mark.parametrize(
    ("quantity", "unit", "net", "vat"),
    [
        (137, "0.14", "19.18", "4.22"),
        (3, "0.14", "0.42", "0.09"),
        (77, "0.70", "53.90", "11.86"),
        (1, "9.90", "9.90", "2.18"),
    ],
)
def test_totals_agree_with_the_accountants_vectors(quantity, unit, net, vat):
    SellPriceFactory(amount=Decimal(unit), valid_from=datetime(2026, 1, 1, tzinfo=UTC))
    organisation = OrganisationFactory()
    used(organisation, [f"Signer {number}" for number in range(quantity)])
    totals = totals_of(usage_lines(Period.month_of(datetime(2026, 3, 1).date()), organisation))
    assert (totals.net, totals.vat) == (Decimal(net), Decimal(vat))


@pytest.mark.parametrize(
    ("kind", "vat", "gross"),
    [("business", "€22.00", "€122.00"), ("public_body", "€22.00", "€122.00"), ("foreign", "€0.00", "€100.00"),
     ("eu_business", "€0.00", "€100.00")],
)  # fmt: skip
def test_the_page_shows_the_vat_that_the_invoice_will_bear(price, kind, vat, gross):
    SellerFactory()
    house = customer(kind)
    client, _ = member_client("accountant", organisation=house)
    use(house, 100, "1.00")
    rebuild(house)
    answer = client.get(reverse("usage:month"), {"first": "2026-10-01", "last": "2026-10-31"})
    page, totals = answer.content.decode(), answer.context["totals"]
    assert vat in page
    assert gross in page
    assert ("Your invoices bear no VAT" in page) == (vat == "€0.00")
    document = compose(draft_of(house), date(2026, 11, 3)).document
    assert (totals.net, totals.vat, totals.gross) == (
        document.net, document.tax, document.total,
    )  # fmt: skip
    # The facts keep their rate, and the files the page's sum.
    assert "22\N{NO-BREAK SPACE}%" in page.replace("&nbsp;", "\N{NO-BREAK SPACE}")
    for name in ("usage:export", "usage:summary"):
        period = {"first": "2026-10-01", "last": "2026-10-31", "form": "plain"}
        lines, sums = rows_and_sums(client.get(reverse(name), period), ",")
        assert {line["vat_rate"] for line in lines} == {"22.00"}
        assert Decimal(sums["cost"]) == totals.net


def test_staff_see_each_customers_vat_as_its_invoice_will_bear_it(price):
    for kind in ("business", "foreign"):
        use(customer(kind), 100, "1.00")
    page = staff_client().get(
        reverse("admin:billing_usage_export"), {"first": "2026-10-01", "last": "2026-10-31"}
    )
    assert "€200.00 without VAT, VAT €22.00, total €222.00" in " ".join(page.content.decode().split())


def test_the_page_asks_a_constant_number_of_questions(accountant, django_assert_max_num_queries):
    client, membership = accountant
    used(membership.organisation, [f"Signer {number}" for number in range(60)])
    with django_assert_max_num_queries(17):
        client.get(reverse("usage:month"), MARCH)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("0001-01-01", "2026-03-31"),
        ("2026-03-01", "9999-12-31"),
        ("0001-01-01", "9999-12-31"),
        ("9999-12-31", "0001-01-01"),
    ],
)
def test_a_day_at_the_end_of_the_calendar_is_told_beside_its_field(accountant, first, last):
    client, _ = accountant
    answer = client.get(reverse("usage:month"), {"first": first, "last": last})
    assert answer.status_code == 200
    assert b"Choose a day between the years 2000 and 2100." in answer.content
    assert client.get(reverse("usage:export"), {"first": first, "last": last}).status_code == 404


def test_a_day_far_off_but_in_reach_is_simply_an_empty_period(accountant):
    client, _ = accountant
    far = {"first": "2000-01-01", "last": "2100-12-31"}
    assert client.get(reverse("usage:month"), far).status_code == 200
    assert rows(client.get(reverse("usage:export"), far), ";") == []


def test_the_section_says_it_in_sentences_draws_it_and_has_the_same_as_a_table(accountant):
    client, membership = accountant
    used(membership.organisation, ["Anna Rossi", "Luc Martin"])
    used(membership.organisation, ["Eva Bruni"], at=datetime(2026, 3, 12, 12, tzinfo=UTC))
    page = client.get(reverse("usage:month"), {**MARCH, "by": "day", "split": "funding"}).content.decode()
    assert "3 pieces were used, for €2.85 without VAT." in page
    assert "By kind:" in page
    assert "post-paid (3)" in page
    assert "Most were used in: 10 Mar 2026 (2 pieces)." in page
    assert page.count('<rect class="chart__tone-1" x=') == 2
    assert '<th scope="row">11 Mar 2026</th>' in page


@pytest.mark.parametrize(
    "query", [{"by": "week"}, {"split": "person"}, {"by": "", "split": ""}, {"page": "99"}]
)
def test_what_makes_no_sense_is_as_if_it_was_not_asked_for(accountant, query):
    client, membership = accountant
    used(membership.organisation, ["Anna Rossi"])
    answer = client.get(reverse("usage:month"), {**MARCH, **query})
    assert answer.status_code == 200
    assert b"Anna Rossi" in answer.content


def test_the_summary_is_the_pages_bars_and_adds_up_to_its_totals(accountant):
    client, membership = accountant
    used(membership.organisation, ["Anna Rossi", "Luc Martin"])
    used(membership.organisation, ["Eva Bruni"], at=datetime(2026, 4, 12, 12, tzinfo=UTC))
    year = {"first": "2026-01-01", "last": "2026-12-31", "by": "month"}
    lines, sums = rows_and_sums(client.get(reverse("usage:summary"), {**year, "form": "plain"}), ",")
    assert [(line["from"], line["paid_by"], line["quantity"]) for line in lines] == [
        ("2026-03-01", "post-paid", "2"),
        ("2026-04-01", "post-paid", "1"),
    ]
    assert sum(Decimal(line["cost"]) for line in lines) == Decimal("2.85")
    assert (sums["from"], sums["quantity"], sums["cost"]) == ("total", "3", "2.85")
    italian = rows(client.get(reverse("usage:summary"), {**year, "form": "it"}), ";")[0]
    assert (italian["Dal"], italian["Costo"], italian["Pagato con"]) == ("01/03/2026", "1,90", "posticipato")


def test_nothing_of_another_house_is_in_the_summary(accountant):
    used(OrganisationFactory(), ["Somebody Else"])
    assert rows(accountant[0].get(reverse("usage:summary"), MARCH), ";") == []


def test_lines_are_paged_as_far_as_people_page(accountant, monkeypatch):
    client, membership = accountant
    monkeypatch.setattr("billing.usage_views.MOST_LINES", 100)
    used(membership.organisation, [f"Signer {number}" for number in range(130)])
    answer = client.get(reverse("usage:month"), {**MARCH, "page": "9"})
    assert answer.context["page"].paginator.num_pages == 2
    assert "Shown are the first 100 of 130 lines" in answer.content.decode()
