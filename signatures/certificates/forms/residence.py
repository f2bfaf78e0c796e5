"""Where the holder lives."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers import countries

from ..steps import RESIDENCE
from .base import StepForm, shown_for, text
from .place import complete_place, complete_postal_code


def address_fields() -> dict[str, forms.Field]:
    """Street, comune, province and CAP of an address."""
    return {
        "street": forms.CharField(
            label=_("Street and number"), max_length=100,
            widget=text(autocomplete="section-holder street-address", autocapitalize="words"),
        ),
        "municipality": forms.CharField(
            label=_("Municipality"), max_length=80,
            widget=text(autocomplete="section-holder address-level2"),
        ),
        "province": forms.CharField(
            label=_("Province"), max_length=40, required=False, help_text=_("Two letters; filled in by itself."),
            widget=text(
                autocomplete="section-holder address-level1", autocapitalize="characters", **shown_for("country", "IT")
            ),
        ),
        "postal_code": forms.CharField(
            label=_("Postal code (CAP)"), max_length=12,
            widget=text(autocomplete="section-holder postal-code", inputmode="numeric"),
        ),
    }  # fmt: skip


class ResidenceForm(StepForm):
    """The residence, as the register has it."""

    step = RESIDENCE
    rows = [["country"], ["street"], ["municipality", "province", "postal_code"]]
    derived = ["province"]

    country = forms.ChoiceField(
        label=_("Country"),
        choices=countries.choices_for_people,
        widget=forms.Select(attrs={"autocomplete": "section-holder country"}),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        self.base_fields = {**self.base_fields, **address_fields()}
        super().__init__(data, **options)

    def arrange(self) -> None:
        self.suggest_places("municipality")

    def complete(self) -> None:
        if self.cleaned_data.get("country") == "IT":
            place = complete_place(self, "municipality", "province", timezone.localdate())
            complete_postal_code(self, place)
        else:
            self.cleaned_data["province"] = ""
            self.errors.pop("province", None)
