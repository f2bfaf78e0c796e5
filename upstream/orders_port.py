"""The port for qualified signatures: what is in the catalogue, what is ordered, and how an order stands.

Plain values in our own words, as in ``port``; the provider's Italian names stay behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

Sex = Literal["M", "F"]


class ProductFamily(StrEnum):
    """What an order of a product must say, and how it goes on from there (contract, section 4.2)."""

    STANDARD = "standard"
    ARUBA = "aruba"
    VIDEO = "video"
    SHIPPING = "shipping"
    RENEWAL = "renewal"
    FOREIGN = "foreign"
    RECOGNITION = "recognition"
    """Video recognition, added to an Aruba order that exists: `add_video_recognition`."""
    SPID = "spid"
    """In the catalogue, but not ordered here."""

    @property
    def has_request_form(self) -> bool:
        """Whether `request_form` has something to give [assumed: only these orders speak of a form]."""
        return self in {ProductFamily.STANDARD, ProductFamily.ARUBA}

    @property
    def needs_document_at_order(self) -> bool:
        """Whether the ID document must travel with the order; elsewhere it follows, or is not asked."""
        return self is ProductFamily.ARUBA


_FAMILIES = {
    ProductFamily.STANDARD: "FIR KIT KEY FIRREM KEYCNS KITCNS SMARTCARDCNS",
    ProductFamily.ARUBA: "SCARUBACNS ARUBAKEYCNS OTPDIS OTPMOB",
    ProductFamily.VIDEO: "SMARTCARDCNS_VIDEO KEYCNS_VIDEO FIRREM_VIDEO",
    ProductFamily.SHIPPING: "LETTORE FIR_V KEY_V FIRREM_V KEYCNS_V SMARTCARDCNS_V",
    ProductFamily.RENEWAL: "RINFIR RINCNS RINFIRREM",
    ProductFamily.FOREIGN: "FIREST",
    ProductFamily.RECOGNITION: "VIDEORIC",
    ProductFamily.SPID: "SPID_PER",
}
_FAMILY_OF = {code: family for family, codes in _FAMILIES.items() for code in codes.split()}


def family_of(code: str) -> ProductFamily | None:
    """The family of a product code; None for one that is new to us, which nobody may order by guesswork."""
    return _FAMILY_OF.get(code)


@dataclass(frozen=True)
class CatalogueProduct:
    """A product as the provider offers it now.

    `maker` is "InfoCert", "Aruba" or "Namirial", or whatever else the provider writes. `price` is in EUR without
    VAT; None when the provider names none that can be read: such a product cannot be sold. `is_blank` is a device
    without a person's data.
    """

    code: str
    name: str
    maker: str
    price: Decimal | None
    is_blank: bool


class ShippingKind(StrEnum):
    """How a device travels."""

    STANDARD = "standard"
    PRIORITY = "priority"
    EXPRESS = "express"


class IdDocumentKind(StrEnum):
    """What an ID document is."""

    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"


@dataclass(frozen=True)
class Paper:
    """A file that goes to the provider with an order or after it. PDF is what its examples show."""

    filename: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """The person whose certificate it will be, as on their ID document.

    `mobile` with its prefix ("+39…"). Municipalities, provinces and countries are texts as the maker is to read
    them, in Italian; a province is its name or two letters, "EE" abroad.
    """

    name: str
    surname: str
    email: str = field(repr=False)
    mobile: str = field(repr=False)
    tax_code: str = field(repr=False)
    born_on: date = field(repr=False)
    sex: Sex
    birth_municipality: str = field(repr=False)
    birth_province: str = field(repr=False)
    birth_country: str
    street: str = field(repr=False)
    municipality: str = field(repr=False)
    province: str
    postal_code: str = field(repr=False)
    country: str


@dataclass(frozen=True, kw_only=True)
class ShippingAddress:
    """Where a device, or what belongs to one, is sent. The provider ships within Italy: it asks no country."""

    recipient: str
    street: str = field(repr=False)
    municipality: str = field(repr=False)
    province: str
    postal_code: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class IdDocument:
    """The ID document that identification will go by. `expires_on` None: it has no end (domain, section 0)."""

    kind: IdDocumentKind
    number: str = field(repr=False)
    issuer: str
    issued_on: date
    expires_on: date | None


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """What every order says; order one of the families below.

    `callback_key` is unguessable; it travels in the callback object and comes back when the order is read: it
    authenticates a callback, and it is how an order whose answer was lost is found again. `has_assistance` asks
    for the assisted service. What the options cost is published nowhere.
    """

    code: str
    callback_url: str = field(repr=False)
    callback_key: str = field(repr=False)
    has_assistance: bool = False


@dataclass(frozen=True, kw_only=True)
class NewStandardOrder(NewOrder):
    """A signature of InfoCert's for a person. Both papers may also follow by `submit_papers`."""

    applicant: Applicant
    address: ShippingAddress
    id_document: IdDocument
    note: str = ""
    is_urgent: bool = False
    shipping: ShippingKind = ShippingKind.STANDARD
    document: Paper | None = None
    form: Paper | None = None


