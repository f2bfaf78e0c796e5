"""What an e-invoice says, in the words of this portal. Amounts are EUR; dates are days of the seller's clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

INVOICE, CREDIT_NOTE, DEFERRED = "TD01", "TD04", "TD24"
PRIVATE, PUBLIC = "FPR12", "FPA12"
# What stands for the VAT number of buyers abroad who have none: companies, and private persons (the tax agency's
# guide to filling in e-invoices).
NO_VAT_CODE, PRIVATE_PERSON = "OO99999999999", "0000000"
# Delivery: by PEC or the reserved area where there is no code, and abroad, where SdI delivers nothing.
NO_RECIPIENT_CODE, ABROAD = "0000000", "XXXXXXX"
# When VAT is owed: at once, or by the customer in the seller's place (split payment).
AT_ONCE, SPLIT = "I", "S"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Address:
    """Where somebody has their seat; ``postal_code`` is a CAP in Italy and of no use to an e-invoice elsewhere."""

    street: str
    postal_code: str
    city: str
    province: str = ""
    country: str = "IT"


@dataclass(frozen=True)
class Party:
    """Whoever sells or buys. ``vat_code`` comes without its country, which is ``vat_country`` (``EL`` for Greece)."""

    name: str
    address: Address
    vat_code: str = ""
    vat_country: str = "IT"
    tax_code: str = ""


@dataclass(frozen=True)
class Seller(Party):
    """The seller, with its tax regime and its entry in the companies' register."""

    regime: str = "RF01"
    rea_office: str = ""
    rea_number: str = ""
    share_capital: Decimal | None = None
    sole_shareholder: str = ""
    is_in_liquidation: bool = False
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Buyer(Party):
    """The buyer, and how the exchange system reaches them."""

    recipient_code: str = NO_RECIPIENT_CODE
    pec: str = ""


@dataclass(frozen=True)
class Line:
    """So many pieces at a price: ``net`` is rounded to cents, once. ``nature`` says why no VAT is due, else empty."""

    number: int
    description: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    rate: Decimal
    nature: str = ""
    code: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Summary:
    """Base and tax of one rate, or of one nature where no VAT is due; ``reference`` names the law."""

    rate: Decimal
    nature: str
    net: Decimal
    tax: Decimal
    payability: str = AT_ONCE
    reference: str = ""


@dataclass(frozen=True)
class Reference:
    """Another document, by number and day: a credited invoice, or the statement that a deferred invoice rests on."""

    number: str
    on: date


@dataclass(frozen=True)
class Contract:
    """What a public body asks to find on its invoices."""

    number: str
    cup: str = ""
    cig: str = ""


@dataclass(frozen=True)
class Settlement:
    """An amount to be paid, or paid already, and how (``MP05``: bank transfer)."""

    amount: Decimal
    method: str
    due_on: date | None = None
    iban: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Document:
    """One invoice or credit note, whole."""

    kind: str
    form: str
    number: str
    issued_on: date
    progressive: str
    seller: Seller
    buyer: Buyer
    lines: tuple[Line, ...]
    summaries: tuple[Summary, ...]
    total: Decimal
    stamp: Decimal = ZERO
    reason: str = ""
    contract: Contract | None = None
    credited: tuple[Reference, ...] = ()
    statements: tuple[Reference, ...] = ()
    settlements: tuple[Settlement, ...] = ()

    @property
    def split_tax(self) -> Decimal:
        """VAT that the customer pays to the state and not to the seller."""
        return _sum(summary.tax for summary in self.summaries if summary.payability == SPLIT)

    @property
    def is_split(self) -> bool:
        return any(summary.payability == SPLIT for summary in self.summaries)

    @property
    def due(self) -> Decimal:
        """What the customer owes the seller."""
        return self.total - self.split_tax

    @property
    def net(self) -> Decimal:
        return _sum(summary.net for summary in self.summaries)

    @property
    def tax(self) -> Decimal:
        return _sum(summary.tax for summary in self.summaries)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
