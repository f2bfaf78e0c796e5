"""Where it is shipped, and what may be bought along."""

from decimal import Decimal
from typing import Any

from babel.numbers import format_currency
from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from customers.contacts import EmailField, mobile_number
from signatures.catalogue.products import OPTIONS as KNOWN
from upstream import ProductFamily, ShippingKind

from ..flows.price import offered_options
from ..steps import OPTIONS, is_shipped
from .base import StepForm, text
from .place import complete_place, complete_postal_code
from .residence import address_fields

MOST_PIECES = 200
# The field that stands for an option.
FIELDS = {"video": "has_video", "urgency": "is_urgent", "assistance": "has_assistance"}
HELP = {
    "video": _("In a video call, from home. No papers are asked for afterwards."),
    "urgency": _("The order is handled before others."),
    "assistance": _("Somebody helps the holder through the order."),
}


class OptionsForm(StepForm):
    """Address, way of shipping and options, as far as the product has them and the price book names a price."""

    step = OPTIONS
    rows = [
        ["quantity"], ["recipient"], ["email", "mobile"], ["street"], ["municipality", "province", "postal_code"],
        ["note"], ["shipping"],
    ]  # fmt: skip

    derived = ["province"]

    def __init__(self, data: Any = None, **options: Any) -> None:
        self.base_fields = {**self.base_fields, **self._fields(options["order"])}
        super().__init__(data, **options)

    @classmethod
    def _fields(cls, order: Any) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        if order.product_family is ProductFamily.SHIPPING:
            fields |= _delivery_fields()
        if is_shipped(order):
            fields |= _shipping_fields()
        # Once the price is agreed, only the address may be corrected.
        offered = offered_options(order) if order.is_draft else {}
        if is_shipped(order) and order.is_draft:
            fields["shipping"] = _way_of_shipping(offered)
        for name in (name for name in FIELDS if name in offered):
            fields[FIELDS[name]] = forms.BooleanField(
                label=str(KNOWN[name].label),
                help_text=f"{_costs(offered[name])} {HELP[name]}",
                required=False,
            )
        return fields

    def arrange(self) -> None:
        if "municipality" in self.fields:
            # Devices are shipped within Italy only.
            self.fields["province"].widget.attrs.pop("data-shown-for", None)
            self.suggest_places("municipality")

    def clean_mobile(self) -> str:
        return mobile_number(self.cleaned_data["mobile"])

    def complete(self) -> None:
        if "municipality" in self.fields:
            place = complete_place(self, "municipality", "province", timezone.localdate())
            complete_postal_code(self, place)

    def values(self) -> dict[str, Any]:
        kept = super().values()
        if not self.order.is_draft:
            agreed = self.order.details.get(OPTIONS, {})
            kept |= {name: agreed[name] for name in (*FIELDS.values(), "shipping") if name in agreed}
        return kept

    def columns(self) -> dict[str, Any]:
        return {"quantity": self.cleaned_data["quantity"]} if "quantity" in self.fields else {}


def _delivery_fields() -> dict[str, forms.Field]:
    """How many, and who is told when they come."""
    return {
        "quantity": forms.IntegerField(
            label=_("How many?"), min_value=1, max_value=MOST_PIECES,
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input--short"}),
        ),
        "email": EmailField(
            label=_("E-mail for the delivery"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
        ),
        "mobile": forms.CharField(
            label=_("Mobile for the delivery"), max_length=30, widget=text(autocomplete="tel", inputmode="tel")
        ),
    }  # fmt: skip


def _shipping_fields() -> dict[str, forms.Field]:
    """The address: within Italy, since the provider asks no country."""
    return {
        "recipient": forms.CharField(
            label=_("Recipient"), max_length=100, help_text=_("The name at the door."),
            widget=text(autocomplete="section-shipping name"),
        ),
        **address_fields(),
        "note": forms.CharField(
            label=_("Note for the courier"), max_length=200, required=False, widget=text(autocomplete="off")
        ),
    }  # fmt: skip


def _way_of_shipping(offered: dict[str, Decimal]) -> forms.ChoiceField:
    included = gettext("Standard shipping")
    choices = [(ShippingKind.STANDARD.value, _with_cost(included, Decimal(0)))]
    for kind in (ShippingKind.PRIORITY, ShippingKind.EXPRESS):
        name = f"{kind}_shipping"
        if name in offered:
            choices.append((kind.value, _with_cost(str(KNOWN[name].label), offered[name])))
    return forms.ChoiceField(label=_("Shipping"), choices=choices, widget=forms.RadioSelect)


def _costs(amount: Decimal) -> str:
    """What an option adds to the price."""
    if not amount:
        return gettext("included.")
    price = format_currency(amount, "EUR", locale=get_language() or "it")
    return gettext("%(price)s more, without VAT.") % {"price": price}


def _with_cost(label: str, amount: Decimal) -> str:
    return gettext("%(label)s: %(text)s") % {"label": label, "text": _costs(amount)}
