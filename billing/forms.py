"""What people type about money."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from .periods import Period

# Nothing is billed outside of these years, and near the ends of the calendar there is no day after, or no such
# moment in UTC.
_FAR_OFF = _("Choose a day between the years 2000 and 2100.")
IN_REACH = [MinValueValidator(date(2000, 1, 1), _FAR_OFF), MaxValueValidator(date(2100, 12, 31), _FAR_OFF)]


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, validators=IN_REACH)


class PeriodForm(forms.Form):
    """From a day to a day, both included."""

    first = _day(_("From"))
    last = _day(_("To"))

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


class CardForm(forms.Form):
    """How much to top up by card."""

    amount = forms.DecimalField(label=_("Amount in EUR"), max_digits=8, decimal_places=2, initial=50)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["amount"]
        field.validators += [
            MinValueValidator(settings.CARD_LEAST, _("At least %(limit_value)s EUR.")),
            MaxValueValidator(settings.CARD_MOST, _("At most %(limit_value)s EUR at once.")),
        ]
