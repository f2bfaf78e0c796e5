"""The provider's words about orders in ours, and ours in the provider's."""

from __future__ import annotations

from .orders_port import IdDocumentKind, OrderState, ShippingKind

_STATES = {
    "IN_LAVORAZIONE": OrderState.PROCESSING,
    "IN_REGISTRAZIONE": OrderState.REGISTERING,
    "IN_RICONOSCIMENTO": OrderState.IDENTIFYING,
    "EVASA": OrderState.FULFILLED,
    # Nobody has seen these two [assumed: contract, section 4.5].
    "ANNULLATA": OrderState.CANCELLED,
    "RIFIUTATA": OrderState.REJECTED,
}

SHIPPING = {
    ShippingKind.STANDARD: "ordinaria",
    ShippingKind.PRIORITY: "prioritaria",
    ShippingKind.EXPRESS: "veloce",
}
_SHIPPING_KINDS = {word: kind for kind, word in SHIPPING.items()}

# Only `patente` has been seen; the field takes any text [assumed].
ID_DOCUMENTS = {
    IdDocumentKind.IDENTITY_CARD: "carta identita",
    IdDocumentKind.PASSPORT: "passaporto",
    IdDocumentKind.DRIVING_LICENCE: "patente",
}

_MAKERS = {"infocert": "InfoCert", "aruba": "Aruba", "namirial": "Namirial"}


def order_state(word: str) -> OrderState:
    """Our state for an order's word; one that we don't know is UNKNOWN, never a guess."""
    return _STATES.get("_".join(word.upper().replace("_", " ").split()), OrderState.UNKNOWN)


def shipping_kind(word: str) -> ShippingKind | None:
    """How a device travels; None where nothing does (`false`), and for a word that we don't know."""
    return _SHIPPING_KINDS.get(word.lower())


def maker(word: str) -> str:
    """A maker's name as the makers write it; another one as it comes."""
    return _MAKERS.get(word.lower(), word)
