"""Who would pay for what: free pieces first, then those in the fee, then the wallet or the invoice, by the plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from customers.models import Organisation

from ..models import Plan, Price, Reservation, ReservationEnd, Usage, VatRate
from ..models.charge import Funding
from ..money import to_cents
from ..periods import Period
from .allowance import Allowance, Stay, allowance_of, has_plan, is_open, stay_on, stays_of
from .ledger import credit_of
from .vat_on_top import with_vat

ZERO = Decimal(0)
Beyond = Plan.Beyond


@dataclass(frozen=True)
class Wanted:
    """So many pieces of a product, at the price that the customer was shown."""

    product: str
    quantity: int
    sale: Price


@dataclass(frozen=True)
class Part:
    """So many pieces of a product that one source pays for; ``held`` is what the wallet must hold for them, in EUR."""

    product: str
    funding: str
    quantity: int
    sale: Price
    vat_rate: Decimal
    held: Decimal = ZERO


@dataclass(frozen=True)
class Split:
    """The parts of a purchase; ``missing`` is what the wallet lacks to hold for all of them, in EUR."""

    plan: Plan
    period: Period
    parts: list[Part]
    missing: Decimal

    @property
    def net(self) -> Decimal:
        """What they cost beyond the fee, without VAT, unrounded."""
        paid = {Funding.WALLET, Funding.POSTPAID}
        return sum((part.quantity * part.sale.amount for part in self.parts if part.funding in paid), ZERO)

    @property
    def gross(self) -> Decimal:
        """The same with VAT, rounded as a price without a plan is: what is said before it is ordered."""
        net, rate = to_cents(self.net), max((part.vat_rate for part in self.parts), default=ZERO)
        return net + to_cents(net * rate / 100)

    def count(self, funding: str) -> int:
        """How many pieces a source pays for."""
        return sum(part.quantity for part in self.parts if part.funding == funding)

    @property
    def counts(self) -> dict[str, int]:
        """The same of every source that pays for any."""
        return {funding: count for funding in Funding.values if (count := self.count(funding))}

    @property
    def held(self) -> Decimal:
        """What the wallet must hold, with VAT."""
        return sum((part.held for part in self.parts), ZERO)


def taken(organisation: Any, period_first: date, product: str, funding: str) -> int:
    """How many pieces of a period are used or reserved; what was corrected may be used again."""
    mine = Reservation.objects.for_organisation(organisation).filter(
        period_first=period_first, product=product, funding=funding
    )
    back = ReservationEnd.objects.filter(reservation__in=mine).aggregate(sum=Sum("given_back"))["sum"] or 0
    back += Usage.objects.filter(reservation__in=mine, corrects__isnull=False).count()
    return (mine.aggregate(sum=Sum("quantity"))["sum"] or 0) - back


def left_of(organisation: Any, stays: list[Stay], period: Period, product: str) -> Allowance:
    """How many free pieces, and pieces in the fee, may still be used in a period."""
    given = allowance_of(stays, period, product)
    included = given.included if given.included and is_open(stays, period) else 0
    return Allowance(
        max(0, given.free - taken(organisation, period.first, product, Funding.FREE)) if given.free else 0,
        max(0, included - taken(organisation, period.first, product, Funding.PACKAGE)) if included else 0,
    )


def split(
    organisation: Organisation, wanted: Iterable[Wanted], available: Decimal, now: datetime
) -> Split | None:
    """Who pays for what is wanted, with so much credit to use. None for a customer without a plan: all is invoiced."""
    day, stays = timezone.localdate(now), stays_of(organisation)
    stay = stay_on(stays, day)
    if stay is None:
        return None
    period, rate = stay.period_on(day), VatRate.objects.at(now).rate
    parts: list[Part] = []
    missing = ZERO
    for one in wanted:
        rest = one.quantity
        given = left_of(organisation, stays, period, one.product)
        for funding, count in ((Funding.FREE, given.free), (Funding.PACKAGE, given.included)):
            if pieces := min(rest, count):
                parts.append(Part(one.product, funding, pieces, one.sale, rate))
                rest -= pieces
        beyond = _beyond(organisation, stay.plan, one, rest, available, rate)
        parts += beyond
        held = sum((part.held for part in beyond), ZERO)
        missing += max(ZERO, held - available)
        available = max(ZERO, available - held)
    return Split(stay.plan, period, parts, missing)


def _beyond(
    organisation: Organisation, plan: Plan, one: Wanted, rest: int, available: Decimal, rate: Decimal
) -> Sequence[Part]:
    """What goes beyond the plan's pieces."""
    if not rest:
        return []

    def held(pieces: int) -> Decimal:
        return with_vat(organisation, pieces * one.sale.amount, rate)

    def by_wallet(pieces: int) -> Part:
        return Part(one.product, Funding.WALLET, pieces, one.sale, rate, held(pieces))

    if plan.beyond == Beyond.WALLET:
        return [by_wallet(rest)]
    afforded = 0
    if plan.beyond == Beyond.WALLET_FIRST:
        afforded = rest if held(rest) <= available else int(available / held(1))
        # Eight decimals of one piece, rounded, may add up to a little more than those of several.
        afforded = next(
            (count for count in range(min(afforded + 1, rest), 0, -1) if held(count) <= available), 0
        )
    parts = [by_wallet(afforded)] if afforded else []
    if rest > afforded:
        parts.append(Part(one.product, Funding.POSTPAID, rest - afforded, one.sale, rate))
    return parts


def funding_of(organisation: Organisation, pieces: Mapping[str, int]) -> Split | None:
    """Who would pay for so many pieces of each product if they were ordered now; None for who has no plan.

    Shown beside a price before anything is ordered. What has no price is left out.
    """
    if not has_plan(organisation):
        return None
    now = timezone.now()
    prices = Price.objects.sales(pieces, organisation, now)
    wanted = [Wanted(key, count, prices[key]) for key, count in pieces.items() if key in prices]
    return split(organisation, wanted, credit_of(organisation).available, now)
