"""The nightly proof: every statement is counted again from the facts alone, and every series again for gaps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Min, Sum
from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm

from ..models import Invoice, NumberSeries, Statement, StatementLine
from ..models.invoice import in_cents
from ..periods import Period
from .billable import billable, by_organisation, paid_in_advance

Lines = dict[tuple[str, str, Decimal, Decimal], tuple[int, Decimal]]


@dataclass(frozen=True)
class Difference:
    """A statement that is not what its facts add up to."""

    statement: Statement
    stated: Lines
    counted: Lines


def differences(month: date) -> Iterator[Difference]:
    """Every statement of a month that differs from the facts: in a line, in its sum, in what was paid in advance."""
    period = Period.month_of(month)
    counted: dict[object, Lines] = {
        organisation_id: {line.key: (line.quantity, line.net) for line in lines}
        for organisation_id, lines in by_organisation(billable(period))
    }
    prepaid = paid_in_advance(period)
    statements = Statement.objects.filter(month=month)
    stated: dict[object, Lines] = {}
    for line in StatementLine.objects.filter(statement__month=month).iterator(chunk_size=2000):
        stated.setdefault(line.statement_id, {})[line.key] = (line.quantity, line.net)
    for statement in statements.iterator(chunk_size=2000):
        own, facts = stated.get(statement.pk, {}), counted.get(statement.organisation_id, {})
        net = sum((net for _quantity, net in own.values()), Decimal("0.00"))
        paid = prepaid.get(statement.organisation_id, Decimal("0.00"))
        if own != facts or net != statement.net or paid != statement.prepaid:
            yield Difference(statement, own, facts)


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
    for month in Statement.objects.order_by("month").values_list("month", flat=True).distinct():
        for difference in differences(month):
            broken += 1
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
