"""What a customer would pay with each plan: on months that were, or on months that are thought up. Pure arithmetic.

Amounts are EUR without VAT. Like an invoice, each product is added up for a period and rounded to the cent once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .money import to_cents

Month = Mapping[str, int]
ZERO = Decimal(0)


@dataclass(frozen=True)
class Offer:
    """A plan as the arithmetic sees it; without a fee and pieces it is no plan at all."""

    name: str
    fee: Decimal = ZERO
    months: int = 1
    pieces: Mapping[str, int] | None = None
    """Free ones and those in the fee, by product, in a period."""

    def given(self, product: str) -> int:
        return (self.pieces or {}).get(product, 0)


@dataclass(frozen=True)
class BreakEven:
    """From so many pieces of a product a month on, with nothing else used, the plan is the cheaper way."""

    product: str
    pieces: int


@dataclass(frozen=True)
class Outcome:
    """What so many months would have cost with an offer."""

    offer: Offer
    fees: Decimal
    beyond: Decimal

    @property
    def total(self) -> Decimal:
        return self.fees + self.beyond


def outcome_of(offer: Offer, months: Sequence[Month], prices: Mapping[str, Decimal]) -> Outcome:
    """What these months cost: fees, and what goes beyond at its price. What has no price counts for nothing.

    A period that the months end in counts for as many months as there are of it.
    """
    fees, beyond = ZERO, ZERO
    for start in range(0, len(months), offer.months):
        period = months[start : start + offer.months]
        fees += to_cents(offer.fee * len(period) / offer.months)
        for product in sorted({key for month in period for key in month}):
            used = max(0, sum(month.get(product, 0) for month in period))
            given = offer.given(product) * len(period) // offer.months
            beyond += to_cents(max(0, used - given) * prices.get(product, ZERO))
    return Outcome(offer, fees, beyond)


def break_even(offer: Offer, product: str, price: Decimal) -> BreakEven | None:
    """Where an offer begins to pay for one product; None where it never does.

    Up to its pieces a plan costs its fee alone; beyond them both ways cost the same for each further piece. So it pays
    from the first number of pieces whose price exceeds the fee, if the plan has that many.
    """
    fee = offer.fee / offer.months
    if price <= 0:
        return None
    needed = int(fee / price) + 1
    return BreakEven(product, needed) if needed * offer.months <= offer.given(product) else None


def compare(offers: Iterable[Offer], months: Sequence[Month], prices: Mapping[str, Decimal]) -> list[Outcome]:
    """What each would have cost, the cheapest first; among equals in the order given."""
    return sorted((outcome_of(offer, months, prices) for offer in offers), key=lambda one: one.total)
