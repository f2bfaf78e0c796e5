"""What people type about money."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .periods import Period


class PeriodForm(forms.Form):
    """From a day to a day, both included."""

    first = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", ValidationError(_("The last day lies before the first."), code="order"))
        return cleaned

    @property
    def period(self) -> Period:
        """The period typed; only when the form is valid."""
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])
