"""What every step of the form has: checks beside the fields, confirmations with a reason, values that can be kept."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from customers.identity.findings import Finding
from customers.identity.forms import CONFIRMING, FindingsMixin

from ..flows.check import findings_of
from ..models import Order

DATE_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"]


class StepForm(FindingsMixin):
    """One step of an order. ``rows`` says which fields stand side by side; what is in no row stands by itself.

    ``fill`` holds what follows from the rest for fields that are empty (the province of a comune), ``tidied`` what was
    typed as it is kept: a script may put both into the page while one types.
    """

    step: ClassVar[str] = ""
    rows: ClassVar[Sequence[Sequence[str]]] = ()
    # Fields that may be left empty because they follow from others, and are no option.
    derived: ClassVar[Sequence[str]] = ()

    def __init__(self, data: Any = None, *, order: Order, **options: Any) -> None:
        self.order = order
        self.fill: dict[str, str] = {}
        super().__init__(data, label_suffix="", **options)
        self.arrange()
        self._describe()
        for name in self.derived:
            if name in self.fields:
                self.fields[name].is_derived = True  # type: ignore[attr-defined]

    def arrange(self) -> None:
        """Fit the fields to the order before anything is read."""

    def suggest_places(self, name: str) -> None:
        """Offer comuni for a field while one types."""
        bound = self[name]
        bound.field.widget.attrs |= {
            "list": f"{bound.auto_id}_places",
            "hx-get": reverse("orders:places", args=[self.order.pk]),
            "hx-trigger": "input changed delay:150ms",
            "hx-target": "next datalist",
            "hx-swap": "innerHTML",
            "hx-sync": "this:queue last",
            "hx-include": "[name=born_on], [name=birth_country], [name=country]",
        }

    def complete(self) -> None:
        """Derive what follows from what was typed, in ``cleaned_data`` and ``fill``."""

    def find(self) -> Iterable[Finding]:
        """What the checks say of this step, seen together with the steps before."""
        self.complete()
        return findings_of(self.order, self.step, {**self.order.details, self.step: self.values()})

    def full_clean(self) -> None:
        super().full_clean()
        # What the mixin ties to its warnings would leave out the help text.
        self._describe()

    def values(self) -> dict[str, Any]:
        """What holds so far, as it is kept: days in ISO, the rest as text, number or truth."""
        kept = {name: value for name, value in self.cleaned_data.items() if name not in CONFIRMING}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in kept.items()}

    def kept(self) -> dict[str, Any]:
        """What is kept of a step that is valid, with what was confirmed and why."""
        values = self.values()
        if self.confirmed_warnings:
            values["confirmed"] = [warning.key for warning in self.confirmed_warnings]
            values["confirmation_reason"] = self.cleaned_data["confirmation_reason"].strip()
        return values

    def columns(self) -> dict[str, Any]:
        """Columns of the order that this step decides."""
        return {}

    @property
    def tidied(self) -> dict[str, str]:
        """What was typed, as it is kept, where that differs."""
        if not self.is_bound:
            return {}
        return {
            name: value
            for name, value in self.values().items()
            if isinstance(value, str) and value and value != self.data.get(self.add_prefix(name), "")
        }

    @property
    def has_nothing_to_choose(self) -> bool:
        """Whether there is nothing that this step could be about."""
        return False

    @property
    def is_asking(self) -> bool:
        """Whether there are warnings to confirm."""
        return bool(self.open_warnings or self.confirmed_warnings)

    def forget_what_is_unfinished(self) -> None:
        """While one types, what is still empty or unconfirmed is no error."""
        for name in list(self.errors):
            if name in CONFIRMING:
                del self.errors[name]
            else:
                kept = [e for e in self.errors.as_data()[name] if e.code not in {"required", "unfinished"}]
                del self.errors[name]
                if kept:
                    self.add_error(None if name == "__all__" else name, kept)

    def layout(self) -> list[list[forms.BoundField]]:
        """The visible fields in rows."""
        shown = [field.name for field in self.visible_fields() if field.name not in CONFIRMING]
        in_rows = {name for row in self.rows for name in row}
        placed = [[self[name] for name in row if name in shown] for row in self.rows]
        alone = [[self[name]] for name in shown if name not in in_rows]
        return [row for row in [*placed, *alone] if row]

    def _describe(self) -> None:
        """Tie help and feedback to each control; the feedback is there, empty, before there is anything to say."""
        for name, field in self.fields.items():
            bound = self[name]
            parts = [f"{bound.auto_id}_helptext"] if field.help_text else []
            if not field.widget.is_hidden:
                field.widget.attrs["aria-describedby"] = " ".join([*parts, f"{bound.auto_id}_feedback"])


class NameField(forms.CharField):
    """A name as it stands on the document, with single spaces."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=80, **options)

    def clean(self, value: Any) -> str:
        return " ".join(str(super().clean(value)).split())


class DayField(forms.DateField):
    """A day, by the browser's own control or typed."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date", **options.pop("attrs", {})}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=DATE_FORMATS, **options)


def text(**attributes: Any) -> forms.TextInput:
    """A line of text with these attributes."""
    return forms.TextInput(attrs=attributes)


def shown_for(name: str, *values: str) -> dict[str, str]:
    """An attribute of a control that is there only while another has one of these values (``static/js/checks.js``)."""
    return {"data-shown-for": f"{name}:{'|'.join(values)}"}
