"""The code that came by SMS."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """Six digits, as people copy them: with spaces, too."""

    code = forms.CharField(
        label=_("Code from the SMS"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input--short"}
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, label_suffix="", **options)

    def clean_code(self) -> str:
        digits = "".join(sign for sign in self.cleaned_data["code"] if not sign.isspace())
        if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
            raise ValidationError(_("The code has six digits."))
        return digits
