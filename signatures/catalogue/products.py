"""What is known of each product beyond the provider's catalogue, which says only code, name, maker and price.

Sources: the official description of the provider's API (the codes and what each body asks), its product pages
(validity, what a kit holds), and the makers' guides (what one needs to sign, how one is identified). A code that
stands here has a family; one that does not is shown to staff and never sold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from upstream import ProductFamily, family_of

KEY_PREFIX = "order:"


class Device(models.TextChoices):
    """What a certificate lives on, or what is sold besides certificates."""

    SMART_CARD = "smart_card", _("Smart card")
    USB_KEY = "usb_key", _("USB key")
    REMOTE = "remote", _("Remote, with a phone")
    CODE_DISPLAY = "code_display", _("Remote, with a code display")
    READER = "reader", _("Card reader")
    NONE = "none", pgettext_lazy("device", "None")


class Need(models.TextChoices):
    """What the holder must have, beyond their own data."""

    COMPUTER = "computer", _("a computer with a USB port")
    READER = "reader", _("a card reader")
    PHONE = "phone", _("a mobile phone")
    ID_DOCUMENT = "id_document", _("a valid ID document")
    VIDEO = "video", _("a camera and a microphone for the video call")
    OFFICER = "officer", _("to be a registration officer")
    CERTIFICATE = "certificate", _("a certificate that has not expired")
    ARUBA_ORDER = "aruba_order", _("an Aruba order that is under way")


class Covers(models.TextChoices):
    """What a certificate is for; on a card or key each is renewed by itself (contract, section 4.1)."""

    SIGNATURE = "signature", _("signature on a card or key")
    CNS = "cns", _("CNS on a card or key")
    REMOTE = "remote", _("remote signature")


@dataclass(frozen=True, kw_only=True)
class ProductFacts:
    """A product as a person chooses it. ``validity_days`` None: nothing that ends.

    ``renewed_by``: the products that renew what it brings; ``renews``: what a renewal renews.
    """

    code: str
    maker: str
    name: str | Promise
    description: str | Promise
    device: Device = Device.NONE
    needs: Sequence[Need] = ()
    validity_days: int | None = None
    has_cns: bool = False
    has_reader: bool = False
    is_signature: bool = True
    is_shipped: bool = False
    renewed_by: Sequence[str] = ()
    renews: Covers | None = None

    @property
    def family(self) -> ProductFamily:
        """What an order of it must say."""
        found = family_of(self.code)
        assert found is not None, f"{self.code} has no family"
        return found

    @property
    def key(self) -> str:
        """Its key in the price book, in purchases and in usage."""
        return KEY_PREFIX + self.code

    @property
    def title(self) -> str:
        """Its name with its maker's: two makers sell alike."""
        return f"{self.name} ({self.maker})"

    @property
    def is_remote(self) -> bool:
        return self.device in {Device.REMOTE, Device.CODE_DISPLAY}

    @property
    def has_video(self) -> bool:
        """Whether identification by video is part of it."""
        return self.family is ProductFamily.VIDEO

    @property
    def validity_years(self) -> int | None:
        return round(self.validity_days / 365) if self.validity_days else None


INFOCERT, ARUBA = "InfoCert", "Aruba"
# 1096 days in the description's examples: three years, one of them a leap year. FIREST shows 366.
THREE_YEARS, ONE_YEAR = 1096, 366
ON_CARD = (Need.COMPUTER, Need.READER, Need.ID_DOCUMENT)
ON_KEY = (Need.COMPUTER, Need.ID_DOCUMENT)
BY_PHONE = (Need.PHONE, Need.ID_DOCUMENT)

_SIGNATURE_ON_DEVICE: dict[str, Any] = {"validity_days": THREE_YEARS, "is_shipped": True}
_INFOCERT_CARD: dict[str, Any] = {
    "maker": INFOCERT,
    "device": Device.SMART_CARD,
    "renewed_by": ("RINFIR",),
    **_SIGNATURE_ON_DEVICE,
}
_INFOCERT_KEY: dict[str, Any] = {
    "maker": INFOCERT,
    "device": Device.USB_KEY,
    "renewed_by": ("RINFIR",),
    **_SIGNATURE_ON_DEVICE,
}
_WITH_CNS: dict[str, Any] = {"has_cns": True, "renewed_by": ("RINFIR", "RINCNS")}
_BLANK: dict[str, Any] = {
    "maker": INFOCERT, "is_signature": False, "is_shipped": True, "needs": (Need.OFFICER,),
    "description": _("Without a certificate and without a person’s data: a registration officer issues it."),
}  # fmt: skip
_RENEWAL: dict[str, Any] = {
    "maker": INFOCERT,
    "needs": (Need.CERTIFICATE,),
    "is_signature": False,
    "validity_days": THREE_YEARS,
}