@dataclass(frozen=True, kw_only=True)
class NewArubaOrder(NewOrder):
    """A signature of Aruba's for a person: the ID document goes along, the signed form follows.

    With `has_video_recognition` identification by video is bought along, and no papers are asked afterwards.
    """

    applicant: Applicant
    address: ShippingAddress
    id_document: IdDocument
    document: Paper
    note: str = ""
    is_urgent: bool = False
    shipping: ShippingKind = ShippingKind.STANDARD
    has_video_recognition: bool = False


@dataclass(frozen=True, kw_only=True)
class NewVideoOrder(NewOrder):
    """A signature with video recognition: the maker asks the person for everything else."""

    email: str = field(repr=False)
    mobile: str = field(repr=False)
    is_urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class NewShippingOrder(NewOrder):
    """Readers and blank devices, for nobody in particular."""

    address: ShippingAddress
    email: str = field(repr=False)
    mobile: str = field(repr=False)
    quantity: int = 1
    note: str = ""
    is_urgent: bool = False
    shipping: ShippingKind = ShippingKind.STANDARD


@dataclass(frozen=True, kw_only=True)
class NewRenewalOrder(NewOrder):
    """A code by which a holder renews at the maker. It names no device: buying it renews nothing by itself."""


@dataclass(frozen=True, kw_only=True)
class NewForeignOrder(NewOrder):
    """A remote signature for somebody abroad: a code by which they begin at the maker."""


class OrderState(StrEnum):
    """Our reading of the provider's state word. UNKNOWN: leave your state as it was, and raise an alarm.

    The provider lists no words. CANCELLED and REJECTED are read from the two plain Italian words for them, which
    nobody has seen yet (contract, section 4.5): have a person look before anything irreversible follows.
    """

    PROCESSING = "processing"
    REGISTERING = "registering"
    IDENTIFYING = "identifying"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class OrderSecrets:
    """What only the holder may see; each is "" until it is there.

    `pin` and `puk` may be halves (Aruba shows the first four characters; InfoCert sends them to the holder).
    `renewal_token` comes with renewals, `activation_code` with signatures for abroad, `username` with video
    orders. Some are numbers of a device and no secrets by themselves, but they open doors together.
    """

    pin: str = field(default="", repr=False)
    puk: str = field(default="", repr=False)
    emergency_code: str = field(default="", repr=False)
    envelope_number: str = field(default="", repr=False)
    user_code: str = field(default="", repr=False)
    iut: str = field(default="", repr=False)
    alias: str = field(default="", repr=False)
    card_number: str = field(default="", repr=False)
    device_number: str = field(default="", repr=False)
    renewal_token: str = field(default="", repr=False)
    activation_code: str = field(default="", repr=False)
    username: str = field(default="", repr=False)

    def filled(self) -> dict[str, str]:
        """Those that are there, by name."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class Supplier:
    """Who takes the papers of an order. `identification_office` is the address where originals go by post."""

    name: str
    registered_office: str
    vat_number: str
    representative: str
    support_email: str
    accounting_email: str
    support_phone: str
    identification_office: str


@dataclass(frozen=True, kw_only=True)
class OrderSummary:
    """A line of the provider's list. `number` is the short one for people; times are UTC, None until they are."""

    reference: str
    number: str
    code: str
    maker: str
    raw_state: str
    state: OrderState
    purchased_at: datetime | None
    registered_at: datetime | None
    issued_at: datetime | None
    fulfilled_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Order(OrderSummary):
    """An order as read at the provider.

    `has_form` and `has_document`: the provider has received them. `tracking` is the shipment's number. `raw` is
    the whole answer without secrets and keys; the person's data stays in it.
    """

    product_name: str
    has_form: bool
    has_document: bool
    has_video_recognition: bool
    quantity: int
    has_assistance: bool
    is_urgent: bool
    shipping: ShippingKind | None
    tracking: str
    supplier: Supplier
    secrets: OrderSecrets = field(repr=False)
    callback_key: str = field(repr=False)
    raw: Mapping[str, Any] = field(repr=False)


class PapersOutcome(StrEnum):
    """What came of sending papers. All three are ends: nothing is left to be sent."""

    TAKEN = "taken"
    NOT_NEEDED = "not_needed"
    """Video recognition was bought: the maker asks for no papers."""
    ALREADY_PROCESSED = "already_processed"
    """Too late to change anything, since the order has gone on."""
