"""The nightly proof: every statement is counted again from the facts alone, and every series again for gaps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm

from ..models import Charge, Invoice, NumberSeries, Statement, StatementLine, UsageDay
from ..models.invoice import in_cents
from ..periods import Period
from .billable import billable, by_organisation, nets_in_advance, with_tax
from .close_month import is_over

Lines = dict[tuple[str, str, Decimal, Decimal], tuple[int, Decimal]]


@dataclass(frozen=True)
class Difference:
    """A statement that is not what its facts add up to; None where facts of a closed month have none."""

    organisation_id: Any
    month: date
    statement: Statement | None
    stated: Lines
    counted: Lines


def differences(month: date) -> Iterator[Difference]:
    """Every statement of a month that differs from the facts: in a line, in its sum, in what was paid in advance; and
    every organisation with billable facts that has none.
    """
    period = Period.month_of(month)
    counted: dict[Any, Lines] = {
        organisation_id: {line.key: (line.quantity, line.net) for line in lines}
        for organisation_id, lines in by_organisation(billable(period))
    }
    prepaid = nets_in_advance(period)
    statements = Statement.objects.filter(month=month)
    stated: dict[object, Lines] = {}
    for line in StatementLine.objects.filter(statement__month=month).iterator(chunk_size=2000):
        stated.setdefault(line.statement_id, {})[line.key] = (line.quantity, line.net)
    for statement in statements.iterator(chunk_size=2000):
        own, facts = stated.get(statement.pk, {}), counted.pop(statement.organisation_id, {})
        net = sum((net for _quantity, net in own.values()), Decimal("0.00"))
        paid = _possibly_paid(prepaid.get(statement.organisation_id, {}))
        if own != facts or net != statement.net or statement.prepaid not in paid:
            yield Difference(statement.organisation_id, month, statement, own, facts)
    for organisation_id, facts in counted.items():
        yield Difference(organisation_id, month, None, {}, facts)


def _possibly_paid(nets: Mapping[Decimal, Decimal]) -> set[Decimal]:
    """What a wallet may have paid: with VAT or without, as the customer was when the month was closed."""
    return {with_tax(nets, lambda rate: rate), with_tax(nets, lambda rate: Decimal(0))}


def closed_months(now: datetime) -> list[date]:
    """Every month that is over and in which anything was used, charged or stated."""
    days = [
        *Statement.objects.order_by().values_list("month", flat=True).distinct(),
        *UsageDay.objects.order_by().dates("day", "month"),
        *Charge.objects.order_by().datetimes("occurred_at", "month"),
    ]
    months = {date(day.year, day.month, 1) for day in days}
    return sorted(month for month in months if is_over(Period.month_of(month), now))


def gaps() -> list[str]:
    """Series in which a number is missing, or the counter stands elsewhere than its invoices."""
    found = []
    counted = {
        (row["series"], row["year"]): row
        for row in Invoice.objects.order_by()
        .values("series", "year")
        .annotate(count=Count("pk"), first=Min("sequence"), last=Max("sequence"))
    }
    for series in NumberSeries.objects.filter(register=NumberSeries.Register.INVOICES):
        row = counted.pop((series.series, series.year), None)
        if row and (row["last"] != series.last or row["last"] - row["first"] + 1 != row["count"]):
            found.append(f"{series.series or '–'} {series.year}")
    return found + [f"{series or '–'} {year}" for series, year in counted]


def unequal_invoices() -> list[str]:
    """Numbers of invoices whose lines, summaries and totals do not add up to each other."""
    lines = dict(
        Invoice.objects.order_by().annotate(sum=in_cents(Sum("lines__net"))).values_list("pk", "sum")
    )
    summaries = Invoice.objects.order_by().annotate(
        net_sum=Sum("summaries__net"), tax_sum=Sum("summaries__tax")
    )
    return [
        number
        for pk, number, net, tax, total, net_sum, tax_sum in summaries.values_list(
            "pk", "number", "net", "tax", "total", "net_sum", "tax_sum"
        ).iterator(chunk_size=2000)
        if not (lines[pk] == net_sum == net and tax_sum == tax and total == net + tax)
    ]


def prove() -> int:
    """Prove all of it, and ring an alarm for what does not hold. How many things do not."""
    broken = 0
    for month in closed_months(timezone.now()):
        for difference in differences(month):
            broken += 1
            if difference.statement is None:
                _tell_of_unbilled(difference)
                continue
            alarm(
                key=f"recount:{difference.statement.pk}",
                subject=_("A statement is not what its facts add up to"),
                text=_("Statement %(number)s differs from its facts, counted again.")
                % {"number": difference.statement.number},
            )
    for name in gaps():
        broken += 1
        alarm(
            key=f"gap:{name}",
            subject=_("A series of invoices has a gap"),
            text=_("The numbers of series %(name)s are not complete.") % {"name": name},
        )
    for number in unequal_invoices():
        broken += 1
        alarm(
            key=f"unequal:{number}",
            subject=_("An invoice does not add up"),
            text=_("Lines, summaries and totals of invoice %(number)s differ.") % {"number": number},
        )
    return broken


def _tell_of_unbilled(difference: Difference) -> None:
    """Facts of a month that is over, in no statement: nobody would ever be billed for them."""
    month = f"{difference.month:%Y-%m}"
    alarm(
        key=f"unbilled:{difference.organisation_id}:{month}",
        subject=_("Something used is in no statement"),
        text=_("Organisation %(id)s used something in %(month)s that is in no statement. Close that month.")
        % {"id": difference.organisation_id, "month": month},
    )
