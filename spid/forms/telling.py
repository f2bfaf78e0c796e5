"""What only the person can tell us."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Activation


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


class ActiveForm(forms.Form):
    """It is active: since when?"""

    since = _day(_("Active since"), help_text=_("The day of the identity provider's mail."))

    def __init__(self, *args: Any, activation: Activation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activation = activation
        self.fields["since"].initial = timezone.localdate()

    def clean_since(self) -> date:
        day: date = self.cleaned_data["since"]
        if day > timezone.localdate():
            raise ValidationError(_("This day is still to come."), "future")
        handed_over = self.activation.handed_over_at
        if handed_over and day < timezone.localdate(handed_over):
            raise ValidationError(_("On this day you did not have the link yet."), "early")
        return day


class UsedForm(forms.Form):
    """It was used: when?"""

    day = _day(_("Used on"))

    def __init__(self, *args: Any, activation: Activation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activation = activation
        self.fields["day"].initial = timezone.localdate()

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise ValidationError(_("This day is still to come."), "future")
        if self.activation.active_since and day < self.activation.active_since:
            raise ValidationError(_("On this day it was not active yet."), "early")
        return day


class FailedForm(forms.Form):
    """It did not succeed: why?"""

    failure = forms.ChoiceField(
        label=_("What happened?"), choices=Activation.Failure.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=300,
        help_text=_("Whoever ordered reads this: write nothing that they need not know."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("failure") == Activation.Failure.OTHER and not cleaned.get("note"):
            self.add_error("note", ValidationError(_("Say in a few words what happened."), "required"))
        return cleaned
