"""The signed form, and the paper original on its way."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .base import DayField, text


class ManyFiles(forms.ClearableFileInput):
    """A file field that takes several at once: the pages of a scan."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One file or several, each looked at as the plain field looks at one."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        uploads = data if isinstance(data, list) else [data]
        return [super(ManyFilesField, self).clean(one, initial) for one in uploads or [None]]


class SignedFormForm(forms.Form):
    """The signed form as one file, or as pictures of its pages. What is in it is judged by ``signed_form``."""

    signed = ManyFilesField(
        label=_("Signed form"),
        widget=ManyFiles(attrs={"multiple": True, "accept": ".pdf,.p7m,.jpg,.jpeg,.png,.webp,.heic,.heif"}),
        help_text=_(
            "The PDF or .p7m that your signing program wrote; or, signed by hand, a scan or photos of all pages."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, label_suffix="", **options)


class PaperPostForm(forms.Form):
    """When the original was posted, and under which number."""

    posted_on = DayField(label=_("Posted on"))
    tracking = forms.CharField(
        label=_("Tracking number"),
        max_length=80,
        required=False,
        help_text=_("Registered post has one; it tells where the original is."),
        widget=text(autocomplete="off"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, label_suffix="", **options)

    def clean_posted_on(self) -> Any:
        posted_on = self.cleaned_data["posted_on"]
        today = timezone.localdate()
        if not today - timedelta(days=120) <= posted_on <= today:
            raise ValidationError(_("The day must lie in the last weeks, and not in the future."))
        return posted_on
