"""A seller, customers of every kind, and months in which they used something, for tests of invoices."""

import itertools
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from factory.django import DjangoModelFactory

from billing.fattura import line_net
from billing.flows.close_month import close_month
from billing.models import (
    Funding,
    InvoiceDraft,
    InvoiceKind,
    Price,
    Product,
    Seller,
    Statement,
    StatementLine,
    Tariff,
    Usage,
    VatRate,
)
from billing.models.statement import statement_id, statement_number
from billing.models.usage import usage_id
from customers.models import Organisation, VatProof

from .factories import BoughtFactory

MONTH = date(2026, 10, 1)
IN_MONTH = datetime(2026, 10, 14, 10, tzinfo=UTC)
_numbers = itertools.count(1)


class SellerFactory(DjangoModelFactory[Seller]):
    """The reseller, as its accountant would enter it."""

    class Meta:
        model = Seller

    name = "Sigillo Firme Srl"
    vat_number = "06363391001"
    tax_code = "06363391001"
    address = "Via della Scala 31"
    postal_code = "50123"
    city = "Firenze"
    province = "FI"
    rea_office = "FI"
    rea_number = "612345"
    share_capital = Decimal("10000.00")
    sole_shareholder = "SM"
    phone = "0551234567"
    email = "fatture@sigillo.example"
    iban = "IT60X0542811101000000123456"
    valid_from = date(2026, 1, 1)
    source = "Register of companies"


CUSTOMERS: dict[str, dict[str, Any]] = {
    "business": {"vat_number": "00743110157", "tax_code": "00743110157", "pec": "bottega@pec.example"},
    "professional": {"kind": "professional", "vat_number": "07432261001", "tax_code": "RSSMRA85C15H501R"},
    "split_list": {"vat_number": "02046570426", "is_on_split_list": True, "recipient_code": "ABC1234"},
    "public_body": {
        "kind": "public_body", "tax_code": "80078750587", "recipient_code": "UFY9MH",
        "contract_reference": "ORD-2026-77", "cig": "ZB12345678", "cup": "J41B21000010001",
    },
    "consumer": {"kind": "consumer", "tax_code": "BNCMLS90T41F205K", "name": "Maria Luisa Bianchi"},
    "eu_business": {
        "kind": "eu_business", "country": "FR", "vat_number": "FR40303265045", "postal_code": "75002",
        "city": "Paris", "province": "", "recipient_code": "XXXXXXX", "name": "Ferri et Fils SARL",
    },
    "eu_consumer": {
        "kind": "consumer", "country": "DE", "postal_code": "10115", "city": "Berlin", "province": "",
        "recipient_code": "XXXXXXX",
    },
    "foreign": {
        "kind": "foreign", "country": "CH", "postal_code": "6900", "city": "Lugano", "province": "",
        "recipient_code": "XXXXXXX", "name": "Ferri AG",
    },
}  # fmt: skip


def customer(kind: str = "business", **changes: Any) -> Organisation:
    """A customer of this kind with everything that their invoice needs (EU: with the proof of VIES)."""
    fields = {
        "name": f"Bottega {next(_numbers)} Srl", "address": "Via dei Mille 12", "postal_code": "50131",
        "city": "Firenze", "province": "FI", "recipient_code": "0000000",
    }  # fmt: skip
    organisation = Organisation.objects.create(**{**fields, **CUSTOMERS[kind], **changes})
    if organisation.kind == Organisation.Kind.EU_BUSINESS:
        VatProof(
            organisation=organisation, vat_number=organisation.vat_number, answer="valid", reference="W1"
        ).save()
    return organisation


def use(
    organisation: Organisation,
    quantity: int,
    unit_price: str = "0.95",
    at: datetime = IN_MONTH,
    product: str = Product.SIMPLE_SIGNATURE,
    funding: str = Funding.POSTPAID,
) -> list[Usage]:
    """This organisation used so many pieces at this price. Each piece is a usage row of its own, as metering writes it."""
    purchase = BoughtFactory(organisation=organisation, quantity=max(quantity, 1))
    amount = Decimal(unit_price)
    sale = Price.objects.filter(side=Price.Side.SELL, organisation=organisation, amount=amount).first()
    if sale is None:
        sale = Price(
            side=Price.Side.SELL, product=product, organisation=organisation, amount=amount, source="Contract",
            valid_from=datetime(2026, 1, 1, tzinfo=UTC).replace(microsecond=next(_numbers) % 1000000),
        )  # fmt: skip
        sale.save()
    cost = Price.objects.cost(Product.SIMPLE_SIGNATURE, Tariff.SINGLE, at)
    rows = [
        Usage(
            id=usage_id(organisation.pk, product, purchase.provider_reference, f"signer-{number}"),
            organisation=organisation,
            product=product,
            occurred_at=at,
            purchase=purchase,
            provider_reference=purchase.provider_reference,
            subject_id=uuid.uuid4(),
            subject="Supply contract",
            person_key=f"signer-{number}",
            person=f"Signer {number}",
            tariff=Tariff.SINGLE,
            funding=funding,
            unit_price=amount,
            unit_cost=cost.amount,
            vat_rate=VatRate.objects.at(at).rate,
            sale=sale,
            cost=cost,
        )
        for number in range(quantity)
    ]
    return Usage.objects.bulk_create(rows)


def correct(rows: list[Usage], at: datetime) -> list[Usage]:
    """These pieces are taken back, at that time: new rows, as every correction is."""
    taken_back = []
    for row in rows:
        fields = {field.attname: getattr(row, field.attname) for field in Usage._meta.fields}
        fields |= {"id": uuid.uuid4(), "quantity": -1, "corrects_id": row.pk, "occurred_at": at}
        taken_back.append(Usage(**fields))
    return Usage.objects.bulk_create(taken_back)


def draft_of(organisation: Organisation, month: date = MONTH) -> InvoiceDraft:
    """The draft that closing the month makes for this organisation."""
    close_month(month, [organisation])
    return InvoiceDraft.objects.get(organisation=organisation, statement__month=month)


def prepaid_draft(organisation: Organisation, quantity: int, price: str, prepaid: str) -> InvoiceDraft:
    """The draft of a month of which the wallet has paid a part, as closing will write it when there are wallets."""
    net = line_net(quantity, Decimal(price))
    statement = Statement(
        id=statement_id(organisation.pk, MONTH),
        organisation=organisation,
        month=MONTH,
        number=statement_number(organisation.code, MONTH),
        net=net,
        prepaid=Decimal(prepaid),
        closing=uuid.uuid4(),
    )
    statement.save()
    StatementLine(
        statement=statement, product=Product.SIMPLE_SIGNATURE, unit_price=Decimal(price), vat_rate=Decimal("22.00"),
        quantity=quantity, net=net,
    ).save()  # fmt: skip
    return InvoiceDraft.objects.create(
        organisation=organisation, statement=statement, kind=InvoiceKind.DEFERRED
    )
