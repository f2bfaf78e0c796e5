"""Who is to have an identity: one row a person, each checked by itself and against the others."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from customers.contacts import mobile_number
from customers.identifiers import codice_fiscale_of_person

from ..adults import is_adult
from ..flows.hand_over import Person
from ..flows.taken import taken_by_others

# A form of Django takes a thousand fields; a row has eight.
MOST_PEOPLE = 100
PREFIX = "people"
FIELDS = ("name", "surname", "tax_code", "email", "mobile", "language")

NO_SECOND = _("For this codice fiscale a voucher is on its way already, or an identity is active.")
OTHERS_EMAIL = _("This e-mail is another person's already. The identity provider wants one of their own.")
OTHERS_MOBILE = _("This mobile is another person's already. The identity provider wants one of their own.")


def _text(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attributes})


class ContactFields(forms.Form):
    """How a person is called and reached."""

    name = forms.CharField(label=_("Name"), max_length=60, widget=_text())
    surname = forms.CharField(label=_("Surname"), max_length=60, widget=_text())
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("Their own: the link goes there, and the provider's mails."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    mobile = forms.CharField(
        label=_("Mobile"),
        max_length=30,
        help_text=_("Their own. Without a prefix it is Italian."),
        widget=_text(inputmode="tel"),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_mobile(self) -> str:
        return mobile_number(self.cleaned_data["mobile"])


class PersonForm(ContactFields):
    """One person."""

    tax_code = forms.CharField(
        label=_("Codice fiscale"),
        max_length=30,
        help_text=_("16 characters, as on the health card."),
        widget=_text(autocapitalize="characters", spellcheck="false"),
    )
    field_order = ("name", "surname", "tax_code", "email", "mobile", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = translation.get_language()

    def clean_tax_code(self) -> str:
        code = codice_fiscale_of_person(self.cleaned_data["tax_code"])
        if not is_adult(code, timezone.localdate()):
            raise ValidationError(
                _("By this codice fiscale the person is under 18: SPID is for adults."), "minor"
            )
        return code

    @property
    def person(self) -> Person:
        """Who was typed; only when the form is valid."""
        return Person(**{name: self.cleaned_data[name] for name in FIELDS})


class BasePeopleFormSet(BaseFormSet):
    """All people of an order: nobody twice, and nobody who has an open voucher elsewhere."""

    def clean(self) -> None:
        rows = self.present()
        self._refuse_twice(rows, "tax_code", _("This codice fiscale stands in the list twice."))
        self._refuse_twice(
            rows, "email", _("Somebody else in the list has this e-mail. Each needs their own.")
        )
        self._refuse_twice(
            rows, "mobile", _("Somebody else in the list has this mobile. Each needs their own.")
        )
        self._refuse_taken([row for row in rows if row.is_valid()])
        if not rows and not any(self.errors):
            raise ValidationError(_("Name at least one person."), "empty")

    def present(self) -> list[PersonForm]:
        """The rows that are filled in and not taken out."""
        return [
            row
            for row in self.forms
            if row.has_changed() and not getattr(row, "cleaned_data", {}).get("DELETE")
        ]

    def _refuse_twice(self, rows: Iterable[PersonForm], name: str, words: Any) -> None:
        seen: set[str] = set()
        for row in rows:
            value = getattr(row, "cleaned_data", {}).get(name)
            if value and value in seen:
                row.add_error(name, ValidationError(words, "twice"))
            seen.add(value or "")

    def _refuse_taken(self, rows: list[PersonForm]) -> None:
        taken = taken_by_others([row.person for row in rows])
        for row in rows:
            person = row.person
            if person.tax_code in taken.tax_codes:
                row.add_error("tax_code", ValidationError(NO_SECOND, "taken"))
            if person.email in taken.emails:
                row.add_error("email", ValidationError(OTHERS_EMAIL, "taken"))
            if person.mobile in taken.mobiles:
                row.add_error("mobile", ValidationError(OTHERS_MOBILE, "taken"))

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take out")


PeopleFormSet = formset_factory(
    PersonForm,
    formset=BasePeopleFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST_PEOPLE,
    validate_max=True,
    absolute_max=MOST_PEOPLE + 200,
)


def people_in(formset: Any) -> list[Person]:
    """The people of a valid formset, in the order of its rows."""
    return [row.person for row in formset.present()]


def row_data(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Rows as a browser would post them, so that a list that was pasted is checked like one that was typed."""
    listed = [{"language": translation.get_language() or "", **row} for row in rows]
    data = {f"{PREFIX}-TOTAL_FORMS": str(len(listed)), f"{PREFIX}-INITIAL_FORMS": "0"}
    for place, row in enumerate(listed):
        data |= {f"{PREFIX}-{place}-{name}": row.get(name, "") for name in FIELDS}
    return data
