"""The ID document that the holder will be identified by."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.identifiers import compact
from customers.identity import mrz
from customers.identity.document_rules import DocumentKind

from ..steps import DOCUMENT
from .base import DayField, StepForm, shown_for, text


class DocumentForm(StepForm):
    """Kind, number, issuer and days of the ID document; its machine-readable lines, for whoever wants to be sure."""

    step = DOCUMENT
    rows = [
        ["document_kind"],
        ["document_number", "document_issuer"],
        ["document_issued_on", "document_expires_on"],
        ["has_no_expiry"],
        ["mrz"],
    ]

    derived = ["document_expires_on"]

    # The paper card is among them so that who has one reads why it will not do.
    document_kind = forms.ChoiceField(
        label=_("Which document?"), choices=DocumentKind.choices, widget=forms.RadioSelect
    )
    document_number = forms.CharField(
        label=_("Number"),
        max_length=30,
        help_text=_("Such as CA00000AA on a card, YA0000000 in a passport."),
        widget=text(
            autocomplete="off", autocapitalize="characters", spellcheck="false", **{"class": "input--code"}
        ),
    )
    document_issuer = forms.CharField(
        label=_("Issued by"),
        max_length=100,
        help_text=_("As it stands there, such as “Comune di Firenze” or “MIT-UCO”."),
        widget=text(autocomplete="off"),
    )
    document_issued_on = DayField(label=_("Issued on"))
    document_expires_on = DayField(
        label=_("Expires on"), required=False, help_text=_("It must be valid for 90 days more.")
    )
    has_no_expiry = forms.BooleanField(
        label=_("It has no expiry"),
        required=False,
        help_text=_("Only electronic cards issued to people over 70 have none."),
        widget=forms.CheckboxInput(attrs=shown_for("document_kind", DocumentKind.CIE)),
    )
    mrz = forms.CharField(
        label=_("Machine-readable lines"),
        max_length=400,
        required=False,
        help_text=_(
            "The two or three lines of letters, digits and “<” on the back of the card or below the photo of the "
            "passport. With them we check the rest, and fill in what is missing."
        ),
        widget=forms.Textarea(
            attrs={
                "rows": 3, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false",
                "class": "textarea--rows input--code",
                **shown_for("document_kind", DocumentKind.CIE, DocumentKind.PASSPORT, DocumentKind.FOREIGN_PASSPORT),
            }
        ),
    )  # fmt: skip

    def clean_document_number(self) -> str:
        return compact(self.cleaned_data["document_number"])

    def complete(self) -> None:
        read = self._read()
        for name, value in read.items():
            if not self.cleaned_data.get(name) and self._is_empty(name):
                self.fill[name] = value
                self.cleaned_data[name] = date.fromisoformat(value) if name.endswith("_on") else value
                self.errors.pop(name, None)
        if self.cleaned_data.get("has_no_expiry"):
            self.cleaned_data["document_expires_on"] = None
        elif not self.cleaned_data.get("document_expires_on") and "document_expires_on" not in self.errors:
            self.add_error(
                "document_expires_on",
                ValidationError(_("Say when it expires, or that it has no expiry."), code="unfinished"),
            )

    def _is_empty(self, name: str) -> bool:
        return not str(self.data.get(self.add_prefix(name), "")).strip()

    def _read(self) -> dict[str, str]:
        """What the machine-readable lines say, where all their check digits hold."""
        typed = self.cleaned_data.get("mrz") or ""
        try:
            found = mrz.parse(typed) if typed.strip() else None
        except mrz.Unreadable:
            return {}
        if found is None or mrz.wrong_digits(found):
            return {}
        read: dict[str, str] = {"document_number": found.number}
        if found.issuing_state == "ITA":
            read["document_kind"] = DocumentKind.PASSPORT if found.is_passport else DocumentKind.CIE
        if expires_on := _next_of(found.expiry):
            read["document_expires_on"] = expires_on.isoformat()
        return read


def _next_of(yymmdd: str) -> date | None:
    """The day that six digits mean for an expiry: in this century. None for an unknown one."""
    try:
        return date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:6]))
    except ValueError:
        return None


def initial_kind(values: dict[str, Any]) -> str:
    """What is chosen at first: what most people have."""
    return str(values.get("document_kind") or DocumentKind.CIE)
