"""Places in Italy as people type them: a comune alone is enough where only one has that name."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.identity import postal_codes, provinces
from customers.identity.place import Place, name_and_province
from customers.identity.places import known

from .base import StepForm

MOST_NAMED = 4


def places_meant(typed: str, province: str, on: date | None) -> list[Place]:
    """The comuni that may be meant, those of the day if there are any; a province narrows them where it fits."""
    found = [place for place in known().named(typed, abroad=False) if on is None or place.existed(on)]
    found = found or known().named(typed, abroad=False)
    narrowed = [place for place in found if province and province in known().provinces_of(place.code)]
    return narrowed or found


def complete_place(form: StepForm, place_field: str, province_field: str, on: date | None) -> Place | None:
    """Bring comune and province into the form in which registers have them, as far as they can be told.

    "samone (tn)" becomes Samone and TN; a province that only one comune of the name has is filled in; where several
    have it, the province is asked for. Returns the comune that is meant, if it is one.
    """
    typed = form.cleaned_data.get(place_field) or ""
    if not typed:
        return None
    _name, in_brackets = name_and_province(typed)
    province = provinces.code_of(form.cleaned_data.get(province_field) or "") or in_brackets
    found = places_meant(typed, province, on)
    codes = {place.code for place in found}
    meant = found[-1] if len(codes) == 1 else None
    if meant is not None:
        form.cleaned_data[place_field] = meant.name
    _set_province(form, province_field, province, meant, found)
    return meant


def complete_postal_code(form: StepForm, place: Place | None) -> None:
    """The CAP of a comune that has only one."""
    own = postal_codes.of(place.code) if place else ()
    if len(own) == 1 and not form.cleaned_data.get("postal_code") and "postal_code" in form.fields:
        form.fill["postal_code"] = form.cleaned_data["postal_code"] = own[0]
        form.errors.pop("postal_code", None)


def _set_province(form: StepForm, field: str, province: str, meant: Place | None, found: list[Place]) -> None:
    typed = form.cleaned_data.get(field) or ""
    if province:
        form.cleaned_data[field] = province
        if not typed:
            form.fill[field] = province
    elif typed:
        return
    elif meant is not None:
        form.fill[field] = form.cleaned_data[field] = meant.province
    elif field not in form.errors:
        form.add_error(field, _which(found))


def _which(found: list[Place]) -> ValidationError:
    labels = sorted({place.label for place in found})
    if len(labels) > 1:
        names: Any = ", ".join(labels[:MOST_NAMED]) + (" …" if len(labels) > MOST_NAMED else "")
        return ValidationError(
            _("There are several of this name: %(names)s. Enter the province."),
            code="several",
            params={"names": names},
        )
    return ValidationError(_("Enter the two letters of the province."), code="unfinished")
