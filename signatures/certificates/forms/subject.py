"""What a renewal renews, and which order a video identification belongs to."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..flows.renewable import renewable_of, why_not_for
from ..flows.videos import candidates
from ..models import Certificate, Order
from ..steps import RECOGNITION, RENEWAL
from .base import DayField, StepForm, shown_for

ELSEWHERE = "elsewhere"


class RenewalForm(StepForm):
    """The certificate: one that we know, or one that was bought elsewhere, whose expiry we must hear."""

    step = RENEWAL
    derived = ["expires_on", "was_renewed"]

    certificate = forms.ChoiceField(label=_("Which certificate?"), widget=forms.RadioSelect)
    expires_on = DayField(
        label=_("Expires on"),
        required=False,
        help_text=_("The last day of its validity; the maker’s program shows it."),
        attrs=shown_for("certificate", ELSEWHERE),
    )
    was_renewed = forms.ChoiceField(
        label=_("Was it renewed before?"),
        choices=[("", _("No, this is the first time")), ("yes", _("Yes"))],
        widget=forms.RadioSelect(attrs=shown_for("certificate", ELSEWHERE)),
        required=False,
    )

    def arrange(self) -> None:
        self.known = {str(one.pk): one for one in renewable_of(self.order)}
        certificate: Any = self.fields["certificate"]
        certificate.choices = [
            *((pk, _described(one)) for pk, one in self.known.items()),
            (ELSEWHERE, gettext("Another one, bought elsewhere")),
        ]
        if not self.known:
            self.fields["certificate"].widget = forms.HiddenInput()
            self.initial.setdefault("certificate", ELSEWHERE)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.chosen is None and not self.cleaned_data.get("expires_on"):
            if "expires_on" not in self.errors and self.cleaned_data.get("certificate"):
                self.add_error("expires_on", ValidationError(_("Say when it expires."), code="unfinished"))
        elif reason := self._why_not():
            self.add_error("certificate" if self.chosen else "expires_on", ValidationError(reason, "renewal"))
        return cleaned

    @property
    def chosen(self) -> Certificate | None:
        """The certificate that we know."""
        return self.known.get(self.cleaned_data.get("certificate", ""))

    def values(self) -> dict[str, Any]:
        if self.chosen:
            return {"certificate": str(self.chosen.pk), "expires_on": self.chosen.expires_on.isoformat()}
        return super().values()

    def columns(self) -> dict[str, Any]:
        return {"renews": self.chosen}

    def _why_not(self) -> str:
        probe = Order(code=self.order.code, family=self.order.family, renews=self.chosen)
        return why_not_for(probe, self.values())


class RecognitionForm(StepForm):
    """The Aruba order whose holder will be identified by video."""

    step = RECOGNITION

    order_id = forms.ChoiceField(label=_("For which order?"), widget=forms.RadioSelect)

    def arrange(self) -> None:
        self.known = {str(one.pk): one for one in candidates(self.order)}
        field: Any = self.fields["order_id"]
        field.choices = [(pk, f"{one.holder_name} · {one.facts.name}") for pk, one in self.known.items()]
        field.error_messages["invalid_choice"] = _(
            "This order can no longer be given an identification by video."
        )

    @property
    def has_nothing_to_choose(self) -> bool:
        return not self.known

    def columns(self) -> dict[str, Any]:
        wanted = self.known[self.cleaned_data["order_id"]]
        return {"video_for": Order.objects.get(pk=uuid.UUID(str(wanted.pk)))}


def _described(certificate: Certificate) -> str:
    return gettext("%(holder)s, expires on %(day)s") % {
        "holder": certificate.holder_name,
        "day": date_format(certificate.expires_on, "DATE_FORMAT"),
    }