_ALL: list[ProductFacts] = [
    ProductFacts(code="FIRREM", maker=INFOCERT, device=Device.REMOTE, needs=BY_PHONE, validity_days=THREE_YEARS,
        renewed_by=("RINFIRREM",), name=_("Remote signature"),
        description=_("Sign on any computer or phone, with a PIN and a code that comes to the phone. Nothing to carry, "
                      "nothing to install.")),
    ProductFacts(code="FIRREM_VIDEO", maker=INFOCERT, device=Device.REMOTE, validity_days=THREE_YEARS,
        needs=(Need.PHONE, Need.ID_DOCUMENT, Need.VIDEO), renewed_by=("RINFIRREM",),
        name=_("Remote signature, identified by video"),
        description=_("The same remote signature. The maker identifies the holder in a video call, from home.")),
    ProductFacts(code="OTPMOB", maker=ARUBA, device=Device.REMOTE, needs=BY_PHONE, validity_days=THREE_YEARS,
        name=_("Remote signature with a phone app"),
        description=_("Sign on any computer or phone; Aruba’s app makes the codes. Active at once after "
                      "identification.")),
    ProductFacts(code="OTPDIS", maker=ARUBA, device=Device.CODE_DISPLAY, needs=(Need.ID_DOCUMENT,),
        validity_days=THREE_YEARS, is_shipped=True, name=_("Remote signature with a code display"),
        description=_("Sign on any computer; a small display makes the codes, for whoever wants no phone for it.")),
    ProductFacts(code="KEY", needs=ON_KEY, **_INFOCERT_KEY, name=_("Signature on a USB key"),
        description=_("The Business Key: the program to sign with is on the key, so nothing is installed.")),
    ProductFacts(code="KEYCNS", needs=ON_KEY, **{**_INFOCERT_KEY, **_WITH_CNS},
        name=_("Signature and CNS on a USB key"),
        description=_("The Business Key with a second certificate, the CNS, to log in to public services.")),
    ProductFacts(code="KEYCNS_VIDEO", needs=(*ON_KEY, Need.VIDEO), **{**_INFOCERT_KEY, **_WITH_CNS},
        name=_("Signature and CNS on a USB key, identified by video"),
        description=_("The same Business Key. The maker identifies the holder in a video call, from home.")),
    ProductFacts(code="ARUBAKEYCNS", maker=ARUBA, device=Device.USB_KEY, needs=ON_KEY, has_cns=True,
        **_SIGNATURE_ON_DEVICE, name=_("Signature and CNS on a USB key"),
        description=_("The Aruba Key: signature and CNS on one key, with the programs that both need on it.")),
    ProductFacts(code="KIT", needs=ON_KEY, has_reader=True, **_INFOCERT_CARD,
        name=_("Signature on a smart card, with a reader"),
        description=_("A card for the wallet and a USB reader for the desk.")),
    ProductFacts(code="FIR", needs=ON_CARD, **_INFOCERT_CARD, name=_("Signature on a smart card"),
        description=_("The card alone, for whoever has a reader.")),
    ProductFacts(code="KITCNS", needs=ON_KEY, has_reader=True, **{**_INFOCERT_CARD, **_WITH_CNS},
        name=_("Signature and CNS on a smart card, with a reader"),
        description=_("Card and USB reader, with a second certificate, the CNS, to log in to public services.")),
    ProductFacts(code="SMARTCARDCNS", needs=ON_CARD, **{**_INFOCERT_CARD, **_WITH_CNS},
        name=_("Signature and CNS on a smart card"),
        description=_("The card alone, with a second certificate, the CNS, to log in to public services.")),
    ProductFacts(code="SMARTCARDCNS_VIDEO", needs=(*ON_CARD, Need.VIDEO), **{**_INFOCERT_CARD, **_WITH_CNS},
        name=_("Signature and CNS on a smart card, identified by video"),
        description=_("The same card. The maker identifies the holder in a video call, from home.")),
    ProductFacts(code="SCARUBACNS", maker=ARUBA, device=Device.SMART_CARD, needs=ON_CARD, has_cns=True,
        **_SIGNATURE_ON_DEVICE, name=_("Signature and CNS on a smart card"),
        description=_("Aruba’s card with both certificates, for whoever has a reader.")),
    ProductFacts(code="FIREST", maker=INFOCERT, device=Device.REMOTE, needs=BY_PHONE, validity_days=ONE_YEAR,
        name=_("Remote signature for people abroad"),
        description=_("A code by which the holder begins at the maker, from any country.")),
    ProductFacts(code="RINFIR", **_RENEWAL, renews=Covers.SIGNATURE, name=_("Renewal of a signature on a card or key"),
        description=_("Three more years on the same device. The holder finishes it at the maker, before the expiry.")),
    ProductFacts(code="RINCNS", **_RENEWAL, renews=Covers.CNS, name=_("Renewal of a CNS on a card or key"),
        description=_("Three more years for the CNS certificate, which is renewed apart from the signature.")),
    ProductFacts(code="RINFIRREM", **_RENEWAL, renews=Covers.REMOTE, name=_("Renewal of a remote signature"),
        description=_("Three more years of the remote signature. The holder finishes it at the maker, before the "
                      "expiry.")),
    ProductFacts(code="VIDEORIC", maker=ARUBA, needs=(Need.ARUBA_ORDER, Need.VIDEO), is_signature=False,
        name=_("Identification by video for an Aruba order"),
        description=_("For an order that was made without it: the holder is identified in a video call.")),
    ProductFacts(code="LETTORE", maker=INFOCERT, device=Device.READER, needs=(Need.COMPUTER,), is_signature=False,
        is_shipped=True, name=_("USB card reader"), description=_("Reads every smart card for signatures and CNS.")),
    ProductFacts(code="FIR_V", device=Device.SMART_CARD, **_BLANK, name=_("Blank smart card")),
    ProductFacts(code="KEY_V", device=Device.USB_KEY, **_BLANK, name=_("Blank USB key")),
    ProductFacts(code="FIRREM_V", device=Device.REMOTE, **_BLANK, name=_("Blank remote signature")),
    ProductFacts(code="KEYCNS_V", device=Device.USB_KEY, has_cns=True, **_BLANK,
        name=_("Blank USB key for signature and CNS")),
    ProductFacts(code="SMARTCARDCNS_V", device=Device.SMART_CARD, has_cns=True, **_BLANK,
        name=_("Blank smart card for signature and CNS")),
]  # fmt: skip

