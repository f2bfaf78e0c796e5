"""Who pays for a fact decides whether and how it is billed; charges stand beside what was used."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.flows.close_month import close_month
from billing.flows.issue_invoice import issue
from billing.flows.quote import quote
from billing.flows.recount import prove
from billing.flows.vat_on_top import with_vat
from billing.models import Charge, Invoice, InvoiceDraft, Product, Statement, TaxRule
from customers.models import Organisation

from .factories import PriceFactory
from .invoice_factories import IN_MONTH, MONTH, SellerFactory, customer, use

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 3)


@pytest.fixture(autouse=True)
def _seller(settings):
    settings.STAFF_ALERTS = ["staff@example.it"]
    SellerFactory()


def charge(organisation, amount, funding="postpaid", at=IN_MONTH, name="Piano Base"):
    row = Charge(
        organisation=organisation, key=f"fee:{organisation.pk}:{at}", kind="fee", product=name, occurred_at=at,
        description=f"{name}, 15/10/2026-14/11/2026", unit_price=Decimal(amount), vat_rate=Decimal(22), funding=funding,
    )  # fmt: skip
    row.save()
    return row


def invoice_of(organisation):
    close_month(MONTH, [organisation])
    return issue(InvoiceDraft.objects.get(organisation=organisation), "Sara", DAY)


def lines_of(statement):
    return [(line.product, line.description, line.quantity, line.net) for line in statement.lines.all()]


def test_a_fee_is_a_line_of_its_own_that_says_its_days():
    house = customer()
    use(house, 3, "0.70")
    charge(house, "14.90")
    invoice = invoice_of(house)
    assert lines_of(invoice.statement) == [
        ("Piano Base", "Piano Base, 15/10/2026-14/11/2026", 1, Decimal("14.90")),
        ("simple_signature", "", 3, Decimal("2.10")),
    ]
    fee, used = invoice.lines.all()
    assert (fee.description, fee.first_day) == ("Piano Base, 15/10/2026-14/11/2026", None)
    assert (used.first_day, used.last_day) == (MONTH, date(2026, 10, 31))
    assert (invoice.net, invoice.tax, invoice.kind) == (Decimal("17.00"), Decimal("3.74"), "TD01")
    assert prove() == 0


def test_two_fees_at_one_price_in_a_month_stay_two_lines():
    house = customer()
    charge(house, "14.90")
    charge(house, "14.90", at=IN_MONTH + timedelta(days=2), name="Piano Più – con un nome lungo, e non ASCII")
    invoice = invoice_of(house)
    assert [line.net for line in invoice.lines.all()] == [Decimal("14.90")] * 2


def test_the_fee_of_another_month_is_not_counted():
    house = customer()
    use(house, 1, "0.70")
    charge(house, "14.90", at=IN_MONTH + timedelta(days=31))
    close_month(MONTH)
    assert len(lines_of(Statement.objects.get())) == 1


@pytest.mark.parametrize("funding", ["free", "package"])
def test_what_is_free_or_within_the_plan_is_not_billed(funding):
    house = customer()
    use(house, 5, "0.00", funding=funding)
    assert close_month(MONTH).statements == 0


def test_a_month_paid_from_the_wallet_becomes_a_deferred_invoice_with_nothing_open():
    """Three prices whose halves of a cent all go up: the invoice's rounding counts, and nothing stays open."""
    house = customer()
    for price in ("0.335", "0.005", "0.0065"):
        use(house, 3, price, funding="wallet")
    charge(house, "9.90", funding="wallet")
    invoice = invoice_of(house)
    assert invoice.kind == "TD24"
    assert invoice.statement.prepaid == invoice.due == Decimal("13.36")
    settled = Invoice.objects.with_settled().get()
    assert (settled.outstanding, settled.payment_state(DAY)) == (Decimal("0.00"), "paid")
    assert [payment.method for payment in invoice.payments.all()] == ["MP22"]
    assert prove() == 0


def test_of_a_month_paid_in_part_from_the_wallet_the_rest_is_open():
    house = customer()
    use(house, 3, "0.335", funding="wallet")
    use(house, 4, "0.335")
    use(house, 1, "10.00")
    invoice = invoice_of(house)
    assert [(line.quantity, line.net) for line in invoice.lines.all()] == [
        (7, Decimal("2.35")), (1, Decimal("10.00")),
    ]  # fmt: skip
    assert invoice.statement.prepaid == Decimal("1.23")
    assert Invoice.objects.with_settled().get().outstanding == invoice.due - Decimal("1.23")
    assert prove() == 0


@pytest.mark.parametrize(
    ("kind", "prepaid"),
    [("business", "122.00"), ("split_list", "100.00"), ("public_body", "100.00"), ("foreign", "100.00")],
)
def test_the_wallet_pays_vat_only_where_the_customer_owes_it_to_us(kind, prepaid):
    house = customer(kind)
    use(house, 100, "1.00", funding="wallet")
    invoice = invoice_of(house)
    assert invoice.statement.prepaid == Decimal(prepaid)
    assert invoice.due - invoice.statement.prepaid == (
        Decimal("2.00") if invoice.stamp and invoice.due > 100 else 0
    )


@pytest.mark.parametrize(
    ("kind", "changes", "rule"),
    [
        ("consumer", {"country": "CH", "tax_code": "", "recipient_code": "XXXXXXX", "province": ""}, None),
        ("business", {}, {"customer": "italian", "nature": "N2.2", "reference": "Art. 1, L. 190/2014"}),
        ("public_body", {}, {"customer": "public_body"}),
    ],
)
def test_the_wallet_pays_vat_as_the_rules_of_the_day_say(kind, changes, rule):
    """Abroad without a company, a seller who charges no VAT, a public body after the end of split payment."""
    house = customer(kind, **changes)
    if rule:
        TaxRule(**rule, valid_from=date(2026, 9, 1), source="The accountant").save()
    use(house, 50, "1.00", funding="wallet")
    invoice = invoice_of(house)
    assert invoice.statement.prepaid == invoice.due
    assert with_vat(house, Decimal("50"), Decimal("22")) == invoice.due


@pytest.mark.parametrize(
    ("kind", "gross"),
    [("business", "122.00"), ("public_body", "122.00"), ("eu_business", "100.00"), ("foreign", "100.00")],
)
def test_a_price_is_shown_with_the_vat_that_the_invoice_will_bear(kind, gross):
    house = customer(kind)
    PriceFactory(amount=Decimal("1.00"))
    assert quote(house, Product.SIMPLE_SIGNATURE, 100, timezone.now()).gross == Decimal(gross)
    use(house, 100, "1.00")
    assert invoice_of(house).total == Decimal(gross)


def test_a_proof_finds_a_charge_that_came_late():
    house = customer()
    use(house, 1)
    close_month(MONTH)
    charge(house, "14.90", at=IN_MONTH + timedelta(days=3))
    assert prove() == 1
    assert Organisation.objects.count() == 1
