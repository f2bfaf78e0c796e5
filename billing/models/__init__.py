"""Money: what things cost and sell for, what was bought at the provider, what was used."""

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
from .provider_call import ProviderCall
from .purchase import Purchase, PurchaseStep
from .seller import Seller
from .statement import Statement, StatementLine
from .tax_rules import StampDuty, TaxRule
from .transmission import Filing, InvoiceFile, SdiOutcome, Transmission
from .usage import Usage

__all__ = [
    "AccountingCode",
    "BankTransfer",
    "Charge",
    "DraftLine",
    "Filing",
    "Funding",
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
    "Purchase",
    "PurchaseStep",
    "Reminder",
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
    "VatRate",
]
