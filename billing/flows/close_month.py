"""Close a month: count what each organisation used, once and for all, and make the draft of its invoice.

1. The month must be over, and a grace with it, longer than any transaction that could still write into it.
2. One query counts everything; organisations that have a statement already are left out.
3. In batches: the statements are inserted, those that somebody else inserted in this moment are passed over, and
   lines and drafts are written for the ones that are ours. All of a batch is one transaction.
Run twice, or by two at once, it changes nothing that is there. On PostgreSQL the steps are one statement
(``close_in_sql``); here they are spelled out for SQLite, whose arithmetic is not decimal.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Organisation
from outbox.flows.alarm import alarm

from ..models import InvoiceDraft, InvoiceKind, Statement, StatementLine
from ..models.statement import statement_id, statement_number
from ..periods import Period
from . import close_in_sql
from .billable import Counted, billable, by_organisation, paid_in_advance

BATCH = 1000
ZERO = Decimal("0.00")


class MonthIsOpen(Exception):
    """The month is not over, or not for long enough: something could still be written into it."""


@dataclass(frozen=True)
class Closed:
    """How many statements a closing has made, and how many of them are to be invoiced."""

    statements: int
    drafts: int


def close_month(
    month: date, organisations: Sequence[Any] | None = None, now: datetime | None = None
) -> Closed:
    """Close the month that a day lies in, for all organisations or for some. Raises ``MonthIsOpen``."""
    period = Period.month_of(month)
    if not is_over(period, now or timezone.now()):
        raise MonthIsOpen(f"{period.first:%Y-%m} is not over")
    if connection.vendor == "postgresql":
        closed = Closed(*close_in_sql.close(period, organisations))
    else:
        closed = close_in_batches(period, organisations)
    _tell_of_levelled(period.first)
    return closed


def close_in_batches(period: Period, organisations: Sequence[Any] | None = None) -> Closed:
    """Close a month that is over, on any database."""
    closing, prepaid = uuid.uuid4(), paid_in_advance(period, organisations)
    closed = set(Statement.objects.filter(month=period.first).values_list("organisation_id", flat=True))
    open_ones = (
        (organisation_id, lines)
        for organisation_id, lines in by_organisation(billable(period, organisations))
        if organisation_id not in closed
    )
    statements = drafts = 0
    while batch := list(islice(open_ones, BATCH)):
        made = _close_batch(period.first, batch, prepaid, closing)
        statements, drafts = statements + made.statements, drafts + made.drafts
    return Closed(statements, drafts)


def _tell_of_levelled(month: date) -> None:
    """Where what was used and what was taken back come to nothing there is no invoice, and yet the wallet may have
    paid for the one while an earlier invoice bears the other: staff must level it.
    """
    for statement in Statement.objects.filter(month=month, net=0).exclude(prepaid=0):
        text = (
            _(
                "Statement %(number)s adds up to nothing, so it has no invoice; but the wallet paid EUR %(amount)s."
            )
            if statement.prepaid > 0
            else _(
                "Statement %(number)s adds up to nothing, so it has no invoice; but the wallet got EUR %(amount)s back."
            )
        )
        alarm(
            key=f"levelled:{statement.pk}",
            subject=_("A month without an invoice in which the wallet moved"),
            text=text % {"number": statement.number, "amount": abs(statement.prepaid)},
        )


def is_over(period: Period, now: datetime) -> bool:
    """Whether nothing can be written into a period any more."""
    return now >= period.end + settings.CLOSING_GRACE


@transaction.atomic
def _close_batch(
    month: date,
    batch: list[tuple[uuid.UUID, list[Counted]]],
    prepaid: Mapping[uuid.UUID, Decimal],
    closing: uuid.UUID,
) -> Closed:
    codes = dict(Organisation.objects.filter(pk__in=[pk for pk, _ in batch]).values_list("pk", "code"))
    statements = {
        pk: Statement(
            id=statement_id(pk, month),
            organisation_id=pk,
            month=month,
            number=statement_number(codes[pk], month),
            net=sum((line.net for line in lines), ZERO),
            prepaid=prepaid.get(pk, ZERO),
            closing=closing,
        )
        for pk, lines in batch
    }
    Statement.objects.bulk_create(statements.values(), ignore_conflicts=True)
    ours = set(
        Statement.objects.filter(month=month, closing=closing, organisation__in=codes).values_list(
            "pk", flat=True
        )
    )
    mine = [(statements[pk], lines) for pk, lines in batch if statements[pk].pk in ours]
    StatementLine.objects.bulk_create(_lines(mine))
    drafts = [_draft(statement) for statement, _ in mine if statement.net]
    InvoiceDraft.objects.bulk_create(drafts)
    return Closed(len(mine), len(drafts))


def _lines(statements: list[tuple[Statement, list[Counted]]]) -> Iterator[StatementLine]:
    for statement, lines in statements:
        for line in lines:
            yield StatementLine(
                statement=statement,
                product=line.product,
                description=line.description,
                unit_price=line.unit_price,
                vat_rate=line.vat_rate,
                quantity=line.quantity,
                net=line.net,
            )


def _draft(statement: Statement) -> InvoiceDraft:
    """What is to be issued for a month.

    Where corrections outweigh what was used, that is a credit note. What a wallet has paid was supplied when it was
    used, so its invoice is a deferred one.
    """
    if statement.net < 0:
        kind = InvoiceKind.CREDIT_NOTE
    else:
        kind = InvoiceKind.DEFERRED if statement.prepaid > 0 else InvoiceKind.INVOICE
    return InvoiceDraft(
        organisation_id=statement.organisation_id, statement=statement, kind=kind, made_by="Sigillo"
    )
