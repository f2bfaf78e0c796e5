"""Receipts of top-ups: mailed once to who looks after the money, and read again in the wallet."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from billing.flows.ledger import credit_of, open_ledger
from billing.flows.pay_by_card import take_in
from billing.flows.receipt import mail_receipt
from billing.flows.top_up import record_transfer
from billing.models import CardPayment, Movement
from customers.tests.factories import MembershipFactory, member_client
from outbox.flows.write import PURPOSE
from outbox.models import Mail
from vault import open_sealed

from .invoice_factories import SellerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def accountant():
    client, membership = member_client("accountant")
    membership.organisation.name = "Bottega Ferri Srl"
    membership.organisation.save()
    return client, membership.organisation


def topped_up(organisation, reference="CRO 77", **changes):
    record_transfer(organisation, Decimal("50.00"), date(2026, 11, 2), reference, "Staff", **changes)
    return Movement.objects.for_organisation(organisation).order_by("number").last()


def receipts():
    return Mail.objects.filter(kind="top_up_receipt")


def text_of(mail, part="sealed_text"):
    return open_sealed(getattr(mail, part), PURPOSE).decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("part", ["sealed_text", "sealed_html"])
def test_the_mail_is_the_receipt(accountant, part):
    SellerFactory()
    customer = accountant[1]
    topped_up(customer, "CRO 11")
    movement = topped_up(customer)
    text = text_of(receipts().get(fact_key__contains=f":{movement.pk}:"), part)
    for told in (
        "Sigillo Firme Srl", "06363391001", "Via della Scala 31", "Bottega Ferri Srl", customer.code, "€50.00",
        "€100.00", "2 November 2026", "bank transfer", "CRO 77", "6-quater", f"{customer.code}-{movement.number}",
        reverse("wallet:receipt", args=[movement.pk]),
    ):  # fmt: skip
        assert told in text, told


def test_owners_and_accountants_get_it_in_their_language(accountant):
    customer = accountant[1]
    owner = MembershipFactory(organisation=customer, role="owner", user__language="it")
    MembershipFactory(organisation=customer, role="sender")
    topped_up(customer)
    assert receipts().count() == 2
    assert "buono multiuso" in text_of(receipts().get(recipient=owner.user.email))


def test_a_movement_has_one_receipt(accountant):
    movement = topped_up(accountant[1])
    with transaction.atomic():
        mail_receipt(movement)
    assert receipts().count() == 1


def test_a_top_up_that_is_not_booked_has_no_receipt(accountant):
    topped_up(accountant[1])
    with pytest.raises(IntegrityError), transaction.atomic():
        topped_up(accountant[1])
    assert receipts().count() == 1


def test_money_that_goes_back_has_no_receipt(accountant):
    topped_up(accountant[1])
    movement = topped_up(accountant[1], "CRO 78", direction="out")
    assert receipts().count() == 1
    assert accountant[0].get(reverse("wallet:receipt", args=[movement.pk])).status_code == 404


def test_a_top_up_by_card_has_a_receipt_with_the_processors_reference(accountant):
    payment = CardPayment.objects.create(
        organisation=accountant[1], amount=Decimal("80.00"), begun_by="x", session="cs_1"
    )
    paid = {
        "id": "cs_1", "client_reference_id": str(payment.pk), "payment_status": "paid", "amount_total": 8000,
        "currency": "eur",
    }  # fmt: skip
    for number in (1, 2):
        take_in({"id": f"evt_{number}", "type": "checkout.session.completed", "data": {"object": paid}})
    text = text_of(receipts().get())
    assert "cs_1" in text
    assert "by card" in text
    assert "€80.00" in text


def test_without_the_sellers_data_the_money_is_credit_and_the_receipt_does_without_them(accountant):
    SellerFactory(valid_from=date(2999, 1, 1))
    movement = topped_up(accountant[1])
    assert credit_of(accountant[1]).available == Decimal("50.00")
    assert "Sigillo Firme Srl" not in text_of(receipts().get())
    assert accountant[0].get(reverse("wallet:receipt", args=[movement.pk])).status_code == 200


def test_the_wallet_leads_to_the_receipts_of_top_ups_alone(accountant):
    SellerFactory()
    client, customer = accountant
    movement = topped_up(customer)
    with open_ledger(customer) as ledger:
        held = ledger.post(Movement.Kind.HOLD, Decimal("1.159"), "hold:1")
    wallet = client.get(reverse("wallet:wallet")).content.decode()
    address = reverse("wallet:receipt", args=[movement.pk])
    assert address in wallet
    assert reverse("wallet:receipt", args=[held.pk]) not in wallet
    page = client.get(address).content.decode()
    for told in ("Sigillo Firme Srl", "CRO 77", "€50.00", "multi-purpose voucher"):
        assert told in page
