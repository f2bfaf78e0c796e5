"""Money: what things cost and sell for, what was bought at the provider, what was used."""

from .ledger import BankTransfer, Movement
from .price_book import Price, Product, Tariff, VatRate
from .provider_call import ProviderCall
from .purchase import Purchase, PurchaseStep
from .usage import Usage

__all__ = [
    "BankTransfer",
    "Movement",
    "Price",
    "Product",
    "ProviderCall",
    "Purchase",
    "PurchaseStep",
    "Tariff",
    "Usage",
    "VatRate",
]
