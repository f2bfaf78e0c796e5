"""The third step: where each signer signs."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from ..models import Envelope, Placement, Signer
from ..placing import page_ranges, pages_by_place

MOST_ROWS = 60
MOST_PLACES = 500
# Where signers stand by themselves, one after the other, so that nobody covers anybody.
USUAL_PLACES = [
    "bottom_right", "bottom_left", "bottom_centre", "middle_right", "middle_left", "middle_centre",
    "top_right", "top_left", "top_centre",
]  # fmt: skip


def pages_of(text: str, page_count: int) -> list[int]:
    """The pages that "1, 3, 5-7", "all" or "last" mean. Raises ``ValidationError``."""
    pages: set[int] = set()
    for part in filter(None, re.split(r"[,;\s]+", text.strip().lower())):
        if part in {"all", str(_("all"))}:
            pages |= set(range(1, page_count + 1))
        elif part in {"last", str(_("last"))}:
            pages.add(page_count)
        elif found := re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part):
            first, last = int(found[1]), int(found[2] or found[1])
            if not 1 <= first <= last <= page_count:
                raise ValidationError(
                    _("The document has pages 1 to %(count)s."), code="page", params={"count": page_count}
                )
            pages |= set(range(first, last + 1))
        else:
            raise ValidationError(_("Write pages as 1, 3 or 5-7, or “all” or “last”."), code="pages")
    return sorted(pages)


class PlaceForm(forms.Form):
    """One signer, on some pages, at one of the usual places."""

    signer = forms.ChoiceField(label=_("Signer"), widget=forms.Select(attrs={"data-placement-name": ""}))
    pages = forms.CharField(
        label=_("Pages"),
        max_length=500,
        help_text=_("1, 3 or 5-7, “all” or “last”"),
        widget=forms.TextInput(attrs={"data-placement-page": "", "autocomplete": "off"}),
    )
    place = forms.ChoiceField(
        label=_("Place"),
        choices=Placement.Place.choices,
        widget=forms.Select(attrs={"data-placement-place": ""}),
    )

    def __init__(self, *args: Any, signers: Sequence[Signer], page_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page_count = page_count
        people: Any = self.fields["signer"]
        people.choices = [(str(signer.pk), signer.full_name) for signer in signers]

    def clean_pages(self) -> list[int]:
        pages = pages_of(self.cleaned_data["pages"], self.page_count)
        if not pages:
            raise ValidationError(_("Name at least one page."))
        return pages


class BasePlaceFormSet(BaseFormSet):
    """All places of an envelope: everybody signs somewhere, and nobody on top of another."""

    def __init__(self, *args: Any, signers: Sequence[Signer], **kwargs: Any) -> None:
        self.signers = signers
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        taken: dict[tuple[int, str], str] = {}
        count = 0
        for form in self.present():
            signer, place = form.cleaned_data["signer"], form.cleaned_data["place"]
            for page in form.cleaned_data["pages"]:
                count += 1
                other = taken.setdefault((page, place), signer)
                if other != signer:
                    form.add_error(
                        "place",
                        _("On page %(page)s another signature stands here already. Choose another place.")
                        % {"page": page},
                    )
                    break
        if count > MOST_PLACES:
            raise ValidationError(_("These are too many places: at most %(most)s.") % {"most": MOST_PLACES})
        if not any(self.errors):
            missing = [s.full_name for s in self.signers if str(s.pk) not in set(taken.values())]
            if missing:
                raise ValidationError(_("Say where %(names)s signs.") % {"names": ", ".join(missing)})

    def present(self) -> list[PlaceForm]:
        """The rows that hold and are not taken out."""
        return [
            form
            for form in self.forms
            if {"signer", "pages", "place"} <= set(getattr(form, "cleaned_data", {}))
            and not form.cleaned_data.get("DELETE")
        ]

    def by_signer(self) -> dict[Any, list[tuple[int, str]]]:
        """Pages and places for each signer's id."""
        places: dict[Any, list[tuple[int, str]]] = defaultdict(list)
        ids = {str(signer.pk): signer.pk for signer in self.signers}
        for form in self.present():
            data = form.cleaned_data
            places[ids[data["signer"]]] += [(page, data["place"]) for page in data["pages"]]
        return places

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take out")


PlaceFormSet = formset_factory(
    PlaceForm,
    formset=BasePlaceFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST_ROWS,
    absolute_max=MOST_ROWS + 5,
)


def initial_places(envelope: Envelope, signers: Sequence[Signer]) -> list[dict[str, str]]:
    """A row for each signer and place that is there, and one at a free usual place for who has none."""
    rows, taken = [], set()
    for signer in signers:
        for place, pages in pages_by_place(signer).items():
            taken |= {(page, place) for page in pages}
            rows.append({"signer": str(signer.pk), "pages": page_ranges(pages), "place": place})
    with_places = {row["signer"] for row in rows}
    for signer in signers:
        if str(signer.pk) not in with_places:
            last = envelope.page_count
            place = next((p for p in USUAL_PLACES if (last, p) not in taken), USUAL_PLACES[0])
            taken.add((last, place))
            rows.append({"signer": str(signer.pk), "pages": str(last), "place": place})
    return rows
