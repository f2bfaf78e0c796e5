"""The questions of the shop."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .flows.shop import DEVICE, IDENTIFY, NEW, NO, REMOTE, RENEW, THINGS, YES

ANY = ("", _("It does not matter"))


def _question(label: Any, *answers: tuple[str, Any]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[ANY, *answers], required=False)


class ShopForm(forms.Form):
    """Every question may be left open: what is not answered rules nothing out."""

    need = forms.ChoiceField(
        label=_("What do you need?"),
        choices=[
            (NEW, _("A new signature")),
            (RENEW, _("To renew a certificate")),
            (THINGS, _("Readers and blank devices")),
            (IDENTIFY, _("Identification by video")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    way = _question(_("How is it used?"), (REMOTE, _("By phone, anywhere")), (DEVICE, _("By card or key")))
    cns = _question(_("A CNS too, for public services?"), (YES, _("Yes, a CNS too")))
    reader = _question(_("Is there a card reader?"), (YES, _("Yes")), (NO, _("No")))
    video = _question(_("How is the holder identified?"), (YES, _("By video, from home")))
    abroad = _question(_("Where does the holder live?"), (NO, _("In Italy")), (YES, _("Abroad")))

    # Asked only of who wants a new signature.
    FOR_NEW = ("way", "cns", "reader", "video", "abroad")

    def answers(self) -> dict[str, str]:
        """What was answered; a word that is no answer counts as none."""
        if not self.is_bound:
            return {"need": NEW}
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
