"""The questions of the shop."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .flows.shop import DEVICE, IDENTIFY, NEW, NO, REMOTE, RENEW, THINGS, YES

ANY = ("", _("It does not matter"))


def _question(label: Any, choices: list[tuple[str, Any]], help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, required=False, help_text=help_text
    )


class ShopForm(forms.Form):
    """Every question may be left open: what is not answered rules nothing out."""

    need = _question(
        _("What do you need?"),
        [
            (NEW, _("A new signature")),
            (RENEW, _("To renew a certificate")),
            (THINGS, _("Readers and blank devices")),
            (IDENTIFY, _("Identification by video")),
        ],
    )
    way = _question(
        _("How will it be used?"),
        [ANY, (REMOTE, _("With a phone, from anywhere")), (DEVICE, _("With a card or a key, on a computer"))],
    )
    cns = _question(
        _("Is a CNS needed as well?"),
        [ANY, (YES, _("Yes"))],
        _("A second certificate on the card or key, to log in to public services."),
    )
    reader = _question(_("Is there a card reader already?"), [ANY, (YES, _("Yes")), (NO, _("No"))])
    video = _question(
        _("How will the holder be identified?"),
        [ANY, (YES, _("By video, from home"))],
        _("Otherwise by an officer, by SPID or CIE, or with a signature that they have already."),
    )
    abroad = _question(
        _("Where does the holder live?"),
        [("", _("It does not matter")), (NO, _("In Italy")), (YES, _("Abroad"))],
    )

    # Asked only of who wants a new signature.
    FOR_NEW = ("way", "cns", "reader", "video", "abroad")

    def answers(self) -> dict[str, str]:
        """What was answered; a word that is no answer counts as none."""
        if not self.is_bound:
            return {"need": NEW}
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