PRODUCTS: dict[str, ProductFacts] = {facts.code: facts for facts in _ALL}
ORDERABLE = frozenset(PRODUCTS)


def facts_of(code: str) -> ProductFacts | None:
    """What is known of a product; None for a code that is new to us."""
    return PRODUCTS.get(code)


@dataclass(frozen=True)
class Option:
    """What may be bought along with an order: ``key`` is its key in the price book.

    What assistance, urgency and quick shipping cost is published nowhere (contract, section 4.2): their cost stands at
    0 until somebody knows it. Identification by video with an Aruba order is taken to cost what it costs by itself.
    """

    name: str
    key: str
    label: str | Promise


OPTIONS: dict[str, Option] = {
    option.name: option
    for option in (
        Option("assistance", "option:assistance", _("Assistance with the order")),
        Option("urgency", "option:urgency", _("Urgent handling")),
        Option("priority_shipping", "option:priority_shipping", _("Priority shipping")),
        Option("express_shipping", "option:express_shipping", _("Express shipping")),
        Option("video", PRODUCTS["VIDEORIC"].key, _("Identification by video")),
    )
}


def labels() -> dict[str, str]:
    """The names of our products and options for the books, by key."""
    options = {option.key: str(option.label) for option in OPTIONS.values()}
    return options | {facts.key: facts.title for facts in _ALL}
