"""Rounding and totals of an invoice: the accountants' vectors, and what holds for any cart."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.fattura import line_net, needs_stamp, summarise, total_of
from billing.fattura.arithmetic import tax_on

from .fattura_samples import VAT, line

prices = st.decimals(min_value=0, max_value=9999, places=8, allow_nan=False)
quantities = st.integers(min_value=0, max_value=10_000_000)
rates = st.sampled_from([Decimal("22.00"), Decimal("10.00"), Decimal("5.00"), Decimal("4.00")])


def half_up(amount: Fraction) -> Decimal:
    """Rounding written once more, in whole numbers: twice the amount in cents, plus one, halved downwards."""
    sign = -1 if amount < 0 else 1
    return Decimal(sign * ((abs(amount) * 200 + 1) // 2)).scaleb(-2)


@pytest.mark.parametrize(
    ("quantity", "price", "net", "tax", "total"),
    [
        (137, "0.14", "19.18", "4.22", "23.40"),
        (3, "0.14", "0.42", "0.09", "0.51"),
        (77, "0.70", "53.90", "11.86", "65.76"),
        (12345, "0.013", "160.49", "35.31", "195.80"),
        (10000, "0.0065", "65.00", "14.30", "79.30"),
        (1, "9.90", "9.90", "2.18", "12.08"),
        (1000, "0.0065", "6.50", "1.43", "7.93"),
    ],
)
def test_one_line_is_what_the_accountants_vectors_say(quantity, price, net, tax, total):
    summaries = summarise([line(1, quantity, price)])
    assert [(one.net, one.tax) for one in summaries] == [(Decimal(net), Decimal(tax))]
    assert total_of(summaries) == Decimal(total)


def test_vat_is_rounded_once_on_the_sum_and_not_line_by_line():
    summaries = summarise([line(number, 3, "0.14") for number in (1, 2, 3)])
    assert [(one.net, one.tax) for one in summaries] == [(Decimal("1.26"), Decimal("0.28"))]
    assert total_of(summaries) == Decimal("1.54")


@given(quantities, prices)
def test_a_line_is_quantity_times_price_rounded_half_up_once(quantity, price):
    assert line_net(quantity, price) == half_up(Fraction(quantity) * Fraction(price))


@given(st.lists(st.tuples(quantities, prices, rates), min_size=1, max_size=30))
def test_any_carts_summaries_are_its_lines_and_its_total_their_sum(cart):
    lines = [
        line(number, quantity, str(price), rate) for number, (quantity, price, rate) in enumerate(cart, 1)
    ]
    summaries = summarise(lines)

    assert len({one.rate for one in summaries}) == len(summaries)
    for one in summaries:
        net = sum(each.net for each in lines if each.rate == one.rate)
        assert one.net == net
        assert one.tax == half_up(Fraction(net) * Fraction(one.rate) / 100)
    assert total_of(summaries) == sum(one.net for one in summaries) + sum(one.tax for one in summaries)


@given(quantities, prices)
def test_taking_the_same_back_leaves_nothing(quantity, price):
    assert line_net(quantity, price) + line_net(quantity, -price) == 0


@given(quantities, quantities, prices)
def test_credits_in_parts_add_up_to_the_whole(first, second, price):
    """The parts as ``flows.credit_lines`` counts them, and each within SdI's tolerance for 00423."""
    whole = line_net(first + second, price)
    part = whole - line_net(first, price)
    assert line_net(first, price) + part == whole
    assert abs(part - second * price) < Decimal("0.01")


def test_half_a_cent_goes_up():
    assert tax_on(Decimal("0.25"), Decimal("10.00")) == Decimal("0.03")
    assert line_net(1, Decimal("160.485")) == Decimal("160.49")
    assert Decimal("160.485").quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal("160.49")


@pytest.mark.parametrize(("amount", "is_owed"), [("77.47", False), ("77.48", True)])
def test_stamp_duty_is_owed_above_its_threshold_and_not_at_it(amount, is_owed):
    lines = [line(1, 1, amount, Decimal(0), "N2.1"), line(2, 1, "500.00", VAT)]
    assert needs_stamp(lines, {"N2.1"}, Decimal("77.47")) is is_owed
    assert not needs_stamp(lines, set(), Decimal("77.47"))
