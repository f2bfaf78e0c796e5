"""What is forgotten between us and the exchange system: told once, and found in staff's list."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from billing.flows.issue_invoice import issue
from billing.flows.record_outcome import record_outcome
from billing.flows.resend_invoice import resend
from billing.flows.terms import ANSWERED, AT_ONCE, DEFERRED, RESENT
from billing.flows.watch_sdi import came_back, unanswered, watch
from billing.models import SdiOutcome
from billing.models.transmission import latest
from customers.tests.factories import staff_client
from outbox.models import Mail

from .invoice_factories import SellerFactory, customer, draft_of, use

pytestmark = pytest.mark.django_db
Kind = SdiOutcome.Kind
DAY = date(2026, 11, 3)


@pytest.fixture(autouse=True)
def _seller(settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    SellerFactory()


def issued(day=DAY):
    """An invoice whose file was written late in the evening of this day."""
    with time_machine.travel(datetime(day.year, day.month, day.day, 22, tzinfo=UTC), tick=False):
        house = customer()
        use(house, 3)
        return issue(draft_of(house), "Sara", day)


def after(days):
    return DAY + timedelta(days=days)


def alarms():
    return Mail.objects.filter(kind="alarm").count()


def test_each_term_says_where_it_stands():
    assert [term.days for term in (AT_ONCE, DEFERRED, RESENT, ANSWERED)] == [12, 15, 5, 5]
    assert all(term.source for term in (AT_ONCE, DEFERRED, RESENT, ANSWERED))


def test_files_that_nobody_answered_for_five_days_ring_once():
    for _ in range(3):
        issued()
    assert watch(after(5)) == 0
    assert watch(after(6)) == 1
    # Further nights are silent; the files of a later day ring by themselves.
    watch(after(7))
    assert alarms() == 1
    issued(after(2))
    assert watch(after(8)) == 2
    assert alarms() == 2


def test_a_file_with_any_outcome_is_not_forgotten():
    record_outcome(latest(issued()), Kind.NOT_DELIVERED, after(1), "Sara")
    assert watch(after(30)) == 0
    assert not unanswered(after(30)).exists()


@pytest.mark.parametrize(("days", "rings"), [(2, 0), (3, 1), (9, 1)])
def test_a_rejection_rings_before_its_five_days_are_over(days, rings):
    record_outcome(latest(issued()), Kind.REJECTED, DAY, "Sara")
    for _night in range(2):
        assert watch(after(days)) == rings
    assert alarms() == rings


def test_a_rejected_invoice_that_was_sent_again_is_silent_until_its_new_file_is_forgotten():
    invoice = issued()
    record_outcome(latest(invoice), Kind.REJECTED, DAY, "Sara")
    assert list(came_back()) == [invoice]
    with time_machine.travel(datetime(2026, 11, 5, 9, tzinfo=UTC), tick=False):
        resend(invoice, "The number was wrong", "Sara")
    assert not came_back().exists()
    assert watch(after(7)) == 0
    assert watch(after(8)) == 1
    assert list(unanswered(after(8))) == [invoice]


def test_what_a_public_body_refused_stands_in_the_list_but_has_no_term():
    invoice = issued()
    record_outcome(latest(invoice), Kind.DELIVERED, DAY, "Sara")
    record_outcome(latest(invoice), Kind.REFUSED, after(2), "Sara")
    assert list(came_back()) == [invoice]
    assert watch(after(30)) == 0


def test_staff_find_what_waits_for_them_by_a_filter():
    forgotten, rejected, delivered = issued(), issued(), issued()
    record_outcome(latest(rejected), Kind.REJECTED, DAY, "Sara")
    record_outcome(latest(delivered), Kind.DELIVERED, DAY, "Sara")
    with time_machine.travel(datetime(2026, 11, 26, 9, tzinfo=UTC), tick=False):
        staff = staff_client()

        def found(**query):
            answer = staff.get(reverse("admin:billing_invoice_changelist"), query)
            return set(answer.context["cl"].result_list)

        assert found(sdi="unanswered") == {forgotten}
        assert found(sdi="came_back") == {rejected}
        assert len(found()) == 3
