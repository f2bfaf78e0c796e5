"""The second step: who signs, and how."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.contacts import EmailField, mobile_number

from ..models import Signer

MOST_SIGNERS = 20


class SignerForm(forms.Form):
    """One signer."""

    pk = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=pgettext_lazy("person", "Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    surname = forms.CharField(
        label=_("Surname"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    otp_channel = forms.ChoiceField(label=_("One-time code"), choices=Signer.OtpChannel.choices)
    mobile = forms.CharField(
        label=_("Mobile"),
        max_length=30,
        required=False,
        help_text=_("Needed for a code by SMS. Without a prefix it is Italian."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = translation.get_language()

    def clean_mobile(self) -> str:
        typed = self.cleaned_data["mobile"]
        return mobile_number(typed) if typed else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        wants_sms = cleaned.get("otp_channel") == Signer.OtpChannel.SMS
        if wants_sms and not cleaned.get("mobile") and "mobile" not in self.errors:
            self.add_error("mobile", _("A code by SMS needs a mobile number."))
        return cleaned


class BaseSignerFormSet(BaseFormSet):
    """All signers of an envelope: each is one person, with an e-mail of their own."""

    def clean(self) -> None:
        seen_emails: set[str] = set()
        seen_mobiles: set[str] = set()
        for form in self.present():
            email = form.cleaned_data.get("email")
            if email in seen_emails:
                form.add_error("email", _("Another signer has this e-mail already. Each needs their own."))
            seen_emails.add(email or "")
            mobile = form.cleaned_data.get("mobile")
            if mobile and mobile in seen_mobiles:
                form.add_error("mobile", _("Another signer has this mobile already. Each needs their own."))
            seen_mobiles.add(mobile or "")
        if not self.present() and not any(self.errors):
            raise ValidationError(_("Name at least one signer."))

    def present(self) -> list[SignerForm]:
        """The rows that are filled in and not taken out."""
        return [
            form
            for form in self.forms
            if (
                getattr(form, "cleaned_data", None)
                and not form.cleaned_data.get("DELETE")
                and form.has_changed()
            )
            or (
                getattr(form, "cleaned_data", None)
                and form.cleaned_data.get("pk")
                and not form.cleaned_data.get("DELETE")
            )
        ]

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take out")


SignerFormSet = formset_factory(
    SignerForm,
    formset=BaseSignerFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST_SIGNERS,
    validate_max=True,
    absolute_max=MOST_SIGNERS + 5,
)


class OptionsForm(forms.Form):
    """How the envelope is signed."""

    is_ordered = forms.BooleanField(
        label=_("One after the other"),
        help_text=_("Each is invited when the one before has signed. Otherwise all are invited at once."),
        required=False,
    )
    gives_copy = forms.BooleanField(
        label=_("Signers may download their copy"), help_text=_("When everybody has signed."), required=False
    )
    expires_on = forms.DateField(
        label=_("To be signed by"),
        required=False,
        help_text=_("Empty: 30 days from sending."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day and day < timezone.localdate():
            raise ValidationError(_("This day has passed."))
        if day and (day - timezone.localdate()).days > 365:
            raise ValidationError(_("Choose a day within a year: the provider keeps envelopes no longer."))
        return day
