"""A list of people that was pasted or uploaded: read leniently into rows, which are then checked like typed ones."""

import csv
import io
import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .people import FIELDS, MOST_PEOPLE

MOST_BYTES = 200 * 1024
# Headings as people write them, without case, spaces, dots and dashes.
HEADINGS = {
    "name": {"name", "nome", "prénom", "prenom", "firstname"},
    "surname": {"surname", "cognome", "nom", "lastname", "nomdefamille"},
    "tax_code": {"taxcode", "codicefiscale", "codefiscal", "cf"},
    "email": {"email", "mail", "indirizzoemail", "courriel", "adressemail"},
    "mobile": {"mobile", "cellulare", "telefono", "phone", "portable", "téléphone", "telephone"},
    "language": {"language", "lingua", "langue"},
}
LANGUAGES = {
    "it": {"it", "ita", "italiano", "italian", "italien"},
    "fr": {"fr", "fra", "francese", "français", "francais", "french"},
    "en": {"en", "eng", "inglese", "anglais", "english"},
}


class ListForm(forms.Form):
    """A list as text, or as a CSV file."""

    pasted = forms.CharField(
        label=_("List"),
        required=False,
        strip=False,
        max_length=MOST_BYTES,
        help_text=_(
            "One person a line: name; surname; codice fiscale; e-mail; mobile; language. Semicolons, commas or tabs, "
            "with or without headings: rows copied from a spreadsheet will do."
        ),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(label=_("Or a CSV file"), required=False, allow_empty_file=True)

    rows: list[dict[str, str]]

    def clean_file(self) -> str:
        upload = self.cleaned_data["file"]
        if not upload:
            return ""
        if upload.size > MOST_BYTES:
            raise ValidationError(_("This file is larger than a list of people can be."), "large")
        return decoded(upload.read())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        text = cleaned.get("file") or cleaned.get("pasted") or ""
        self.rows = read_rows(text)
        if not self.rows:
            raise ValidationError(_("There is nobody in this list."), "empty")
        if len(self.rows) > MOST_PEOPLE:
            raise ValidationError(
                _(
                    "There are %(count)s people in this list; %(most)s at a time can be ordered. None was taken over."
                )
                % {"count": len(self.rows), "most": MOST_PEOPLE},
                "many",
            )
        return cleaned


def decoded(data: bytes) -> str:
    """Text of a file as spreadsheets write it: UTF-8 or UTF-16 with a mark, UTF-8, or the old Windows code."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_rows(text: str) -> list[dict[str, str]]:
    """The people of a list, as they stand there. Columns by their headings, else in the usual order.

    A file that quotes its fields oddly is split at its separators: a person corrects the rest on the page.
    """
    clean = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    separator = _separator(clean)
    try:
        lines = list(csv.reader(io.StringIO(clean), delimiter=separator, strict=True))
    except csv.Error:
        lines = [line.split(separator) for line in clean.split("\n")]
    cells = [[" ".join(cell.split()) for cell in line] for line in lines]
    filled = [line for line in cells if any(line)]
    columns = _columns(filled[0]) if filled else {}
    body = filled[1:] if columns else filled
    usual = columns or {name: place for place, name in enumerate(FIELDS)}
    return [_row(line, usual) for line in body]


def _separator(text: str) -> str:
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(";\t,", key=first.count)


def _columns(line: list[str]) -> dict[str, int]:
    """Where each field stands, if this line is one of headings; empty if it is not."""
    words = [re.sub(r"[\s._\-]", "", cell.casefold()) for cell in line]
    found = {name: words.index(word) for name, known in HEADINGS.items() for word in words if word in known}
    return found if len(found) >= 3 else {}


def _row(line: list[str], columns: dict[str, int]) -> dict[str, str]:
    row = {name: line[place] if place < len(line) else "" for name, place in columns.items()}
    row["language"] = _language(row.get("language", ""))
    return row


def _language(word: str) -> str:
    known = next((code for code, words in LANGUAGES.items() if word.casefold() in words), "")
    # One that nobody here speaks is left as it stands, for its person to be asked.
    return known or word or translation.get_language() or settings.LANGUAGE_CODE
