"""Nobody orders or decides on what they have not seen, and nothing is renewed twice."""

import pytest

from documents.tests import pictures
from signatures.certificates.flows import attach as attaching
from signatures.certificates.flows import draft, review
from signatures.certificates.flows import order as ordering
from signatures.certificates.flows.attach import attach, files_of
from signatures.certificates.flows.price import price_of
from signatures.certificates.flows.state import NotPossible
from signatures.certificates.models import Order, OrderFile

from . import steps
from .factories import CertificateFactory

pytestmark = pytest.mark.django_db(transaction=True)
State, Kind = Order.State, OrderFile.Kind
WHO = "192.0.2.7"


def now_is(order: Order) -> str:
    order.refresh_from_db()
    return order.state


# What was seen, and what was decided


def test_what_is_ordered_is_checked_as_it_is_at_that_moment(sandbox):
    order = steps.draft()
    shown = price_of(order).net
    in_another_tab = Order.objects.get(pk=order.pk)
    person = {**order.details["person"], "tax_code": "RSSMRA85C15H501X"}
    draft.save_step(in_another_tab, "person", person)

    with pytest.raises(ordering.NotReady):
        ordering.place(order, order.created_by, WHO, shown)
    assert sandbox.orders()["orders"] == 0


def test_an_option_that_was_added_meanwhile_is_not_bought_at_the_price_without_it(sandbox):
    order = steps.draft()
    shown = price_of(order).net
    steps.sold("VIDEORIC")
    in_another_tab = Order.objects.get(pk=order.pk)
    draft.save_step(in_another_tab, "options", {**order.details["options"], "has_video": True})

    with pytest.raises(ordering.PriceChanged):
        ordering.place(order, order.created_by, WHO, shown)
    assert sandbox.orders()["orders"] == 0


def test_staff_do_not_approve_data_that_they_have_not_seen(sandbox):
    order = steps.ordered("OTPMOB")
    on_an_old_page = review.digests_of(order)
    review.send_back(order, steps.staff(), WHO, on_an_old_page, ["contact_shared"])
    draft.save_step(order, "person", {**order.details["person"], "email": "other@example.it"})
    ordering.send_again(order, order.created_by, WHO)

    with pytest.raises(review.ChangedMeanwhile):
        review.approve(order, steps.staff(), WHO, on_an_old_page)
    assert now_is(order) == State.IN_REVIEW
    steps.approved(order)


def test_a_document_that_was_not_joined_anew_never_stands_for_the_new_pictures(sandbox, monkeypatch):
    order = steps.draft("OTPMOB")

    def stopped(order):
        raise SystemExit

    with monkeypatch.context() as broken, pytest.raises(SystemExit):
        broken.setattr(attaching, "_join", stopped)
        attach(order, Kind.ID_FRONT, pictures.jpeg(), "fronte.jpg", order.created_by, WHO)
    assert Kind.ID_JOINED not in files_of(order)
    with pytest.raises(ordering.NotReady):
        ordering.place(order, order.created_by, WHO, price_of(order).net)


# Never twice


def test_a_certificate_that_was_described_twice_is_renewed_once(sandbox):
    first = steps.ordered("RINFIRREM")
    assert now_is(first) == State.ISSUED
    again = steps.draft("RINFIRREM", member=steps.member_of(first))
    with pytest.raises(ordering.NotReady, match="under way"):
        ordering.place(again, again.created_by, WHO, price_of(again).net)
    assert sandbox.orders()["orders"] == 1


def test_a_certificate_that_was_described_twice_is_renewed_once_while_the_first_still_waits(
    sandbox, no_queue
):
    first = steps.ordered("RINFIRREM")
    again = steps.draft("RINFIRREM", member=steps.member_of(first))
    with pytest.raises((ordering.NotReady, NotPossible)):
        ordering.place(again, again.created_by, WHO, price_of(again).net)
    said = steps.details_of("RINFIRREM")
    said["person"] |= {
        "given_name": "Maria Luisa", "surname": "Bianchi", "tax_code": "BNCMLS90T41F205K",
        "email": "maria@example.it", "mobile": "+393331112223",
    }  # fmt: skip
    steps.ordered("RINFIRREM", member=steps.member_of(first), details=said)
    steps.beat()
    assert sandbox.orders()["orders"] == 2


def test_a_known_certificate_is_not_renewed_a_second_time_by_describing_it(sandbox):
    known = CertificateFactory(expires_on=steps.in_days(40), renewals_count=1)
    again = steps.draft("RINFIRREM", member=steps.member_of(known))
    with pytest.raises(ordering.NotReady, match="renewed already"):
        ordering.place(again, again.created_by, WHO, price_of(again).net)
    assert sandbox.orders()["orders"] == 0
