"""Certificates that were bought elsewhere, and what is said of one by hand."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from customers.contacts import EmailField, mobile_number
from customers.identity.tax_code import check as check_tax_code
from signatures.catalogue.products import ARUBA, INFOCERT, Covers, Device

from ..models import Certificate
from ..windows import years_after
from .base import DayField, NameField, text

# Makers whose rules we know come first; another one may be typed.
MAKERS = (INFOCERT, ARUBA, "Namirial", "Poste Italiane", "Intesi Group", "TeamSystem")
DEVICES = (Device.SMART_CARD, Device.USB_KEY, Device.REMOTE, Device.CODE_DISPLAY)
LONGEST_YEARS = 20


class CertificateForm(forms.Form):
    """What one must know of a certificate to be told in time: whose, of which maker, on what, until when."""

    holder_name = NameField(label=_("Holder"), widget=text(autocomplete="off"))
    email = EmailField(
        label=_("Holder’s e-mail"), required=False, help_text=_("The holder is reminded too, if we know where."),
    )  # fmt: skip
    mobile = forms.CharField(
        label=_("Holder’s mobile"), required=False, max_length=30, widget=text(inputmode="tel"),
        help_text=_("A renewal code opens with a code to this number."),
    )  # fmt: skip
    tax_code = forms.CharField(
        label=_("Holder’s tax code"), required=False, max_length=16, widget=text(autocomplete="off")
    )
    language = forms.ChoiceField(
        label=_("Holder’s language"), choices=[("it", "Italiano"), ("fr", "Français"), ("en", "English")]
    )
    maker = forms.CharField(label=_("Maker"), max_length=40, widget=text(list="makers"))
    device = forms.ChoiceField(
        label=_("It lives on"), choices=[(one.value, one.label) for one in DEVICES], widget=forms.RadioSelect
    )
    covers = forms.ChoiceField(
        label=_("It is for"),
        widget=forms.RadioSelect,
        choices=[(one.value, capfirst(one.label)) for one in Covers],
    )
    serial = forms.CharField(
        label=_("Serial number"), required=False, max_length=80, widget=text(autocomplete="off")
    )
    expires_on = DayField(label=_("Expires on"), help_text=_("The last day of its validity."))
    issued_on = DayField(label=_("Issued on"), required=False, help_text=_("Empty: three years before."))
    device_since = DayField(
        label=_("Device in use since"), required=False,
        help_text=_("For one that was renewed before: when the device was first issued."),
    )  # fmt: skip
    was_renewed = forms.BooleanField(label=_("It was renewed before, on the same device"), required=False)

    rows = (("email", "mobile"), ("tax_code", "language"), ("expires_on", "issued_on"))

    def __init__(self, *args: Any, certificate: Certificate | None = None, **options: Any) -> None:
        if certificate is not None:
            options.setdefault("initial", _as_initial(certificate))
        super().__init__(*args, label_suffix="", **options)

    def clean_mobile(self) -> str:
        mobile = self.cleaned_data["mobile"]
        return mobile_number(mobile) if mobile else ""

    def clean_tax_code(self) -> str:
        typed = "".join(self.cleaned_data["tax_code"].split()).upper()
        errors = (
            [finding for finding in check_tax_code(typed, today=timezone.localdate()) if finding.is_error]
            if typed
            else []
        )
        if errors:
            raise ValidationError(errors[0].message)
        return typed

    def clean_expires_on(self) -> date:
        expires_on: date = self.cleaned_data["expires_on"]
        today = timezone.localdate()
        if expires_on < today:
            raise ValidationError(_("It has expired already: there is nothing to be reminded of."))
        if expires_on > years_after(today, LONGEST_YEARS):
            raise ValidationError(_("Check the year."))
        return expires_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        expires_on = cleaned.get("expires_on")
        is_remote = cleaned.get("device") in {Device.REMOTE, Device.CODE_DISPLAY}
        covers = cleaned.get("covers")
        if covers and cleaned.get("device") and is_remote != (covers == Covers.REMOTE):
            self.add_error(
                "covers", _("A remote signature lives on no card or key, and nothing else is remote.")
            )
        if expires_on is None:
            return cleaned
        cleaned["issued_on"] = cleaned.get("issued_on") or years_after(expires_on, -3)
        cleaned["device_since"] = cleaned.get("device_since") or cleaned["issued_on"]
        if cleaned["issued_on"] > min(expires_on, timezone.localdate()):
            self.add_error("issued_on", _("It cannot have been issued in the future, or after its expiry."))
        elif cleaned["device_since"] > cleaned["issued_on"]:
            self.add_error("device_since", _("The device cannot be younger than the certificate on it."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Columns and contacts, as they are kept."""
        kept = {name: value for name, value in self.cleaned_data.items() if name != "was_renewed"}
        return {**kept, "renewals_count": 1 if self.cleaned_data["was_renewed"] else 0}

    def layout(self) -> list[list[forms.BoundField]]:
        """The fields in rows."""
        in_rows = {name: row for row in self.rows for name in row}
        shown: list[list[forms.BoundField]] = []
        for name in self.fields:
            row = in_rows.get(name, (name,))
            if name == row[0]:
                shown.append([self[one] for one in row])
        return shown


class DoneForm(forms.Form):
    """The new expiry of a renewed certificate, if somebody has read it off."""

    expires_on = DayField(
        label=_("New expiry"), required=False, help_text=_("Empty: three years after the old one.")
    )

    def __init__(self, *args: Any, certificate: Certificate, **options: Any) -> None:
        super().__init__(*args, label_suffix="", **options)
        self.certificate = certificate

    def clean_expires_on(self) -> date | None:
        expires_on: date | None = self.cleaned_data["expires_on"]
        old = self.certificate.expires_on
        if expires_on is not None and not old < expires_on <= years_after(old, 10):
            raise ValidationError(_("The new expiry lies after the old one, some years later."))
        return expires_on


def _as_initial(certificate: Certificate) -> dict[str, Any]:
    columns = (
        "holder_name",
        "language",
        "maker",
        "device",
        "covers",
        "serial",
        "expires_on",
        "issued_on",
        "device_since",
    )
    return {
        **{name: getattr(certificate, name) for name in columns},
        **certificate.holder,
        "was_renewed": certificate.renewals_count > 0,
    }
