"""Money: what things cost and sell for, what was bought at the provider, what was used."""

from .price_book import Price, Product, Tariff, VatRate
from .provider_books import DailyCount, ProviderLine, ProviderReading, RequestCount
from .provider_call import ProviderCall
from .purchase import Purchase, PurchaseStep
from .reconciliation import Cause, Difference, DifferenceStep, Explanation, Reconciliation
from .usage import Usage

__all__ = [
    "Cause",
    "DailyCount",
    "Difference",
    "DifferenceStep",
    "Explanation",
    "Price",
    "Product",
    "ProviderCall",
    "ProviderLine",
    "ProviderReading",
    "Purchase",
    "PurchaseStep",
    "Reconciliation",
    "RequestCount",
    "Tariff",
    "Usage",
    "VatRate",
]
