"""Comune, province and CAP against each other, as they are today."""

import pytest

from customers.identity import residence
from customers.identity.tests.samples import TODAY


def said(municipality, province="", postal_code=""):
    found = residence.check(municipality=municipality, province=province, postal_code=postal_code, on=TODAY)
    return [finding.message for finding in found]


@pytest.mark.parametrize(
    ("municipality", "province", "postal_code"),
    [
        ("Firenze", "FI", "50131"), ("firenze", "Firenze", "50131"), ("Reggio Emilia", "RE", "42121"),
        ("Fiumicino", "RM", "00057"), ("Bolzano/Bozen", "BZ", "39100"), ("Samone", "TN", "38059"),
        ("Samone", "TO", "10010"), ("Olbia", "OT", "07026"), ("Olbia", "SS", "07026"), ("Carbonia", "SU", "09013"),
        ("Carbonia", "CI", "09013"), ("Castegnero Nanto", "VI", "36020"), ("H501", "RM", "00118"), ("", "", ""),
        ("Firenze", "", ""), ("", "FI", "50131"), ("Roma", "RM", "00118"),
    ],
)  # fmt: skip
def test_an_address_that_agrees_is_taken(municipality, province, postal_code):
    assert said(municipality, province, postal_code) == []


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (("Rossano", "CS", "87064"),
         "Rossano (CS) was a comune until 30 March 2018; it is now Corigliano-Rossano (CS)."),
        (("Monteciccardo", "PU", ""), "Monteciccardo (PU) was a comune until 30 June 2020; it is now part of another."),
        (("Terranova Pausania", "SS", ""), "Terranova Pausania has been called Olbia (OT) since 24 October 1939."),
        (("Lodi", "MI", ""), "Lodi is in the province LO, not MI."),
        (("Lodi", "ZZ", ""), "There is no province ZZ: Lodi is in LO."),
        (("Olbia", "NU", ""), "Olbia is in the province OT, SS, not NU."),
        (("Fiesole", "FI", "50131"),
         "The CAP 50131 is of Firenze (FI); Fiesole (FI) has 50014. Confirm it only if the hamlet has its own."),
        (("Fiumicino", "RM", "20199"), "The CAP 20199 is not of this province; Fiumicino (RM) has 00054."),
        (("Roma", "RM", "00101"), "Roma (RM) has no CAP 00101: its zones have 00118–00199."),
        (("", "MI", "50131"), "The CAP 50131 is not of the province MI."),
        (("Firenzee", "", ""), "We know no comune Firenzee. Is it Firenze (FI)?"),
        (("Francia", "", ""), "Francia is a country. Enter it as the country, with EE for the province."),
    ],
)  # fmt: skip
def test_what_disagrees_is_said_in_plain_words(address, sentence):
    assert said(*address) == [sentence]


def test_only_a_cap_of_another_shape_is_refused():
    findings = residence.check(municipality="Atlantide", province="ZZ", postal_code="5O131", on=TODAY)
    assert [f.field for f in findings if f.is_error] == ["postal_code"]
    assert len(findings) == 3
