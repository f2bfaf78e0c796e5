"""A mobile or an e-mail belongs to one person's tax code."""

import pytest

from customers.identity import contact_use
from customers.identity.tests.samples import Holders

OWN = "BNCMLS90T41F205K"
OTHER = "RSSMRA85C15H501R"


def found(holders, tax_code=OWN, mobile="333 1234567", email="Maria@Example.IT "):
    return contact_use.check(tax_code=tax_code, mobile=mobile, email=email, holders=holders)


def test_ones_own_contacts_are_taken():
    assert found(Holders()) == []
    assert found(Holders(mobile=[OWN.lower()], email=[OWN])) == []


def test_ones_own_code_before_omocodia_is_ones_own():
    holders = Holders(mobile=["RSSMRA85C15H50MJ"])
    assert found(holders, tax_code=OTHER, mobile="+39 333 1234567") == []


@pytest.mark.parametrize("contact", ["mobile", "email"])
def test_another_persons_contact_is_refused_and_the_other_is_not_named(contact):
    holders = Holders(**{contact: [OWN, OTHER]})
    (finding,) = contact_use.check(
        tax_code=OWN, mobile="0039 333 1234567", email="MARIA@example.it", holders=holders
    )
    assert (finding.field, finding.code, finding.is_error) == (contact, "contact_shared", True)
    assert OTHER not in finding.message


def test_nothing_is_said_of_what_is_no_contact_or_of_nobody():
    holders = Holders(mobile=[OTHER], email=[OTHER])
    assert contact_use.check(tax_code=OWN, mobile="hello", email="", holders=holders) == []
    assert (
        contact_use.check(tax_code="", mobile="333 1234567", email="maria@example.it", holders=holders) == []
    )
