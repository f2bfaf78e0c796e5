"""Passkeys' answers as browsers send them, and as others do."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.forms import Form, HiddenInput, JSONField
from django.forms.fields import InvalidJSONInput

# What reading an answer of another shape raises: allauth catches some of these in some places.
SHAPELESS = (LookupError, TypeError, ValueError, AttributeError)


class AnswerField(JSONField):
    """JSON, however deep or long its parts are."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """A refused answer is not shown again: the next one is made anew."""
        return InvalidJSONInput("")


class _Checked(Form):
    """An answer that is none counts as a wrong one."""

    credential = AnswerField(widget=HiddenInput)

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except SHAPELESS as error:
            raise get_adapter().validation_error("incorrect_code") from error


class LoginForm(_Checked, forms.LoginWebAuthnForm):
    """Logging in by a passkey alone."""


class AuthenticateForm(_Checked, forms.AuthenticateWebAuthnForm):
    """A passkey after the password."""


class ReauthenticateForm(_Checked, forms.ReauthenticateWebAuthnForm):
    """A passkey once more, before something delicate."""


class AddForm(forms.AddWebAuthnForm):
    """A new passkey."""

    credential = AnswerField(widget=HiddenInput)

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except SHAPELESS as error:
            raise get_adapter().validation_error("incorrect_code") from error
