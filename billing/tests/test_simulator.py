"""The break-even simulator: the same as an invoice would say, and a break-even that really is one."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing.flows.meter import MeteredPerson, meter
from billing.models import Product
from billing.money import to_cents
from billing.simulate import BreakEven, Offer, break_even, compare, outcome_of
from customers.tests.factories import OrganisationFactory, member_client

from .factories import BoughtFactory, CostFactory, PriceFactory, plan_with

SIGNER, SPID = Product.SIMPLE_SIGNATURE, Product.SPID
PRICES = {SIGNER: Decimal("0.70"), SPID: Decimal("14.20")}
HUNDRED = Offer("Hundred", Decimal("14.00"), 1, {SIGNER: 100})


def test_a_package_pays_above_the_share_that_its_price_is_of_the_single_one():
    assert break_even(HUNDRED, SIGNER, PRICES[SIGNER]) == BreakEven(SIGNER, 21)
    spid = Offer("Ten SPID", Decimal("99.00"), 1, {SPID: 10})
    assert break_even(spid, SPID, PRICES[SPID]) == BreakEven(SPID, 7)


@pytest.mark.parametrize("offer", [Offer("Dear", Decimal("70.00"), 1, {SIGNER: 100}), Offer("None")])
def test_some_never_pay(offer):
    assert break_even(offer, SIGNER, PRICES[SIGNER]) is None


@given(
    fee=st.decimals("0", "300", places=2),
    months=st.integers(1, 12),
    pieces=st.integers(0, 500),
    price=st.decimals("0.01", "20", places=2),
)
def test_below_the_break_even_a_plan_costs_no_less_and_from_it_on_it_does(fee, months, pieces, price):
    offer, without = Offer("A plan", fee, months, {SIGNER: pieces}), Offer("None")

    def saves(count):
        year = [{SIGNER: count}] * months
        prices = {SIGNER: price}
        return outcome_of(without, year, prices).total - outcome_of(offer, year, prices).total

    found = break_even(offer, SIGNER, price)
    if found is None:
        assert all(saves(count) <= 0 for count in range(pieces // months + 1))
    else:
        assert saves(found.pieces) > 0
        assert saves(found.pieces - 1) <= 0


@given(
    months=st.lists(
        st.dictionaries(st.sampled_from([SIGNER, SPID]), st.integers(0, 300)), min_size=1, max_size=24
    ),
    fee=st.decimals("0", "300", places=2),
    given_pieces=st.integers(0, 200),
)
def test_a_monthly_plan_costs_what_its_invoices_would_add_up_to(months, fee, given_pieces):
    offer = Offer("A plan", fee, 1, {SIGNER: given_pieces})
    invoices = sum(
        (
            fee
            + to_cents(max(0, month.get(SIGNER, 0) - given_pieces) * PRICES[SIGNER])
            + to_cents(month.get(SPID, 0) * PRICES[SPID])
            for month in months
        ),
        Decimal(0),
    )
    assert outcome_of(offer, months, PRICES).total == invoices


def test_pieces_that_lapse_help_no_other_month():
    assert outcome_of(HUNDRED, [{SIGNER: 0}, {SIGNER: 200}], PRICES).beyond == Decimal("70.00")
    twice = Offer("Twice", Decimal("28.00"), 2, {SIGNER: 200})
    assert outcome_of(twice, [{SIGNER: 0}, {SIGNER: 200}], PRICES).beyond == 0


def test_the_cheapest_stands_first():
    outcomes = compare([Offer("None"), HUNDRED], [{SIGNER: 50}] * 12, PRICES)
    assert [(one.offer.name, one.total) for one in outcomes] == [
        ("Hundred", Decimal("168.00")),
        ("None", Decimal("420.00")),
    ]


@pytest.fixture
def accountant(db):
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False):
        client, membership = member_client("accountant")
        PriceFactory(amount=Decimal("0.70"), valid_from=datetime(2025, 1, 1, tzinfo=UTC))
        CostFactory(valid_from=datetime(2025, 1, 1, tzinfo=UTC))
        plan_with(included=100, name="Studio Cento")
        use(membership.organisation, 60, datetime(2026, 10, 31, 22, tzinfo=UTC))
        use(membership.organisation, 40, datetime(2025, 11, 1, tzinfo=UTC))
        # Neither this month's, nor older, nor another's.
        use(membership.organisation, 7, datetime(2026, 11, 2, tzinfo=UTC))
        use(membership.organisation, 7, datetime(2025, 10, 30, tzinfo=UTC))
        use(OrganisationFactory(), 7, datetime(2026, 9, 2, tzinfo=UTC))
        yield client


def use(organisation, count, at):
    purchase = BoughtFactory(organisation=organisation, quantity=count)
    people = [MeteredPerson(f"{purchase.pk}:{one}", "Anna", purchase.pk, "x") for one in range(count)]
    meter(purchase, people, at)


def test_it_reckons_with_ones_own_last_twelve_full_months(accountant):
    answer = accountant.get(reverse("usage:simulator"))
    page = answer.content.decode()
    assert [count for _, count in answer.context["used"]] == [100]
    assert "No plan is cheaper than paying each piece." in page
    totals = {row["name"]: row["outcome"].total for row in answer.context["rows"]}
    assert totals == {"No plan": Decimal("70.00"), "Studio Cento": Decimal("168.00")}
    assert "from 21 pieces a month on" in page


def test_it_reckons_with_numbers_that_are_typed(accountant):
    page = accountant.get(reverse("usage:simulator"), {"pieces-0": "150"}).content.decode()
    assert "With Studio Cento you would pay €588.00: €672.00 less than without a plan." in page


@pytest.mark.parametrize("typed", ["-1", "x", "99999999999"])
def test_what_is_no_number_is_told_beside_its_field(accountant, typed):
    answer = accountant.get(reverse("usage:simulator"), {"pieces-0": typed})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not answer.context["is_typed"]
