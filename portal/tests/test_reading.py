"""How times, days and browsers read."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.formats import date_format

from portal.templatetags.reading import browser, colon, day, money, number, opposite, quoted, unit_money

AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0": "Edge, Windows",
    "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0": "Firefox, Linux",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1": "Safari, iPhone",
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36": "Chrome, Android",
    "curl/8.5.0": "curl/8.5.0",
    "": "",
}


@pytest.mark.parametrize(("calls_itself", "name"), AGENTS.items())
def test_a_browser_has_the_name_that_people_know(calls_itself, name):
    assert browser(calls_itself) == name


@pytest.mark.parametrize(
    ("language", "written"),
    [("it", "1\xa0marzo 2026"), ("fr", "1er\xa0mars 2026"), ("en", "1\xa0March 2026")],
)
def test_a_day_is_written_as_its_readers_do(language, written):
    with translation.override(language):
        assert day(date(2026, 3, 1)) == written


@pytest.mark.parametrize(
    ("language", "label", "words"),
    [("it", "Nota:", "«Il retro»"), ("fr", "Nota\xa0:", "«\xa0Il retro\xa0»"), ("en", "Nota:", "“Il retro”")],
)
def test_marks_are_set_as_readers_set_them(language, label, words):
    with translation.override(language):
        assert (colon("Nota"), quoted("Il retro")) == (label, words)


def test_months_are_small_in_italian_wherever_django_writes_them():
    with translation.override("it"):
        assert date_format(date(2026, 12, 7), "DATE_FORMAT") == "7 dicembre 2026"
        assert date_format(datetime(2026, 12, 7, 9, 5, tzinfo=UTC), "DATETIME_FORMAT").startswith(
            "7 dic 2026"
        )


def test_a_negative_amount_has_a_minus_and_not_a_hyphen():
    with translation.override("it"):
        assert money(Decimal("-6.10")) == "−6,10\xa0€"
        assert number(-1) == "−1"
        assert unit_money(Decimal("-0.0065")) == "−0,0065\xa0€"
    with translation.override("en"):
        assert money(opposite(Decimal("6.10"))) == "−€6.10"
