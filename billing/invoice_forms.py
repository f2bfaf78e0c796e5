"""What staff type about invoices: the seller's data, a month to close, payments, outcomes, what is credited."""

import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum import iban as iban_numbers

from customers import identifiers

from .fattura import NotLatin, to_latin
from .flows.credit_lines import available
from .flows.record_payment import Received
from .forms import IN_REACH
from .models import Invoice, Payment, SdiOutcome, Seller


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, picked or typed."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def not_in_the_future(day: date) -> date:
    if day > timezone.localdate():
        raise ValidationError(_("This day has not come yet."), "future")
    return day


class SellerForm(forms.ModelForm):
    """The seller's data, each checked as the exchange system will."""

    # Longer than what is kept: what was pasted with spaces is normalised, and what is wrong gets its own message.
    vat_number = forms.CharField(label=_("VAT number (partita IVA)"), max_length=20)
    tax_code = forms.CharField(label=_("tax code (codice fiscale)"), max_length=24)
    iban = forms.CharField(label="IBAN", max_length=50, help_text=Seller._meta.get_field("iban").help_text)

    class Meta:
        model = Seller
        exclude = ()  # noqa: DJ006  staff see every field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._apply("vat_number", identifiers.partita_iva)
        self._apply("tax_code", identifiers.codice_fiscale)
        self._apply("postal_code", identifiers.italian_postal_code)
        self._apply("province", identifiers.italian_province)
        self._apply("rea_office", identifiers.italian_province)
        self._apply("iban", iban)
        for field in ("name", "address", "city"):
            self._apply(field, latin)
        if bool(cleaned.get("rea_office")) != bool(cleaned.get("rea_number")):
            self.add_error("rea_number", _("Office and number belong together."))
        return cleaned

    def _apply(self, field: str, rule: Callable[[str], str]) -> None:
        if self.cleaned_data.get(field):
            try:
                self.cleaned_data[field] = rule(self.cleaned_data[field])
            except ValidationError as error:
                self.add_error(field, error)


def iban(text: str) -> str:
    """An account's number with its check digits (ISO 13616)."""
    number = identifiers.compact(text)
    if not iban_numbers.is_valid(number):
        raise ValidationError(_("This is no IBAN: check it digit by digit."), "iban")
    return number


def latin(text: str) -> str:
    """A text that an e-invoice can hold; refused with the letters that it cannot."""
    try:
        to_latin(text)
    except NotLatin as error:
        raise ValidationError(
            _("An e-invoice cannot hold “%(letters)s”: write it with Latin letters."),
            "latin",
            {"letters": error.characters},
        ) from error
    return text


class MonthForm(forms.Form):
    """A calendar month."""

    month = forms.DateField(
        label=_("Month"),
        input_formats=["%Y-%m", "%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
        validators=IN_REACH,
    )


class IssueForm(forms.Form):
    """The day that the invoice bears."""

    on = day_field(_("Date of the invoice"), validators=[not_in_the_future])


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class PaymentForm(forms.Form):
    """Money on an invoice. ``token`` makes the same form, sent twice, one payment."""

    amount = forms.DecimalField(
        label=_("Amount"),
        max_digits=12,
        decimal_places=2,
        help_text=_("Negative: a refund, or a correction."),
    )
    paid_on = day_field(_("Paid on"), validators=[not_in_the_future])
    method = forms.ChoiceField(label=_("Method"), choices=Payment.Method.choices)
    reference = forms.CharField(label=_("Reference"), max_length=140, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if not amount:
            raise ValidationError(_("Nothing was paid: enter an amount."), "zero")
        return amount

    @property
    def received(self) -> Received:
        """What was typed; only when the form is valid."""
        data = self.cleaned_data
        return Received(data["amount"], data["paid_on"], data["method"], data["reference"])


class OutcomeForm(forms.Form):
    """What the exchange system said."""

    kind = forms.ChoiceField(label=_("Outcome"), choices=SdiOutcome.Kind.choices)
    received_on = day_field(_("Received on"), validators=[not_in_the_future])
    sdi_id = forms.CharField(label=_("SdI's number"), max_length=36, required=False)
    note = forms.CharField(
        label=_("Note"),
        max_length=400,
        required=False,
        help_text=_("For a rejection: the code and what it says."),
    )


class CreditForm(forms.Form):
    """How many pieces of each line of an invoice are credited, and why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        help_text=_("It stands on the credit note; in Italian for Italian customers."),
    )

    def __init__(self, invoice: Invoice, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = available(invoice)
        self.lines = list(invoice.lines.all())
        for line in self.lines:
            self.fields[f"line_{line.pk}"] = forms.IntegerField(
                label=f"{line.number}. {line.description}",
                min_value=0,
                max_value=left[line.pk],
                initial=left[line.pk],
                required=False,
                help_text=gettext("Of %(count)s pieces, %(left)s can be credited.")
                % {"count": line.quantity, "left": left[line.pk]},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(self.pieces.values()):
            raise ValidationError(_("Nothing is credited: enter how many pieces of which line."), "nothing")
        return cleaned

    @property
    def pieces(self) -> dict[int, int]:
        """Pieces by line; only when the form is valid."""
        return {line.pk: self.cleaned_data.get(f"line_{line.pk}") or 0 for line in self.lines}
