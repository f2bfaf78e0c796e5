"""What a month's statement counts, read from the facts alone: aggregated first, rounded afterwards.

The one place that knows which facts are billable: what was used and is paid from the wallet or by invoice, and the
charges beside it, such as fees of plans. Free pieces and those within a plan are not: the fee pays for them. A further
source is a further query in ``groups``; the closing, the proof and the invoices follow.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import Sum, Value
from django.utils import timezone

from customers.models import Organisation

from ..fattura import line_net
from ..fattura.arithmetic import tax_on
from ..models import Charge, Funding, Statement, TaxRule, Usage
from ..periods import Period
from .vat_on_top import rate_on_top

PAID_FOR = (Funding.WALLET, Funding.POSTPAID)
IN_ADVANCE = (Funding.WALLET,)
COLUMNS = ("organisation_id", "product", "description", "unit_price", "vat_rate")
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Counted:
    """So many pieces of one product at one price, used by one organisation. May be less than nothing: corrections."""

    organisation_id: uuid.UUID
    product: str
    description: str
    unit_price: Decimal
    vat_rate: Decimal
    quantity: int

    @property
    def key(self) -> tuple[str, str, Decimal, Decimal]:
        return (self.product, self.description, self.unit_price, self.vat_rate)

    @property
    def net(self) -> Decimal:
        """Rounded once, on the aggregate."""
        return line_net(self.quantity, self.unit_price)


def groups(
    period: Period, organisations: Sequence[Any] | None = None, funding: Sequence[str] = PAID_FOR
) -> Any:
    """The query: how many pieces each organisation pays for, of each product, at each price and VAT rate."""
    facts = {"occurred_at__gte": period.start, "occurred_at__lt": period.end, "funding__in": funding}
    if organisations is not None:
        facts["organisation__in"] = organisations
    # What was used needs no words of its own: its product has a name.
    used = Usage.objects.filter(**facts).order_by().annotate(description=Value("")).values_list(*COLUMNS)
    charged = Charge.objects.filter(**facts).order_by().values_list(*COLUMNS)
    return used.annotate(quantity_sum=Sum("quantity")).union(
        charged.annotate(quantity_sum=Sum("quantity")), all=True
    )


def billable(
    period: Period, organisations: Sequence[Any] | None = None, funding: Sequence[str] = PAID_FOR
) -> list[Counted]:
    """Everything billable in a period, by organisation, product, price and VAT rate, in that order."""
    counted = (Counted(*group) for group in groups(period, organisations, funding))
    # Sorted here: the database would sort by its own collation, and by text of ids on SQLite.
    return sorted(counted, key=attrgetter("organisation_id", "key"))


def by_organisation(counted: Iterable[Counted]) -> Iterator[tuple[uuid.UUID, list[Counted]]]:
    """One organisation after the other."""
    for organisation_id, lines in groupby(counted, key=attrgetter("organisation_id")):
        yield organisation_id, list(lines)


def paid_in_advance(period: Period, organisations: Sequence[Any] | None = None) -> dict[uuid.UUID, Decimal]:
    """What of a period, with its VAT, customers' wallets have paid already, in EUR. Below zero where they got more
    back, for corrections of what they had paid earlier.

    Reckoned as an invoice does, from the same facts, so that a month that was wholly paid from the wallet leaves
    nothing open; the ledger itself counts in eight decimals.
    """
    nets = nets_in_advance(period, organisations)
    rules = TaxRule.objects.in_force(period.last)
    paid = {
        customer.pk: with_tax(
            nets[customer.pk], lambda rate, customer=customer: rate_on_top(customer, rate, rules)
        )
        for customer in Organisation.objects.in_bulk(nets).values()
    }
    return {organisation_id: amount for organisation_id, amount in paid.items() if amount}


def nets_in_advance(
    period: Period, organisations: Sequence[Any] | None = None
) -> dict[uuid.UUID, dict[Decimal, Decimal]]:
    """What of a period wallets have paid, without VAT, by organisation and VAT rate."""
    nets: dict[uuid.UUID, dict[Decimal, Decimal]] = {}
    for line in billable(period, organisations, IN_ADVANCE):
        by_rate = nets.setdefault(line.organisation_id, {})
        by_rate[line.vat_rate] = by_rate.get(line.vat_rate, ZERO) + line.net
    return nets


def with_tax(nets: Mapping[Decimal, Decimal], on_top: Callable[[Decimal], Decimal]) -> Decimal:
    """Amounts by VAT rate with the VAT that is paid to us on top, rounded once per rate."""
    return sum((net + tax_on(net, on_top(rate)) for rate, net in nets.items()), ZERO)


def corrected_months(statement: Statement) -> list[date]:
    """The earlier months whose facts this month corrects, newest first."""
    period = statement.period
    used = Usage.objects.between(period.start, period.end).for_organisation(statement.organisation_id)
    corrections = used.filter(corrects__isnull=False, funding__in=PAID_FOR)
    moments = corrections.filter(corrects__occurred_at__lt=period.start).values_list(
        "corrects__occurred_at", flat=True
    )
    months = {timezone.localtime(moment).date().replace(day=1) for moment in moments.iterator()}
    return sorted(months, reverse=True)
