"""The wallet's page and export, and how staff record a transfer."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.flows.ledger import credit_of, open_ledger
from billing.flows.top_up import record_transfer
from billing.models import BankTransfer, Movement
from customers.tests.factories import OrganisationFactory, member_client, staff_client

from .invoice_factories import SellerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def accountant():
    client, membership = member_client("accountant")
    record_transfer(membership.organisation, Decimal("50.00"), date(2026, 11, 2), "=CRO 77", "Staff")
    with open_ledger(membership.organisation) as ledger:
        ledger.post(Movement.Kind.HOLD, Decimal("1.159"), "hold:1")
    return client, membership.organisation


def rows(answer, delimiter):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    *found, sums = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert next(iter(sums.values())) in {"Totale", "total"}
    return found


def test_the_page_shows_credit_and_movements(accountant):
    page = accountant[0].get(reverse("wallet:wallet")).content.decode()
    assert "€48.84" in page
    assert "€48.841" in page
    assert "Top-up by bank transfer" in page
    assert "CRO 77" in page


def test_the_export_adds_up_to_the_credit_on_the_page(accountant):
    client, customer = accountant
    lines = rows(client.get(reverse("wallet:export"), {"form": "plain"}), ",")
    credit = credit_of(customer)
    assert sum(Decimal(line["available_change"]) for line in lines) == credit.available
    assert sum(Decimal(line["held_change"]) for line in lines) == credit.held
    assert Decimal(lines[-1]["available_after"]) == credit.available
    assert [line["movement"] for line in lines] == ["top-up by bank transfer", "held for a purchase"]


def test_the_italian_form_is_for_spreadsheets(accountant):
    line = rows(accountant[0].get(reverse("wallet:export"), {"form": "it"}), ";")[0]
    assert (line["Credito disponibile"], line["Descrizione"]) == ("50,00", "'=CRO 77")


def test_nothing_of_another_house_is_shown(accountant):
    theirs = OrganisationFactory()
    record_transfer(theirs, Decimal("70.00"), date(2026, 11, 2), "Their transfer", "Staff")
    assert "Their transfer" not in accountant[0].get(reverse("wallet:wallet")).content.decode()
    assert len(rows(accountant[0].get(reverse("wallet:export"), {"form": "it"}), ";")) == 2


def test_staff_record_a_transfer_and_the_credit_is_there():
    customer = OrganisationFactory()
    answer = staff_client().post(
        reverse("admin:billing_banktransfer_add"),
        {
            "organisation": customer.pk,
            "direction": "in",
            "amount": "100.00",
            "on": "2026-11-02",
            "reference": "TRN-9",
        },
    )
    assert answer.status_code == 302
    assert credit_of(customer).available == Decimal("100.00")
    assert BankTransfer.objects.get().recorded_by


def test_staff_cannot_take_back_more_than_there_is():
    customer = OrganisationFactory()
    answer = staff_client().post(
        reverse("admin:billing_banktransfer_add"),
        {
            "organisation": customer.pk,
            "direction": "out",
            "amount": "1.00",
            "on": "2026-11-02",
            "reference": "TRN-9",
        },
    )
    assert "0.00 EUR of credit that is free" in answer.content.decode()
    assert not BankTransfer.objects.exists()


@pytest.mark.parametrize("name", ["movement", "banktransfer"])
def test_staff_look_at_the_ledger_and_edit_nothing(accountant, name):
    staff = staff_client()
    assert staff.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
    row = {"movement": Movement, "banktransfer": BankTransfer}[name].objects.first()
    page = staff.get(reverse(f"admin:billing_{name}_change", args=[row.pk]))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()


def test_the_page_says_where_to_transfer_to_and_under_which_reference(accountant):
    client, customer = accountant
    assert customer.code in client.get(reverse("wallet:wallet")).content.decode()
    SellerFactory()
    page = client.get(reverse("wallet:wallet")).content.decode()
    for shown in ("Sigillo Firme Srl", "IT60 X054 2811 1010 0000 0123 456", customer.code):
        assert shown in page
