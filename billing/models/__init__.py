"""Money: what things cost and sell for, what was bought at the provider, what was used."""

from .card import CardEvent, CardPayment
from .charge import Charge, Funding
from .funding import Reservation, ReservationEnd
from .invoice import (
    DraftLine,
    Invoice,
    InvoiceCredit,
    InvoiceDraft,
    InvoiceKind,
    InvoiceLine,
    InvoiceSummary,
    NumberSeries,
)
from .ledger import BankTransfer, Movement
from .payment import AccountingCode, Payment, Reminder
from .plan import Plan, PlanAllowance, PlanStart
from .price_book import Price, Product, Tariff, VatRate
from .provider_books import DailyCount, ProviderLine, ProviderReading, RequestCount
from .provider_call import ProviderCall
from .purchase import Purchase, PurchaseStep
from .reconciliation import (
    Cause,
    Difference,
    DifferenceStep,
    Explanation,
    Interchangeable,
    Reconciliation,
)
from .seller import Seller
from .statement import Statement, StatementLine
from .tax_rules import StampDuty, TaxRule
from .transmission import Filing, InvoiceFile, SdiOutcome, Transmission
from .usage import Usage
from .usage_day import UsageDay

__all__ = [
    "AccountingCode",
    "BankTransfer",
    "CardEvent",
    "CardPayment",
    "Cause",
    "Charge",
    "DailyCount",
    "Difference",
    "DifferenceStep",
    "DraftLine",
    "Explanation",
    "Filing",
    "Funding",
    "Interchangeable",
    "Invoice",
    "InvoiceCredit",
    "InvoiceDraft",
    "InvoiceFile",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceSummary",
    "Movement",
    "NumberSeries",
    "Payment",
    "Plan",
    "PlanAllowance",
    "PlanStart",
    "Price",
    "Product",
    "ProviderCall",
    "ProviderLine",
    "ProviderReading",
    "Purchase",
    "PurchaseStep",
    "Reconciliation",
    "Reminder",
    "RequestCount",
    "Reservation",
    "ReservationEnd",
    "SdiOutcome",
    "Seller",
    "StampDuty",
    "Statement",
    "StatementLine",
    "Tariff",
    "TaxRule",
    "Transmission",
    "Usage",
    "UsageDay",
    "VatRate",
]
