"""Qualified signatures: their orders, papers, secrets, certificates and renewals."""

from .certificate import Certificate, Notice, RenewalRule
from .order import Order, OrderEvent
from .papers import OrderFile, PaperPost, Review
from .secret import HolderSecret

__all__ = [
    "Certificate",
    "HolderSecret",
    "Notice",
    "Order",
    "OrderEvent",
    "OrderFile",
    "PaperPost",
    "RenewalRule",
    "Review",
]
