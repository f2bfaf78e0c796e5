"""An order's data as people read them: for the review before ordering, for the order's page, and for staff."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from . import steps
from .flows.check import findings_of
from .flows.pages import names_of
from .forms import FORMS
from .models import Order


@dataclass(frozen=True)
class Section:
    """One step: its fields with what was said, and what was confirmed for which reason."""

    step: str
    title: str
    rows: Sequence[tuple[str, Any]] = ()
    confirmed: Sequence[str] = field(default_factory=list)
    reason: str = ""


def summary_of(order: Order) -> list[Section]:
    """Every step that has been filled in, in order; the pictures are shown by themselves."""
    details = order.details
    return [
        _section(order, step, details)
        for step in names_of(order)
        if step in details and step != steps.PICTURES
    ]


def _section(order: Order, step: str, details: Mapping[str, Any]) -> Section:
    values = details[step]
    confirmed = set(values.get("confirmed") or ())
    findings = findings_of(order, step, details) if confirmed else []
    return Section(
        step,
        steps.title_of(order, step),
        list(_rows(order, step, values)),
        [finding.message for finding in findings if finding.key in confirmed],
        str(values.get("confirmation_reason") or ""),
    )


def _rows(order: Order, step: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    form = FORMS[step](order=order)
    for row in form.layout():
        for bound in row:
            if (value := values.get(bound.name)) not in (None, "", False):
                yield str(bound.label), said(bound.field, value)


def said(asked: forms.Field, value: Any) -> Any:
    """A kept value as people read it; a day as a day, which the page writes in its own way."""
    if isinstance(asked, forms.ChoiceField):
        return str(dict(_flat(asked.choices)).get(value, value))
    if value is True:
        return _("Yes")
    if isinstance(asked, forms.DateField):
        return date.fromisoformat(str(value))
    return str(value)


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    """Choices without their groups."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield value, label
