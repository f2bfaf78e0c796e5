"""What a month's statement counts, read from the facts alone: aggregated first, rounded afterwards.

The one place that knows which facts are billable. A further source (charges beside usage) is a further query in
``groups``; the closing, the proof and the invoices follow.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from ..fattura import line_net
from ..models import Statement, Usage
from ..periods import Period


@dataclass(frozen=True)
class Counted:
    """So many pieces of one product at one price, used by one organisation. May be less than nothing: corrections."""

    organisation_id: uuid.UUID
    product: str
    unit_price: Decimal
    vat_rate: Decimal
    quantity: int

    @property
    def key(self) -> tuple[str, Decimal, Decimal]:
        return (self.product, self.unit_price, self.vat_rate)

    @property
    def net(self) -> Decimal:
        """Rounded once, on the aggregate."""
        return line_net(self.quantity, self.unit_price)


def usage_of(period: Period, organisations: Sequence[Any] | None = None) -> Any:
    """The billable usage rows of a period, of all organisations or of some."""
    usage = Usage.objects.between(period.start, period.end)
    return usage if organisations is None else usage.filter(organisation__in=organisations)


def groups(period: Period, organisations: Sequence[Any] | None = None) -> Any:
    """The query: how many pieces each organisation used of each product, at each price and VAT rate."""
    return (
        usage_of(period, organisations)
        .order_by()
        .values_list("organisation_id", "product", "unit_price", "vat_rate")
        .annotate(quantity_sum=Sum("quantity"))
    )


def billable(period: Period, organisations: Sequence[Any] | None = None) -> list[Counted]:
    """Everything billable in a period, by organisation, product, price and VAT rate, in that order."""
    counted = (Counted(*group) for group in groups(period, organisations))
    # Sorted here: the database would sort by its own collation, and by text of ids on SQLite.
    return sorted(counted, key=attrgetter("organisation_id", "key"))


def by_organisation(counted: Iterable[Counted]) -> Iterator[tuple[uuid.UUID, list[Counted]]]:
    """One organisation after the other."""
    for organisation_id, lines in groupby(counted, key=attrgetter("organisation_id")):
        yield organisation_id, list(lines)


def paid_in_advance(period: Period, organisations: Sequence[Any] | None = None) -> dict[uuid.UUID, Decimal]:
    """What of a period, with its VAT, customers' wallets have paid already: nothing as long as all is post-paid."""
    return {}


def corrected_months(statement: Statement) -> list[date]:
    """The earlier months whose facts this month corrects, newest first."""
    period = statement.period
    corrections = usage_of(period, [statement.organisation_id]).filter(corrects__isnull=False)
    moments = corrections.filter(corrects__occurred_at__lt=period.start).values_list(
        "corrects__occurred_at", flat=True
    )
    months = {timezone.localtime(moment).date().replace(day=1) for moment in moments.iterator()}
    return sorted(months, reverse=True)
