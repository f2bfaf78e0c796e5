"""What several people and workers do to the same order in the same moment, on a database that lets them."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from billing.flows import purchase as fence
from billing.flows.buyers import buyer_of
from billing.models import Purchase
from outbox.models import Mail
from signatures.certificates import tasks
from signatures.certificates.flows import order as ordering
from signatures.certificates.flows import review
from signatures.certificates.flows.holder_done import member_says_done
from signatures.certificates.flows.price import price_of
from signatures.certificates.flows.state import NotPossible
from signatures.certificates.flows.withdraw import withdraw
from signatures.certificates.models import Certificate, Order, Review
from signatures.envelopes.tests.test_at_once import at_once
from upstream import InsufficientCredit

from . import steps
from .factories import CertificateFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_queue"),
    pytest.mark.postgres,
]
WHO = "192.0.2.7"


def one_behind_the_other(row: Any, *calls: Callable[[], Any]) -> list[Any]:
    """Start these one after the other while a row is locked, so that they queue for it, and let them go."""
    outcomes: list[Any] = [None] * len(calls)

    def go(number: int, call: Callable[[], Any]) -> None:
        try:
            outcomes[number] = call()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=one) for one in enumerate(calls)]
    with transaction.atomic():
        type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        for thread in threads:
            thread.start()
            time.sleep(0.5)
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive(), "they wait for each other"
    return outcomes


def being_sent(order: Order) -> Purchase:
    """Its purchase with a worker, right before the call."""
    purchase = fence.claim(order.purchase_id, timezone.now())
    assert purchase is not None
    assert fence.confirm(purchase, timezone.now())
    return purchase


def test_an_order_is_withdrawn_while_the_answer_to_its_purchase_is_written_down(sandbox):
    order = steps.ordered()
    purchase = being_sent(order)
    bought = buyer_of(purchase).call(purchase, buyer_of(purchase).prepare(purchase))

    withdrawn, recorded = one_behind_the_other(
        order,
        lambda: withdraw(order, order.created_by, WHO),
        lambda: fence.record_bought(purchase, bought),
    )

    assert (type(withdrawn), recorded) == (NotPossible, True)
    order.refresh_from_db()
    assert order.state == Order.State.DOCUMENTS_NEEDED
    steps.books_agree(sandbox)


def test_an_order_is_withdrawn_while_it_is_put_back_for_want_of_credit(sandbox):
    order = steps.ordered()
    purchase = being_sent(order)
    refused = InsufficientCredit("not enough", status=402, proves_not_bought=True)

    withdrawn, recorded = one_behind_the_other(
        order,
        lambda: withdraw(order, order.created_by, WHO),
        lambda: fence.record_failure(purchase, refused),
    )

    assert not isinstance(recorded, Exception)
    order.refresh_from_db()
    purchase.refresh_from_db()
    assert {order.state, purchase.state} in (
        {Order.State.QUEUED, Purchase.State.AWAITING_CREDIT},
        {Order.State.WITHDRAWN, Purchase.State.WITHDRAWN},
    )
    assert withdrawn is None or isinstance(withdrawn, NotPossible)


def test_a_certificate_expires_while_somebody_says_that_its_renewal_is_done(sandbox, caplog):
    certificate = CertificateFactory(expires_on=steps.in_days(40))
    member = steps.member_of(certificate)
    said = {**steps.details_of("RINFIRREM"), "renewal": {"certificate": str(certificate.pk)}}
    order = steps.ordered("RINFIRREM", member=member, renews=certificate, details=said)
    steps.beat()
    certificate.refresh_from_db()
    assert certificate.renewal == Certificate.Renewal.WITH_HOLDER
    with time_machine.travel(timezone.now() + timedelta(days=41)):
        done, reminded = one_behind_the_other(
            order,
            lambda: member_says_done(certificate, member.user, WHO, None),
            tasks.remind_and_lapse,
        )

    assert isinstance(done, Certificate), done
    assert reminded is None
    assert "nobody could be told" not in caplog.text
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.RENEWED
    assert not Mail.objects.filter(kind="certificate_expired").exists()


def test_two_of_the_staff_decide_at_once(sandbox):
    order = steps.ordered("OTPMOB")
    seen = review.digests_of(order)
    one, other = steps.staff(), steps.staff()
    outcomes = at_once(
        lambda: review.approve(order, one, WHO, seen),
        lambda: review.send_back(order, other, WHO, seen, ["side_missing"]),
    )
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [NotPossible]
    assert Review.objects.count() == 1


def test_what_was_described_twice_is_intended_once(sandbox):
    first = steps.draft("RINFIRREM")
    second = steps.draft("RINFIRREM", member=steps.member_of(first))
    net = price_of(first).net
    outcomes = at_once(
        lambda: ordering.place(first, first.created_by, WHO, net),
        lambda: ordering.place(second, second.created_by, WHO, net),
    )
    assert len([outcome for outcome in outcomes if outcome is None]) == 1
    assert Purchase.objects.count() == 1
