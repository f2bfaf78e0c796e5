"""Django finds an app's models here; each subject keeps its own beside its flows."""

from .catalogue.models import CatalogueChange, CatalogueProduct, Offer
from .certificates.models import (
    Certificate,
    HolderSecret,
    Notice,
    Order,
    OrderEvent,
    OrderFile,
    PaperPost,
    RenewalRule,
    Review,
)
from .envelopes.models import Envelope, EnvelopeEvent, Placement, Signer

__all__ = [
    "CatalogueChange",
    "CatalogueProduct",
    "Certificate",
    "Envelope",
    "EnvelopeEvent",
    "HolderSecret",
    "Notice",
    "Offer",
    "Order",
    "OrderEvent",
    "OrderFile",
    "PaperPost",
    "Placement",
    "RenewalRule",
    "Review",
    "Signer",
]
