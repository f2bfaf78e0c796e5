"""Findings in a form: errors beside their fields, warnings that are confirmed with a reason."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import findings
from .findings import Finding

CONFIRMING = ("confirmed", "confirmation_reason")


class _Reason(forms.TextInput):
    """Needed only by who confirms: the browser must let through who corrects instead."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class FindingsMixin(forms.Form):
    """For a form whose fields are checked by this package: inherit from it first, and say ``find``.

    An error refuses its field. A warning stands beside its field and holds the form back until it is ticked
    (``confirmed``) and a reason is given (``confirmation_reason``). A confirmation is of the finding and its values, so
    a field that was changed is asked anew. The two fields are hidden while there is nothing to confirm.

    After ``is_valid``: ``findings`` (all), ``open_warnings``, and ``confirmed_warnings``, to be kept with the reason.
    """

    confirmed = forms.MultipleChoiceField(required=False, label=_("I have checked, and it is right"))
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
        self.order_fields([name for name in self.fields if name not in CONFIRMING])
        self.fields["confirmed"].widget = forms.MultipleHiddenInput()
        self.fields["confirmation_reason"].widget = forms.HiddenInput()
        # Whatever key is sent passes the field; whether it confirms anything is seen once the findings are known.
        self._offer((key, key) for key in self._sent_keys)

    def find(self) -> Iterable[Finding]:
        """What the checks say of ``cleaned_data``, where fields that were refused already are missing."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.findings = list(self.find())
        for error in findings.errors(self.findings):
            self.add_error(self.name_of(error), ValidationError(error.message, error.code))
        warnings = findings.warnings(self.findings)
        if warnings:
            self._show(warnings)
        self._offer((warning.key, self._said(warning)) for warning in warnings)
        if self.open_warnings:
            self.add_error(
                "confirmed", ValidationError(_("Correct this, or confirm each point."), "unconfirmed")
            )
        if self.confirmed_warnings and not (self.cleaned_data.get("confirmation_reason") or "").strip():
            self.add_error(
                "confirmation_reason", ValidationError(_("Say in a few words why it is right."), "required")
            )
        return cleaned

    @property
    def open_warnings(self) -> list[Finding]:
        """The warnings that nobody has confirmed yet."""
        return [warning for warning in findings.warnings(self.findings) if warning.key not in self._sent_keys]

    @property
    def confirmed_warnings(self) -> list[Finding]:
        """The warnings that were confirmed."""
        return [warning for warning in findings.warnings(self.findings) if warning.key in self._sent_keys]

    def name_of(self, finding: Finding) -> str | None:
        """The field of this form that a finding belongs beside; None if it is on another page."""
        name = self.field_names.get(finding.field, finding.field.value)
        return name if name in self.fields else None

    @property
    def _sent_keys(self) -> list[str]:
        if not self.is_bound:
            return []
        sent = forms.MultipleHiddenInput().value_from_datadict(
            self.data, self.files, self.add_prefix("confirmed")
        )
        return [str(key) for key in sent or ()]

    def _offer(self, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields["confirmed"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(choices)

    def _show(self, warnings: Iterable[Finding]) -> None:
        """Ask for the confirmations, and put each warning beside its field (``templates/django/forms/field.html``)."""
        self.fields["confirmed"].widget = forms.CheckboxSelectMultiple()
        self.fields["confirmation_reason"].widget = _Reason(attrs={"maxlength": 300})
        for asked in CONFIRMING:
            self.fields[asked].required = True
        for warning in warnings:
            if name := self.name_of(warning):
                field = self.fields[name]
                field.warnings = [*getattr(field, "warnings", ()), warning.message]  # type: ignore[attr-defined]
                described = self[name].aria_describedby or ""
                field.widget.attrs["aria-describedby"] = f"{described} {self[name].auto_id}_warning".strip()

    def _said(self, warning: Finding) -> str:
        """A warning after the label of its field, so that it can be understood away from it."""
        name = self.name_of(warning)
        if not name:
            return warning.message
        return gettext("%(label)s: %(text)s") % {"label": self[name].label, "text": warning.message}
