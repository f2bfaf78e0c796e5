"""Money: what things cost and sell for, what was bought at the provider, what was used."""

from .card import CardEvent, CardPayment
from .charge import Charge, Funding
from .funding import Reservation, ReservationEnd
from .ledger import BankTransfer, Movement
from .plan import Plan, PlanAllowance, PlanStart
from .price_book import Price, Product, Tariff, VatRate
from .provider_call import ProviderCall
from .purchase import Purchase, PurchaseStep
from .usage import Usage
from .usage_day import UsageDay

__all__ = [
    "BankTransfer",
    "CardEvent",
    "CardPayment",
    "Charge",
    "Funding",
    "Movement",
    "Plan",
    "PlanAllowance",
    "PlanStart",
    "Price",
    "Product",
    "ProviderCall",
    "Purchase",
    "PurchaseStep",
    "Reservation",
    "ReservationEnd",
    "Tariff",
    "Usage",
    "UsageDay",
    "VatRate",
]
