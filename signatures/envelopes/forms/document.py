"""The first step: the document, its title and the message."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from customers.limits import allow
from documents.inspection import InspectionFailed, PdfFacts, Refused, check_size, inspect

# In ten minutes.
UPLOADS = 30


class DocumentForm(forms.Form):
    """A PDF, judged by its content, with what signers read above it.

    An accepted file is in ``data`` and ``facts`` even when another field is wrong, so that it need not be
    uploaded twice. ``uploader`` is whose uploads are counted: each one is inspected in a process of its own.
    """

    document = forms.FileField(
        label=_("Document"),
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={
            "required": _("Choose the PDF to be signed."),
            "empty": _("This file is empty. Choose the PDF again."),
        },
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        required=False,
        help_text=_("Signers see it in the mail. Empty: the file's name."),
    )
    message = forms.CharField(
        label=_("Message to the signers"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, uploader: Any = None, has_document: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.uploader = uploader
        self.data_of_file = b""
        self.facts: PdfFacts | None = None
        self.filename = ""
        if has_document:
            self.fields["document"].required = False
            self.fields["document"].label = _("Another document, in place of the present one")

    def clean_document(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["document"]
        if not upload:
            return None
        if not allow(f"upload:{self.uploader}", UPLOADS, 600):
            raise ValidationError(_("Too many uploads. Wait a few minutes and choose the file again."))
        try:
            check_size(upload.size or 0)
            data = upload.read()
            self.facts = inspect(data)
        except Refused as refused:
            raise ValidationError(refused.message, code=refused.code) from refused
        except InspectionFailed as error:
            raise ValidationError(
                _("The file could not be checked just now. Try again in a minute.")
            ) from error
        self.data_of_file = data
        self.filename = _tidy(upload.name or "")
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("title") and self.filename:
            cleaned["title"] = PurePath(self.filename).stem.replace("_", " ")[:120]
        return cleaned


def _tidy(name: str) -> str:
    """A file name without folders, leading dots and letters that cannot be seen, with its ending."""
    clean = "".join(
        letter for letter in PurePath(name.replace("\\", "/")).name if letter.isprintable()
    ).strip()
    stem = PurePath(clean.lstrip(".")).stem[:140] or "document"
    return f"{stem}.pdf"
