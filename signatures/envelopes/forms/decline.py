from django import forms
from django.utils.translation import gettext_lazy as _


class DeclineForm(forms.Form):
    """Why a signer will not sign."""

    reason = forms.CharField(
        label=_("Why do you decline?"),
        help_text=_("The sender reads this."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
