"""The windows of renewal, by the vectors that the makers' guides give (domain, 2.7)."""

from datetime import date

import pytest

from signatures.certificates.models import RenewalRule
from signatures.certificates.windows import window_of

INFOCERT = RenewalRule(maker="InfoCert", opens_days_before=90, closes_days_before=1)
ARUBA = RenewalRule(maker="Aruba", opens_months_before=2, closes_days_before=0)


@pytest.mark.parametrize(
    ("rule", "expires", "opens", "closes"),
    [
        (INFOCERT, "2027-01-15", "2026-10-17", "2027-01-14"),
        (INFOCERT, "2027-04-30", "2027-01-30", "2027-04-29"),
        (INFOCERT, "2027-05-31", "2027-03-02", "2027-05-30"),
        (INFOCERT, "2028-02-29", "2027-12-01", "2028-02-28"),
        (ARUBA, "2027-01-15", "2026-11-15", "2027-01-15"),
        (ARUBA, "2027-04-30", "2027-02-28", "2027-04-30"),
        (ARUBA, "2027-05-31", "2027-03-31", "2027-05-31"),
        (ARUBA, "2028-02-29", "2027-12-29", "2028-02-29"),
    ],
)
def test_a_window_opens_and_closes_as_the_guides_say(rule, expires, opens, closes):
    window = window_of(rule, date.fromisoformat(expires))
    assert (window.opens_on.isoformat(), window.closes_on.isoformat()) == (opens, closes)
    assert window.is_open(window.opens_on)
    assert window.is_open(window.closes_on)
    assert not window.is_open(date.fromordinal(window.closes_on.toordinal() + 1))
