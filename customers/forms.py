"""What people type about themselves, their organisation and their colleagues."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import countries, identifiers
from .contacts import EmailField
from .models import Invitation, Membership, Organisation, User

Kind = Organisation.Kind
ITALIAN_KINDS = {Kind.BUSINESS, Kind.PROFESSIONAL, Kind.PUBLIC_BODY}
# What an e-invoice carries where the customer has no code: it waits in their reserved area.
NO_RECIPIENT_CODE = "0000000"


class SignupForm(forms.Form):
    """What signing up asks beyond e-mail and password."""

    name = forms.CharField(
        label=_("Name and surname"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    field_order = ("name", "email", "password1", "password2", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = translation.get_language()

    def signup(self, request: Any, user: User) -> None:
        """Everything was saved by the adapter already."""


class ProfileForm(forms.ModelForm):
    """One's own name and language."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ("name", "language")
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class OrganisationForm(forms.ModelForm):
    """An organisation's name, numbers and billing address, each checked by the rules of its country.

    ``warnings`` holds what is odd but was taken: to be told after saving.
    """

    # The select's choices are named in the reader's language, so they are asked for with each form.
    country = forms.ChoiceField(
        label=_("Country"), choices=countries.choices, widget=forms.Select(attrs={"autocomplete": "country"})
    )
    # Longer than what is kept: what was pasted with spaces is normalised, and what is wrong gets its own message.
    province = forms.CharField(
        label=_("Province"),
        max_length=40,
        required=False,
        help_text=_("Two letters, such as FI."),
        widget=forms.TextInput(attrs={"autocomplete": "address-level1"}),
    )
    recipient_code = forms.CharField(
        label=_("Recipient code (codice destinatario)"),
        max_length=20,
        required=False,
        help_text=_("7 characters (6 for public bodies). Leave it empty if you use a PEC or have none."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    cig = forms.CharField(
        label="CIG",
        max_length=20,
        required=False,
        help_text=Organisation._meta.get_field("cig").help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    cup = forms.CharField(
        label="CUP",
        max_length=30,
        required=False,
        help_text=Organisation._meta.get_field("cup").help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = Organisation
        fields = (
            "name", "kind", "country", "vat_number", "tax_code",
            "address", "postal_code", "city", "province", "recipient_code", "pec", "contract_reference", "cig", "cup",
        )  # fmt: skip
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "kind": forms.Select(attrs={"data-organisation-kind": ""}),
            "vat_number": forms.TextInput(attrs={"autocomplete": "off"}),
            "tax_code": forms.TextInput(attrs={"autocomplete": "off"}),
            "address": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "pec": forms.EmailInput(attrs={"autocomplete": "off"}),
            "contract_reference": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        help_texts = {
            "vat_number": _("11 digits in Italy; elsewhere with the country's letters."),
            "tax_code": _("16 characters for a person, 11 digits for an organisation."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: list[str] = []
        # A field that a script hides must not stop the browser from sending the form: the server says what is needed.
        self.use_required_attribute = False
        self.fields["province"].required = self["country"].value() == "IT"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, country = cleaned.get("kind"), cleaned.get("country")
        if not kind or not country:
            return cleaned
        self._check_country(kind, country)
        self._check_numbers(kind, country)
        if country == "IT":
            self._apply("postal_code", identifiers.italian_postal_code)
            self._apply("province", identifiers.italian_province)
        else:
            cleaned["province"] = ""
        self._check_delivery(kind, country)
        self._warn(country)
        return cleaned

    def _check_country(self, kind: str, country: str) -> None:
        if kind in ITALIAN_KINDS and country != "IT":
            self.add_error(
                "country", _("This kind of organisation is Italian. Choose another kind, or Italy.")
            )
        elif kind == Kind.EU_BUSINESS and (country == "IT" or country not in countries.EU):
            self.add_error("country", _("Choose a country of the EU other than Italy, or another kind."))
        elif kind == Kind.FOREIGN and country in countries.EU:
            self.add_error("country", _("This country is in the EU. Choose another kind."))

    def _check_numbers(self, kind: str, country: str) -> None:
        """What does not apply to the kind is emptied: without JavaScript all fields are there to be filled."""
        if kind == Kind.CONSUMER:
            self._empty("vat_number")
            if country == "IT":
                self._apply("tax_code", identifiers.codice_fiscale_of_person, is_required=True)
            else:
                self._empty("tax_code")
        elif kind in ITALIAN_KINDS:
            has_one = self.cleaned_data.get("vat_number") or self.cleaned_data.get("tax_code")
            if not has_one and not {"vat_number", "tax_code"} & set(self.errors):
                self.add_error("vat_number", _("Enter the partita IVA or the codice fiscale."))
            self._apply("vat_number", identifiers.partita_iva)
            self._apply("tax_code", identifiers.codice_fiscale)
        else:
            self._empty("tax_code")
            if kind == Kind.EU_BUSINESS and country in countries.EU - {"IT"}:
                self._apply(
                    "vat_number", lambda text: identifiers.eu_vat_number(text, country), is_required=True
                )

    def _check_delivery(self, kind: str, country: str) -> None:
        is_public = kind == Kind.PUBLIC_BODY
        if country != "IT":
            self._empty("pec")
            self._empty("recipient_code", "XXXXXXX")
        elif kind == Kind.CONSUMER:
            self._empty("recipient_code", NO_RECIPIENT_CODE)
        elif self.cleaned_data.get("recipient_code"):
            self._apply(
                "recipient_code", lambda text: identifiers.recipient_code(text, is_public_body=is_public)
            )
        elif is_public and "recipient_code" not in self.errors:
            self.add_error("recipient_code", _("A public body needs its recipient code of 6 characters."))
        else:
            self.cleaned_data["recipient_code"] = NO_RECIPIENT_CODE
        if is_public:
            self._apply("cig", identifiers.cig)
            self._apply("cup", identifiers.cup)
        else:
            for field in ("contract_reference", "cig", "cup"):
                self._empty(field)

    def _warn(self, country: str) -> None:
        if country != "IT" or self.errors:
            return
        number = self.cleaned_data.get("vat_number")
        if number and not identifiers.has_known_office(number):
            self.warnings.append(
                gettext("The partita IVA names a tax office that we do not know. It is saved; check it.")
            )
        if identifiers.is_generic_postal_code(self.cleaned_data["postal_code"]):
            self.warnings.append(
                gettext("This CAP stands for a whole city. It is saved; look up the one of your street.")
            )

    def _empty(self, field: str, value: str = "") -> None:
        """Set a field that does not apply, whatever stands in it."""
        self.cleaned_data[field] = value
        self.errors.pop(field, None)

    def _apply(self, field: str, rule: Callable[[str], str], *, is_required: bool = False) -> None:
        """Normalise a field by its rule, or put the rule's error beside it."""
        typed = self.cleaned_data.get(field, "")
        if not typed:
            if is_required and field not in self.errors:
                self.add_error(field, _("This field is required."))
            return
        try:
            self.cleaned_data[field] = rule(typed)
        except ValidationError as error:
            self.add_error(field, error)


class InvitationForm(forms.ModelForm):
    """A colleague's address, and what they may do."""

    email = EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))

    class Meta:
        model = Invitation
        fields = ("email", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = Membership.Role.SENDER


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)
