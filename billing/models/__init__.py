"""Money: what things cost and sell for, what was bought at the provider, what was used."""

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
from .payment import AccountingCode, Payment, Reminder
from .price_book import Price, Product, Tariff, VatRate
from .provider_call import ProviderCall
from .purchase import Purchase, PurchaseStep
from .seller import Seller
from .statement import Statement, StatementLine
from .tax_rules import StampDuty, TaxRule
from .transmission import Filing, InvoiceFile, SdiOutcome, Transmission
from .usage import Usage

__all__ = [
    "AccountingCode",
    "DraftLine",
    "Filing",
    "Invoice",
    "InvoiceCredit",
    "InvoiceDraft",
    "InvoiceFile",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceSummary",
    "NumberSeries",
    "Payment",
    "Price",
    "Product",
    "ProviderCall",
    "Purchase",
    "PurchaseStep",
    "Reminder",
    "SdiOutcome",
    "Seller",
    "StampDuty",
    "Statement",
    "StatementLine",
    "Tariff",
    "TaxRule",
    "Transmission",
    "Usage",
    "VatRate",
]
