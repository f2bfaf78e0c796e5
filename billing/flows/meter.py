"""Metering: each billable fact becomes one row, in the transaction that makes the fact true."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..models import Price, Purchase, Usage, VatRate
from ..models.usage import usage_id


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
    agreed: Price | None = None,
) -> int:
    """Write one usage row for each person of a bought purchase; rows that exist stay. Returns how many are new.

    Price, cost and VAT rate in force at that time are frozen on the row; with an ``agreed`` price (the customer was
    shown it, and waited since) that one is. ``product`` names something that was bought along, such as an option, in
    place of the purchase's own product. Raises ``PriceMissing``.
    """
    product = product or purchase.product
    sale = agreed or Price.objects.sale(product, purchase.organisation, occurred_at)
    cost = Price.objects.cost(product, purchase.tariff, occurred_at)
    rate = VatRate.objects.at(occurred_at).rate
    rows = [
        Usage(
            id=usage_id(purchase.organisation_id, product, purchase.provider_reference, person.person_key),
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
            unit_price=sale.amount,
            unit_cost=cost.amount,
            vat_rate=rate,
            sale=sale,
            cost=cost,
        )
        for person in people
    ]
    known = set(Usage.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return len(Usage.objects.bulk_create([row for row in rows if row.pk not in known]))
