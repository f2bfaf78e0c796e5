"""A month is closed once, whoever asks how often, and counts exactly what its facts say."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.flows.close_month import MonthIsOpen, close_month
from billing.flows.recount import differences
from billing.models import InvoiceDraft, Statement, StatementLine
from billing.periods import Period
from billing.tasks import close_last_month
from facts.append_only import FactIsFinal

from .factories import CostFactory
from .invoice_factories import IN_MONTH, MONTH, correct, customer, use

pytestmark = pytest.mark.django_db


def lines_of(organisation):
    statement = Statement.objects.get(organisation=organisation)
    return [(line.quantity, line.unit_price, line.net) for line in statement.lines.order_by("unit_price")]


def test_there_is_one_line_for_each_product_and_price():
    organisation = customer()
    use(organisation, 3, "0.14")
    use(organisation, 2, "0.14")
    use(organisation, 7, "0.70")
    assert close_month(MONTH).statements == 1
    assert lines_of(organisation) == [
        (5, Decimal("0.14"), Decimal("0.70")),
        (7, Decimal("0.70"), Decimal("4.90")),
    ]


def test_a_thousand_pieces_are_rounded_once():
    organisation = customer()
    use(organisation, 1000, "0.0065")
    close_month(MONTH)
    assert Statement.objects.get().net == Decimal("6.50")


def test_closing_again_changes_nothing():
    use(customer(), 3)
    first, again = close_month(MONTH), close_month(MONTH)
    assert (first.statements, first.drafts) == (1, 1)
    assert (again.statements, again.drafts) == (0, 0)
    assert (Statement.objects.count(), StatementLine.objects.count(), InvoiceDraft.objects.count()) == (
        1,
        1,
        1,
    )


def test_whoever_is_closed_already_does_not_keep_others_from_being_closed():
    early, late = customer(), customer()
    use(early, 1)
    use(late, 1)
    close_month(MONTH, [early])
    assert close_month(MONTH).statements == 1
    assert Statement.objects.filter(month=MONTH).count() == 2


def test_a_statement_names_its_customer_and_month_and_bears_its_last_day():
    organisation = customer()
    use(organisation, 1)
    close_month(date(2026, 10, 17))
    statement = Statement.objects.get()
    assert (statement.number, statement.dated_on) == (f"{organisation.code}-2610", date(2026, 10, 31))


@pytest.mark.parametrize(
    ("now", "is_over"),
    [
        (datetime(2026, 10, 31, 23, 20, tzinfo=UTC), False),  # 00:20 in Rome
        (datetime(2026, 10, 31, 23, 30, tzinfo=UTC), True),  # 00:30: the grace of half an hour is over
    ],
)
def test_a_month_is_closed_only_after_its_grace(now, is_over):
    use(customer(), 1)
    if is_over:
        assert close_month(MONTH, now=now).statements == 1
    else:
        with pytest.raises(MonthIsOpen):
            close_month(MONTH, now=now)


def test_what_romes_clock_puts_into_the_next_month_is_not_counted():
    organisation = customer()
    use(organisation, 1, at=datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    use(organisation, 2, at=datetime(2026, 10, 31, 23, 0, tzinfo=UTC))
    use(organisation, 4, at=datetime(2026, 9, 30, 22, 0, tzinfo=UTC))
    close_month(MONTH)
    assert [quantity for quantity, _, _ in lines_of(organisation)] == [5]


def test_what_was_corrected_in_the_same_month_is_not_counted():
    organisation = customer()
    rows = use(organisation, 3)
    correct(rows[:1], IN_MONTH + timedelta(days=1))
    close_month(MONTH)
    assert [quantity for quantity, _, _ in lines_of(organisation)] == [2]


def test_a_month_that_was_wholly_taken_back_is_closed_and_not_invoiced():
    organisation = customer()
    correct(use(organisation, 3), IN_MONTH)
    closed = close_month(MONTH)
    assert (closed.statements, closed.drafts) == (1, 0)
    assert Statement.objects.get().net == 0


def test_a_statement_is_a_fact():
    use(customer(), 1)
    close_month(MONTH)
    with pytest.raises(FactIsFinal):
        Statement.objects.get().save()
    with pytest.raises(FactIsFinal):
        StatementLine.objects.update(net=0)


def test_nobody_who_used_nothing_gets_a_statement():
    customer()
    assert close_month(MONTH).statements == 0


def test_the_clock_closes_last_month_by_itself_and_once():
    organisation, last = customer(), Period.last_month()
    CostFactory(valid_from=last.start - timedelta(days=400))
    use(organisation, 2, at=last.start + timedelta(days=3))
    close_last_month()
    close_last_month()
    assert Statement.objects.get().month == last.first


def test_the_command_closes_the_month_that_it_is_given(capsys):
    use(customer(), 2)
    call_command("close_month", "2026-10")
    assert "2026-10: 1 statements, 1 drafts" in capsys.readouterr().out
    with pytest.raises(CommandError, match="not over"):
        call_command("close_month", f"{timezone.localdate():%Y-%m}")


PIECES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["0.14", "0.70", "0.0065", "0.013", "9.90"]),
        st.integers(1, 30),
        st.integers(0, 3),
        st.integers(0, 30 * 24 * 60 - 1),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PIECES)
def test_any_use_is_counted_once_and_found_again_from_the_facts_alone(pieces):
    """Any pieces, prices, corrections and times of the month: statements hold their sum, and the recount agrees."""
    from django.db import transaction

    with transaction.atomic():
        customers = [customer() for _ in range(3)]
        expected: dict[tuple[int, str], int] = {}
        for who, price, quantity, taken_back, minutes in pieces:
            at = Period.month_of(MONTH).start + timedelta(minutes=minutes)
            rows = use(customers[who], quantity, price, at)
            correct(rows[:taken_back], at)
            expected[who, price] = expected.get((who, price), 0) + quantity - len(rows[:taken_back])
        close_month(MONTH)
        for who, one in enumerate(customers):
            stated = {
                (line.statement.organisation_id, f"{line.unit_price.normalize():f}"): line.quantity
                for line in StatementLine.objects.filter(statement__organisation=one).select_related(
                    "statement"
                )
            }
            wanted = {
                (one.pk, f"{Decimal(price).normalize():f}"): count
                for (number, price), count in expected.items()
                if number == who
            }
            assert stated == wanted
        assert list(differences(MONTH)) == []
        transaction.set_rollback(True)
