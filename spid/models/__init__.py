"""SPID: who is to have an identity, the voucher bought for them, and how the identity is kept alive."""

from .activation import Activation, ActivationEvent, Order
from .contact import Address, Contact
from .identity_provider import IdentityProvider, KeepingRule
from .voucher import Voucher

__all__ = [
    "Activation",
    "ActivationEvent",
    "Address",
    "Contact",
    "IdentityProvider",
    "KeepingRule",
    "Order",
    "Voucher",
]
