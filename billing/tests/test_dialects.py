"""How exports are written."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from billing.exports.dialects import ITALIAN, PLAIN
from billing.exports.usage import shortest


def text_of(dialect, rows):
    return "".join(dialect.lines(["a", "b"], rows))


def test_the_italian_form_has_a_bom_semicolons_decimal_commas_and_italian_dates():
    assert text_of(ITALIAN, [[date(2026, 3, 1), Decimal("0.70")]]) == "\ufeffa;b\r\n01/03/2026;0,70\r\n"


def test_the_plain_form_is_rfc_4180():
    rows = [[date(2026, 3, 1), 'Rossi, "Mario"\nfu Luigi']]
    written = text_of(PLAIN, rows)
    assert written == 'a,b\r\n2026-03-01,"Rossi, ""Mario""\nfu Luigi"\r\n'
    assert list(csv.reader(io.StringIO(written, newline=""))) == [
        ["a", "b"],
        ["2026-03-01", 'Rossi, "Mario"\nfu Luigi'],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_like_a_formula_is_neutralised_for_spreadsheets(start):
    written = text_of(ITALIAN, [[f"{start}cmd|' /C calc'!A0", "x"]])
    cell = written.split("\r\n")[1].split(";")[0]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_negative_number_is_no_formula():
    assert "\r\n-1,20;" in text_of(ITALIAN, [[Decimal("-1.20"), ""]])
    assert "\r\n-3;" in text_of(ITALIAN, [[-3, ""]])


def test_line_breaks_and_double_quotes_do_not_reach_italian_imports():
    written = text_of(ITALIAN, [['Busta "urgente"\r\nseconda riga', "x"]])
    assert written.count("\r\n") == 2
    assert '"' not in written


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("0.70000000", "0.70"),
        ("0.00650000", "0.0065"),
        ("14.20000000", "14.20"),
        ("100.00000000", "100.00"),
        ("0E-8", "0.00"),
    ],
)
def test_a_price_shows_two_decimals_and_as_many_more_as_it_has(stored, shown):
    assert f"{shortest(Decimal(stored)):f}" == shown
