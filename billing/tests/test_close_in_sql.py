"""Both ways of closing a month write the same, to the cent."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from billing.flows import billable, close_in_sql, close_month
from billing.models import InvoiceDraft, Statement, StatementLine
from billing.periods import Period

from .invoice_factories import MONTH, correct, customer, use

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
PERIOD = Period.month_of(MONTH)
# With halves of a cent among them, which is where two ways of rounding part.
PRICES = ["0.005", "0.015", "0.0065", "0.335", "0.14", "0.00000001", "9.90", "19.99999999"]


def written(close):
    """What a closing leaves, as values; the database is as before afterwards."""
    with transaction.atomic():
        made = close()
        found = (
            tuple(made),
            sorted(Statement.objects.values_list("id", "organisation", "month", "number", "net", "prepaid")),
            sorted(
                StatementLine.objects.values_list(
                    "statement", "product", "description", "unit_price", "vat_rate", "quantity", "net"
                )
            ),
            sorted(
                InvoiceDraft.objects.values_list(
                    "statement", "organisation", "kind", "state", "reason", "made_by"
                )
            ),
        )
        assert all(draft.problems == [] for draft in InvoiceDraft.objects.all())
        transaction.set_rollback(True)
    return found


def in_batches(organisations=None):
    closed = close_month.close_in_batches(PERIOD, organisations)
    return (closed.statements, closed.drafts)


@pytest.mark.parametrize("seed", range(5))
def test_both_ways_write_the_same(seed, monkeypatch):
    chance = random.Random(seed)
    customers = [customer() for _ in range(6)]
    for one in customers:
        for _ in range(chance.randint(0, 4)):
            at = PERIOD.start + timedelta(minutes=chance.randint(0, 44000))
            product = chance.choice(["simple_signature", "spid"])
            rows = use(one, chance.randint(1, 25), chance.choice(PRICES), at, product)
            correct(chance.sample(rows, chance.randint(0, len(rows))), at)
    prepaid = {customers[0].pk: Decimal("1.22")}
    for flow in (close_in_sql, close_month):
        monkeypatch.setattr(flow, "paid_in_advance", lambda *_: prepaid)
    use(customers[0], 3, "0.005")

    ours = written(lambda: close_in_sql.close(PERIOD))
    assert ours == written(in_batches)
    assert ours[1]
    some = [one.pk for one in customers[:2]]
    assert written(lambda: close_in_sql.close(PERIOD, some)) == written(lambda: in_batches(some))


def test_corrections_that_outweigh_are_rounded_away_from_zero_in_both():
    late = Period.month_of(MONTH)
    house = customer()
    rows = use(house, 3, "0.335", late.start - timedelta(days=3))
    correct(rows, late.start)
    ours = written(lambda: close_in_sql.close(PERIOD))
    assert ours == written(in_batches)
    assert [row[4] for row in ours[1]] == [Decimal("-1.01")]
    assert [row[2] for row in ours[3]] == ["TD04"]
    assert [group[-1] for group in billable.groups(PERIOD)] == [-3]
