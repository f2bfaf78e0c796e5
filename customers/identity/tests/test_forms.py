"""Findings in a form: errors beside fields, warnings confirmed with a reason."""

from datetime import date

import pytest
from django import forms
from django.utils import translation

from customers.identity import checks
from customers.identity.forms import FindingsMixin
from customers.identity.person import Person
from customers.identity.tests.samples import TODAY
from customers.models import Organisation


class PersonForm(FindingsMixin, forms.Form):
    tax_code = forms.CharField(label="Tax code")
    surname = forms.CharField(label="Surname", help_text="As on the document.")
    name = forms.CharField(label="Given name")
    sex = forms.ChoiceField(choices=[("F", "Woman"), ("M", "Man")])
    born_on = forms.DateField()
    field_names = {"given_name": "name"}

    def find(self):
        typed = self.cleaned_data
        person = Person(
            tax_code=typed.get("tax_code", ""),
            surname=typed.get("surname", ""),
            given_name=typed.get("name", ""),
            sex=typed.get("sex", ""),
            born_on=typed.get("born_on"),
            birth_country="Atlantide",
        )
        return [
            f
            for f in checks.of_person(person, today=TODAY)
            if f.field != "birth_country" or self.data.get("elsewhere")
        ]


MARIA = {
    "tax_code": "BNCMLS90T41F205K",
    "surname": "Bianchi",
    "name": "Maria Luisa",
    "sex": "F",
    "born_on": date(1990, 12, 1),
}


def test_a_form_without_findings_asks_nothing():
    form = PersonForm(MARIA)
    assert form.is_valid(), form.errors
    assert form.findings == []
    assert "checkbox" not in str(form)
    assert list(form.fields)[-2:] == ["confirmed", "confirmation_reason"]
    assert "checkbox" not in str(PersonForm())


def test_an_error_stands_beside_its_field():
    form = PersonForm(MARIA | {"tax_code": "BNCMLS90T41F205L"})
    assert not form.is_valid()
    assert list(form.errors) == ["tax_code"]
    assert form.errors.as_data()["tax_code"][0].code == "tax_code_invalid"


def test_a_warning_stands_beside_its_field_and_waits_to_be_confirmed():
    form = PersonForm(MARIA | {"surname": "Bruni"})
    assert not form.is_valid()
    assert list(form.errors) == ["confirmed"]
    assert [warning.field for warning in form.open_warnings] == ["surname"]
    page = str(form)
    assert "“Bruni” gives BRN" in page
    assert 'id="id_surname_warning"' in page
    assert 'aria-describedby="id_surname_helptext id_surname_warning"' in page
    assert f'value="{form.open_warnings[0].key}"' in page
    assert 'value="Bruni"' in page
    # Who corrects the surname need not say why it was right.
    assert " required" not in page.partition('name="confirmation_reason"')[2]


def test_a_confirmation_needs_a_reason():
    key = confirmed({"surname": "Bruni"})
    form = PersonForm(MARIA | {"surname": "Bruni", "confirmed": [key], "confirmation_reason": "  "})
    assert not form.is_valid()
    assert list(form.errors) == ["confirmation_reason"]


def test_a_confirmed_warning_lets_the_form_pass_and_is_kept():
    key = confirmed({"surname": "Bruni"})
    form = PersonForm(MARIA | {"surname": "Bruni", "confirmed": [key], "confirmation_reason": "Married name"})
    assert form.is_valid(), form.errors
    assert [warning.key for warning in form.confirmed_warnings] == [key]
    assert form.open_warnings == []
    assert form.cleaned_data["confirmation_reason"] == "Married name"


def test_a_confirmation_is_of_the_value_that_was_shown():
    key = confirmed({"surname": "Bruni"})
    form = PersonForm(
        MARIA | {"surname": "Brunetti", "confirmed": [key], "confirmation_reason": "Married name"}
    )
    assert not form.is_valid()
    assert list(form.errors) == ["confirmed"]


def test_a_confirmation_counts_in_every_language():
    with translation.override("it"):
        key = confirmed({"surname": "Bruni"})
    with translation.override("fr"):
        assert confirmed({"surname": "Bruni"}) == key


def test_every_point_is_confirmed_by_itself():
    changes = {"surname": "Bruni", "sex": "M"}
    first, second = (warning.key for warning in refused(changes).open_warnings)
    data = MARIA | changes | {"confirmation_reason": "It is so"}
    assert not PersonForm(data | {"confirmed": [first]}).is_valid()
    assert PersonForm(data | {"confirmed": [first, second]}).is_valid()


def test_a_finding_about_another_page_stands_above_the_form():
    form = PersonForm(MARIA | {"elsewhere": "1"})
    assert not form.is_valid()
    (warning,) = form.open_warnings
    assert form.name_of(warning) is None
    assert "We know no country Atlantide" in str(form)


def test_a_finding_is_put_beside_the_field_by_the_forms_own_name():
    form = refused({"name": "Melissa"})
    assert form.name_of(form.open_warnings[0]) == "name"
    assert (
        f"Given name: {form.open_warnings[0].message}".replace("’", "’")
        in dict(form.fields["confirmed"].choices).values()
    )


@pytest.mark.parametrize("keys", [["nonsense"], ["\x00", "x" * 10_000], [""] * 50])
def test_a_key_that_confirms_nothing_is_no_harm(keys):
    form = PersonForm(MARIA | {"confirmed": keys})
    assert form.is_valid(), form.errors
    assert form.confirmed_warnings == []


def test_a_forms_prefix_is_respected():
    data = {f"p-{name}": value for name, value in (MARIA | {"surname": "Bruni"}).items()}
    form = PersonForm(data, prefix="p")
    assert not form.is_valid()
    sent = {"p-confirmed": [form.open_warnings[0].key], "p-confirmation_reason": "It is so"}
    assert PersonForm(data | sent, prefix="p").is_valid()


def test_it_works_with_forms_of_models():
    class OrganisationForm(FindingsMixin, forms.ModelForm):
        class Meta:
            model = Organisation
            fields = ("name",)

        def find(self):
            return []

    assert OrganisationForm({"name": "Bottega"}).is_valid()


def refused(changes):
    form = PersonForm(MARIA | changes)
    assert not form.is_valid()
    return form


def confirmed(changes):
    """The key of the one warning that these changes cause."""
    (warning,) = refused(changes).open_warnings
    return warning.key
