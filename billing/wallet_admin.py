"""Customers' money for staff: transfers are recorded, the ledger is looked at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from facts.admin import AddOnlyAdmin, FactAdmin, MonthFilter

from .flows.ledger import credit_of
from .flows.top_up import book_transfer
from .models import BankTransfer, CardPayment, Movement, Reservation
from .product_admin import NamedProduct, ProductFilter, amount_column

AMOUNTS = [
    amount_column("amount", _("amount, EUR")),
    amount_column("wallet_after", _("available after it, EUR")),
    amount_column("held_after", _("held after it, EUR")),
]


class TransferForm(forms.ModelForm):
    """A bank transfer that stands on the bank's statement."""

    class Meta:
        model = BankTransfer
        fields = ("organisation", "direction", "amount", "on", "reference", "note")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        organisation, amount = cleaned.get("organisation"), cleaned.get("amount")
        if organisation and amount and cleaned.get("direction") == BankTransfer.Direction.OUT:
            credit = credit_of(organisation)
            if amount > credit.available:
                problem = _("The customer has %(credit)s EUR of credit that is free.")
                raise ValidationError({"amount": problem % {"credit": f"{credit.available:.2f}"}})
        return cleaned


@admin.register(BankTransfer)
class BankTransferAdmin(AddOnlyAdmin):
    """Top-ups by bank transfer: each is booked into the customer's ledger as it is saved."""

    form = TransferForm
    list_display = ["recorded_at", "organisation", "direction", "amount", "on", "reference", "recorded_by"]
    list_filter = ["direction", MonthFilter.of("recorded_at")]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name__istartswith", "reference"]
    autocomplete_fields = ["organisation"]

    def save_model(self, request: HttpRequest, obj: BankTransfer, form: Any, change: bool) -> None:
        obj.recorded_by = str(request.user)[:200]
        book_transfer(obj)


@admin.register(Movement)
class MovementAdmin(FactAdmin):
    """The ledger, newest movement first. Nobody edits it."""

    list_display = ["at", "organisation", "number", "kind", *AMOUNTS, "note"]
    list_filter = ["kind", MonthFilter.of("at")]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name__istartswith", "key"]
    ordering = ["-at", "-id"]


@admin.register(Reservation)
class ReservationAdmin(NamedProduct, FactAdmin):
    """What pays for each purchase of customers with a plan; what became of it stands beside it."""

    list_display = [
        "made_at", "organisation", "purchase", "product_name", "funding", "quantity", "held", "used", "given_back",
    ]  # fmt: skip
    list_filter = ["funding", ProductFilter, MonthFilter.of("made_at")]
    list_select_related = ["organisation", "purchase", "end"]
    search_fields = ["organisation__name__istartswith", "purchase__fact_key__startswith"]
    ordering = ["-made_at"]

    @admin.display(description=_("used"), empty_value="–")
    def used(self, row: Reservation) -> int | None:
        return row.end.used if hasattr(row, "end") else None

    @admin.display(description=_("given back"), empty_value="–")
    def given_back(self, row: Reservation) -> int | None:
        return row.end.given_back if hasattr(row, "end") else None


@admin.register(CardPayment)
class CardPaymentAdmin(FactAdmin):
    """Top-ups by card. What was paid is booked by the processor's signed events alone."""

    list_display = ["begun_at", "organisation", "amount", "state", "ended_at", "session", "begun_by"]
    list_filter = ["state", MonthFilter.of("begun_at")]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name__istartswith", "session"]
