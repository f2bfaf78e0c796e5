"""Metering: each billable fact becomes one row, in the transaction that makes the fact true."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ..models import Funding, Price, Purchase, Reservation, Usage, VatRate
from ..models.usage import usage_id
from .fund import Seats, wanted_by
from .roll_up import write_usage


@dataclass(frozen=True)
class MeteredPerson:
    """Who was bought for, and on which occasion, in the words of that day."""

    person_key: str
    person: str
    subject_id: uuid.UUID
    subject: str


def meter(
    purchase: Purchase,
    people: Sequence[MeteredPerson],
    occurred_at: datetime,
    *,
    product: str = "",
) -> int:
    """Write one usage row for each person of a bought purchase; rows that exist stay. Returns how many are new.

    Cost and VAT rate in force at that time are frozen on the row, and the sell price that the customer was shown when
    it was intended, however long it has waited since (``fund``).
    ``product`` names something that was bought along, such as an option, in place of the purchase's own product.
    Raises ``PriceMissing``.
    """
    product = product or purchase.product
    seats = Seats(purchase, product)
    frozen = _Frozen(
        sale=_agreed(purchase, product) or Price.objects.sale(product, purchase.organisation, occurred_at),
        cost=Price.objects.cost(product, purchase.tariff, occurred_at),
        rate=VatRate.objects.at(occurred_at).rate,
    )
    ids = {
        usage_id(purchase.organisation_id, product, purchase.provider_reference, person.person_key): person
        for person in people
    }
    known = set(Usage.objects.filter(pk__in=ids).values_list("pk", flat=True))
    rows = [
        _row(pk, purchase, product, person, occurred_at, frozen, seats.take())
        for pk, person in ids.items()
        if pk not in known
    ]
    return write_usage(purchase.organisation_id, rows)


def _agreed(purchase: Purchase, product: str) -> Price | None:
    """The sell price that the customer was shown; None for what was not intended by name."""
    return next((one.sale for one in wanted_by(purchase) if one.product == product), None)


@dataclass(frozen=True)
class _Frozen:
    """What holds at the time of the fact."""

    sale: Price
    cost: Price
    rate: Decimal


def _row(
    pk: uuid.UUID,
    purchase: Purchase,
    product: str,
    person: MeteredPerson,
    occurred_at: datetime,
    frozen: _Frozen,
    seat: Reservation | None,
) -> Usage:
    """One fact, paid for by the piece that was reserved for it; without one it is invoiced."""
    sale, funding = (seat.sale, seat.funding) if seat else (frozen.sale, Funding.POSTPAID)
    is_within_plan = funding in {Funding.FREE, Funding.PACKAGE}
    return Usage(
        id=pk,
        organisation=purchase.organisation,
        product=product,
        occurred_at=occurred_at,
        purchase=purchase,
        provider_reference=purchase.provider_reference,
        subject_id=person.subject_id,
        subject=person.subject,
        person_key=person.person_key,
        person=person.person,
        tariff=purchase.tariff,
        funding=funding,
        reservation=seat,
        unit_price=0 if is_within_plan else sale.amount,
        unit_cost=frozen.cost.amount,
        # What the wallet holds was reckoned with the rate of that day.
        vat_rate=seat.vat_rate if seat and funding == Funding.WALLET else frozen.rate,
        sale=sale,
        cost=frozen.cost,
    )
