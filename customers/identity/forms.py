"""Findings in a form: errors beside their fields, warnings that are confirmed with a reason."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import findings
from .findings import Finding


class FindingsMixin(forms.Form):
    """For a form whose fields are checked by this package. Put it before ``forms.Form`` or ``ModelForm`` and say ``find``.

    An error refuses its field. A warning holds the form back until the person has ticked it (``confirmed``) and given a
    reason (``confirmation_reason``). A confirmation is of the finding and its values: a changed field is asked anew.
    After ``is_valid``: ``findings`` (all), ``open_warnings`` (to be confirmed), ``confirmed_warnings`` (to be kept).
    The two fields are rendered by ``components/warnings.html``, each warning beside its field by ``warnings_of``.
    """

    confirmed = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label=_("Please check"))
    confirmation_reason = forms.CharField(
        required=False,
        max_length=300,
        label=_("Why is it right all the same?"),
        help_text=_("For example: the name was changed, or the document says so."),
    )
    # What this form calls a field of the findings, where it has another name for it.
    field_names: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings: list[Finding] = []
        # Any key may be sent: whether it confirms something is seen when the findings are known.
        self._confirmations = self.fields["confirmed"]
        self._accept_keys(self._sent_keys())

    def find(self) -> Iterable[Finding]:
        """What the checks say of ``cleaned_data``; fields that were refused already are missing there."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.findings = list(self.find())
        for finding in findings.errors(self.findings):
            self._refuse(finding)
        self._accept_keys([warning.key for warning in findings.warnings(self.findings)])
        if self.open_warnings:
            self.add_error("confirmed", ValidationError(_("Correct this, or confirm each point."), "unconfirmed"))
        elif self.confirmed_warnings and not self.cleaned_data.get("confirmation_reason", "").strip():
            self.add_error("confirmation_reason", ValidationError(_("Say in a few words why it is right."), "required"))
        return cleaned

    @property
    def open_warnings(self) -> list[Finding]:
        """The warnings that nobody has confirmed yet."""
        return [warning for warning in findings.warnings(self.findings) if warning.key not in self._sent_keys()]

    @property
    def confirmed_warnings(self) -> list[Finding]:
        """The warnings that were confirmed, to be kept with the reason."""
        return [warning for warning in findings.warnings(self.findings) if warning.key in self._sent_keys()]

    def warnings_of(self, field_name: str) -> list[Finding]:
        """The warnings that belong beside a field of this form."""
        return [w for w in findings.warnings(self.findings) if self.name_of(w) == field_name]

    def name_of(self, finding: Finding) -> str | None:
        """The field of this form that a finding belongs beside; None if it has none for it."""
        name = self.field_names.get(finding.field, finding.field.value)
        return name if name in self.fields else None

    def _refuse(self, finding: Finding) -> None:
        """Beside its field, or above the form if the field is on another page."""
        self.add_error(self.name_of(finding), ValidationError(finding.message, finding.code))

    def _sent_keys(self) -> list[str]:
        if not self.is_bound:
            return []
        widget = self.fields["confirmed"].widget
        return list(widget.value_from_datadict(self.data, self.files, self.add_prefix("confirmed")) or ())

    def _accept_keys(self, keys: Iterable[str]) -> None:
        """Offer these keys, each with what its warning says."""
        said = {warning.key: warning.message for warning in findings.warnings(self.findings)}
        self.fields["confirmed"].choices = [(key, said.get(key, key)) for key in keys]  # type: ignore[attr-defined]
