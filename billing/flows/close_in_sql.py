"""Close a month on PostgreSQL: count, round and write in one statement, without a row of it leaving the database.

``round`` of a numeric goes away from zero at half a cent, as ``billing.money.to_cents`` does; a test holds both ways
of closing against each other. What is billable is asked by the same query (``billable.groups``).
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ..models import InvoiceDraft, InvoiceKind
from ..periods import Period
from .billable import groups, paid_in_advance

# In the order of the organisations, so that two closings wait for each other and never in a circle.
CLOSE = """
WITH facts (organisation_id, product, description, unit_price, vat_rate, quantity) AS ({facts}),
counted AS MATERIALIZED (
    SELECT organisation_id, product, description, unit_price, vat_rate, quantity, round(quantity * unit_price, 2) AS net
    FROM facts
),
sums AS (SELECT organisation_id, sum(net) AS net FROM counted GROUP BY organisation_id),
statements AS (
    INSERT INTO billing_statement (id, organisation_id, month, number, net, prepaid, closed_at, closing)
    SELECT md5(sums.organisation_id || %s)::uuid, sums.organisation_id, %s, customer.code || %s, sums.net,
           coalesce(prepaid.amount, 0), %s, %s
    FROM sums
    JOIN customers_organisation customer ON customer.id = sums.organisation_id
    LEFT JOIN unnest(%s::uuid[], %s::numeric[]) prepaid (organisation_id, amount) USING (organisation_id)
    WHERE NOT EXISTS (
        SELECT FROM billing_statement closed
        WHERE closed.organisation_id = sums.organisation_id AND closed.month = %s
    )
    ORDER BY sums.organisation_id
    ON CONFLICT (organisation_id, month) DO NOTHING
    RETURNING id, organisation_id, net, prepaid
),
lines AS (
    INSERT INTO billing_statementline (statement_id, product, description, unit_price, vat_rate, quantity, net)
    SELECT statements.id, product, description, unit_price, vat_rate, quantity, counted.net
    FROM counted JOIN statements USING (organisation_id)
),
drafts AS (
    INSERT INTO billing_invoicedraft
        (id, organisation_id, statement_id, kind, reason, state, problems, made_at, made_by, decided_by)
    SELECT gen_random_uuid(), organisation_id, id, CASE WHEN net < 0 THEN %s WHEN prepaid > 0 THEN %s ELSE %s END,
           '', %s, '[]', %s, 'Sigillo', ''
    FROM statements WHERE net <> 0
    RETURNING id
)
SELECT (SELECT count(*) FROM statements), (SELECT count(*) FROM drafts)
"""


@transaction.atomic
def close(period: Period, organisations: Sequence[Any] | None = None) -> tuple[int, int]:
    """Close a month that is over, for all organisations or for some. How many statements and drafts were made."""
    now, month = timezone.now(), period.first
    prepaid = paid_in_advance(period, organisations)
    facts, asked = groups(period, organisations).query.sql_with_params()
    values = [
        *asked,
        f"|{month:%Y-%m}", month, f"-{month:%y%m}", now, uuid.uuid4(), list(prepaid), list(prepaid.values()), month,
        InvoiceKind.CREDIT_NOTE, InvoiceKind.DEFERRED, InvoiceKind.INVOICE, InvoiceDraft.State.OPEN, now,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(CLOSE.format(facts=facts), values)
        statements, drafts = cursor.fetchone()
    return statements, drafts
