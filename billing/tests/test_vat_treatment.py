"""Who is invoiced how, on which day, and what is refused until somebody has decided."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from billing.flows.compose_invoice import compose
from billing.flows.fault_texts import sentence_of
from billing.flows.vat_treatment import vat_treatment
from billing.models import StampDuty, TaxRule
from billing.models.tax_rules import RuleMissing
from customers.models import VatProof

from .invoice_factories import SellerFactory, customer, draft_of, use

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 3)


@pytest.fixture(autouse=True)
def _seller():
    SellerFactory()


def composed(organisation, quantity=100, price="1.00", on=DAY):
    use(organisation, quantity, price)
    return compose(draft_of(organisation), on)


@pytest.mark.parametrize(
    ("kind", "form", "nature", "payability", "total", "due"),
    [
        ("business", "FPR12", "", "I", "122.00", "122.00"),
        ("professional", "FPR12", "", "I", "122.00", "122.00"),
        ("consumer", "FPR12", "", "I", "122.00", "122.00"),
        ("split_list", "FPR12", "", "S", "122.00", "100.00"),
        ("public_body", "FPA12", "", "S", "122.00", "100.00"),
        ("eu_business", "FPR12", "N2.1", "I", "100.00", "100.00"),
        ("foreign", "FPR12", "N2.1", "I", "100.00", "100.00"),
    ],
)
def test_each_kind_of_customer_is_invoiced_as_the_law_says(kind, form, nature, payability, total, due):
    found = composed(customer(kind))
    assert found.is_fit, [sentence_of(fault) for fault in found.faults]
    summary = found.document.summaries[0]
    assert (found.document.form, summary.nature, summary.payability) == (form, nature, payability)
    assert (found.document.total, found.document.due) == (Decimal(total), Decimal(due))


@pytest.mark.parametrize(
    ("kind", "country", "code", "tax_code", "recipient"),
    [
        ("business", "IT", "00743110157", "00743110157", "0000000"),
        ("consumer", "IT", "", "BNCMLS90T41F205K", "0000000"),
        ("public_body", "IT", "", "80078750587", "UFY9MH"),
        ("eu_business", "FR", "40303265045", "", "XXXXXXX"),
        ("foreign", "CH", "OO99999999999", "", "XXXXXXX"),
    ],
)
def test_each_kind_is_identified_as_the_exchange_system_wants_it(kind, country, code, tax_code, recipient):
    buyer = composed(customer(kind)).document.buyer
    assert (buyer.vat_country if buyer.vat_code else "IT", buyer.vat_code, buyer.tax_code) == (
        country,
        code,
        tax_code,
    )
    assert buyer.recipient_code == recipient


def test_why_no_vat_is_charged_stands_on_the_invoice():
    assert "Inversione contabile" in composed(customer("eu_business")).document.summaries[0].reference
    assert "Operazione non soggetta" in composed(customer("foreign")).document.summaries[0].reference


def test_a_private_person_in_the_eu_is_refused_until_the_accountant_has_decided():
    organisation = customer("eu_consumer")
    refused = composed(organisation)
    assert refused.document is None
    assert "there is no tax rule" in sentence_of(refused.faults[0])
    TaxRule(customer="eu_consumer", valid_from=DAY, source="The accountant, below the OSS threshold").save()
    assert compose(draft_of(organisation), DAY).document.total == Decimal("122.00")


def test_an_eu_company_needs_an_answer_of_vies_about_this_very_number():
    organisation = customer("eu_business")
    use(organisation, 1)
    draft = draft_of(organisation)
    organisation.vat_number = "DE136695976"
    organisation.country = "DE"
    organisation.save()
    assert "vies_missing" in {fault.what for fault in compose(draft, DAY).faults}


@time_machine.travel(datetime(2026, 11, 3, 9, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("answer", "is_fit", "told"), [("valid", True, ""), ("unreachable", True, "vies_unreachable"), ("invalid", False, "vies_invalid")]
)  # fmt: skip
def test_a_register_that_is_down_stops_nobody_and_an_unknown_number_does(answer, is_fit, told):
    organisation = customer("eu_business")
    VatProof(organisation=organisation, vat_number=organisation.vat_number, answer=answer).save()
    found = composed(organisation)
    assert found.is_fit is is_fit
    assert {fault.what for fault in [*found.faults, *found.warnings]} == ({told} if told else set())


def test_split_payment_ends_on_the_day_that_its_authorisation_ends():
    organisation = customer("public_body")
    assert vat_treatment(organisation, date(2029, 6, 30)).payability == "S"
    assert vat_treatment(organisation, date(2029, 7, 1)).payability == "I"


def test_before_the_first_rule_there_is_none():
    with pytest.raises(RuleMissing):
        vat_treatment(customer("foreign"), date(2020, 12, 31))


@pytest.mark.parametrize(("price", "owed"), [("77.47", "0"), ("77.48", "2.00")])
def test_stamp_duty_is_owed_above_77_47_without_vat(price, owed):
    assert composed(customer("foreign"), 1, price).document.stamp == Decimal(owed)


def test_what_bears_vat_owes_no_stamp_duty():
    assert not composed(customer("business"), 1, "500.00").document.stamp


def test_stamp_duty_that_is_charged_on_is_a_line_and_a_summary_of_its_own():
    SellerFactory(is_stamp_charged=True, valid_from=date(2026, 2, 1))
    document = composed(customer("foreign")).document
    assert [(line.nature, line.net) for line in document.lines] == [("N2.1", 100), ("N1", 2)]
    assert [(one.nature, one.net) for one in document.summaries] == [("N2.1", 100), ("N1", 2)]
    assert (document.total, document.stamp) == (Decimal("102.00"), Decimal("2.00"))


def test_stamp_duty_that_the_seller_bears_is_named_and_not_charged():
    document = composed(customer("foreign")).document
    assert (document.total, document.stamp, len(document.lines)) == (Decimal("100.00"), Decimal("2.00"), 1)


def test_a_newer_stamp_duty_counts_from_its_day():
    StampDuty(amount=Decimal("4.00"), threshold=Decimal("100.00"), valid_from=DAY, source="test").save()
    organisation = customer("foreign")
    use(organisation, 101, "1.00")
    draft = draft_of(organisation)
    assert compose(draft, date(2026, 11, 2)).document.stamp == Decimal("2.00")
    assert compose(draft, DAY).document.stamp == Decimal("4.00")


def test_a_public_body_finds_its_codes_on_the_invoice():
    contract = composed(customer("public_body")).document.contract
    assert (contract.number, contract.cig, contract.cup) == ("ORD-2026-77", "ZB12345678", "J41B21000010001")


def test_a_public_body_without_its_code_is_refused():
    found = composed(customer("public_body", recipient_code=""))
    assert [(fault.where, fault.what) for fault in found.faults] == [("buyer.recipient_code", "missing")]


def test_everything_that_is_missing_is_listed_at_once():
    found = composed(
        customer("business", vat_number="", tax_code="", postal_code="1", province="", city="株")
    )
    told = " ".join(sentence_of(fault) for fault in found.faults)
    for part in ("VAT number", "postal code", "province", "city", "00417"):
        assert part in told
