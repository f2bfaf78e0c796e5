"""Who the holder is and how they are reached; where they were born."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers import countries
from customers.contacts import EmailField, mobile_number
from customers.identifiers import compact
from customers.identity import place_data, provinces, tax_code
from upstream import ProductFamily

from ..steps import BIRTH, PERSON
from .base import DayField, NameField, StepForm, shown_for, text
from .place import complete_place


class PersonForm(StepForm):
    """The holder, by the names on their ID document, and their own e-mail and mobile."""

    step = PERSON
    rows = [["given_name", "surname"], ["tax_code", "language"], ["email", "mobile"]]

    given_name = NameField(
        label=_("Given names"),
        help_text=_("All of them, as they stand on the ID document."),
        widget=text(autocomplete="section-holder given-name", autocapitalize="words"),
    )
    surname = NameField(
        label=_("Surname"), widget=text(autocomplete="section-holder family-name", autocapitalize="words")
    )
    tax_code = forms.CharField(
        label=_("Tax code (codice fiscale)"),
        max_length=40,
        help_text=_("16 characters, on the front of the health card."),
        widget=text(
            autocomplete="off", autocapitalize="characters", spellcheck="false", **{"class": "input--code"}
        ),
    )
    email = EmailField(
        label=_("E-mail of the holder"),
        help_text=_("Their own: the maker writes there, and each holder needs an address that no other has."),
        widget=forms.EmailInput(attrs={"autocomplete": "section-holder email"}),
    )
    mobile = forms.CharField(
        label=_("Mobile of the holder"),
        max_length=30,
        help_text=_("Their own: codes come there by SMS. Without a prefix it is Italian."),
        widget=text(autocomplete="section-holder tel", inputmode="tel"),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("In which we write to the holder.")
    )

    def arrange(self) -> None:
        """Where the maker asks for the rest, a tax code only helps to see whether the contacts are free."""
        if self.order.product_family not in {ProductFamily.STANDARD, ProductFamily.ARUBA}:
            code = self.fields["tax_code"]
            code.required = False
            code.help_text = _("With it we can tell at once whether e-mail and mobile are another person’s.")
            self.fields["given_name"].help_text = ""

    def clean_tax_code(self) -> str:
        return compact(self.cleaned_data["tax_code"])

    def clean_mobile(self) -> str:
        return mobile_number(self.cleaned_data["mobile"])


def countries_of_birth() -> list[tuple[str, Any]]:
    """All countries by their letters, Italy first; then those that have ended, by the code that people carry."""
    ended = sorted((place.code, str(place)) for place in place_data.states() if place.has_ended)
    return [
        *countries.choices_for_people(),
        (str(_("Countries that are no more")), sorted(ended, key=lambda choice: choice[1])),
    ]


class BirthForm(StepForm):
    """Sex, date and place of birth, filled in from the tax code where it says them."""

    step = BIRTH
    rows = [["sex"], ["born_on", "birth_country"], ["birth_place", "birth_province"]]
    derived = ["birth_province"]

    sex = forms.ChoiceField(
        label=_("Sex, as on the ID document"),
        choices=[("F", _("Woman")), ("M", _("Man"))],
        widget=forms.RadioSelect,
    )
    born_on = DayField(label=_("Date of birth"), attrs={"autocomplete": "section-holder bday"})
    birth_country = forms.ChoiceField(
        label=_("Country of birth"),
        choices=countries_of_birth,
        widget=forms.Select,
    )
    birth_place = forms.CharField(
        label=_("Place of birth"),
        max_length=80,
        help_text=_("The comune as it was called then; abroad the town."),
        widget=text(autocomplete="off"),
    )
    birth_province = forms.CharField(
        label=_("Province"),
        max_length=40,
        required=False,
        help_text=_("Two letters. Filled in by itself where only one comune has the name."),
        widget=text(autocomplete="off", autocapitalize="characters", **shown_for("birth_country", "IT")),
    )

    def arrange(self) -> None:
        self.suggest_places("birth_place")

    def complete(self) -> None:
        if "birth_country" not in self.cleaned_data:
            return
        if self.cleaned_data["birth_country"] != "IT":
            self.cleaned_data["birth_province"] = provinces.ABROAD
            self.errors.pop("birth_province", None)
            return
        complete_place(self, "birth_place", "birth_province", self.cleaned_data.get("born_on"))

    def values(self) -> dict[str, Any]:
        kept = super().values()
        if "birth_country" not in kept:
            # Without its country nothing can be said of a place.
            kept.pop("birth_place", None)
        return kept


def read_from_tax_code(text_of_code: str) -> dict[str, Any]:
    """What a tax code says of sex, date and place of birth, to begin the step with; nothing where it is not right."""
    reading = tax_code.read(text_of_code, today=timezone.localdate())
    if reading is None:
        return {}
    known: dict[str, Any] = {"sex": reading.sex}
    if reading.birth_dates:
        known["born_on"] = reading.birth_dates[0]
    if reading.place is not None and reading.place.is_abroad:
        code = reading.place.code if reading.place.has_ended else reading.place.iso[0]
        known |= {"birth_country": code, "birth_province": provinces.ABROAD}
    elif reading.place is not None:
        known |= {
            "birth_country": "IT",
            "birth_place": reading.place.name,
            "birth_province": reading.place.province,
        }
    return known
