"""Buying an order of every family, and what is metered for it."""

from decimal import Decimal

import pytest

from billing.models import Price, Purchase, Usage
from outbox.models import Mail
from signatures.certificates.flows import review
from signatures.certificates.flows.order import NotReady, place
from signatures.certificates.flows.price import price_of
from signatures.certificates.flows.state import NotPossible
from signatures.certificates.flows.withdraw import can_withdraw, withdraw
from signatures.certificates.models import Certificate, Order
from signatures.envelopes.tests.factories import UserFactory

from . import steps
from .factories import CertificateFactory, details

pytestmark = pytest.mark.django_db(transaction=True)
State = Order.State


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("FIRREM", State.DOCUMENTS_NEEDED),
        ("KEYCNS_VIDEO", State.IDENTIFICATION_PENDING),
        ("LETTORE", State.SUBMITTED),
        ("RINFIRREM", State.ISSUED),
        ("FIREST", State.ISSUED),
    ],
)
def test_an_order_is_bought_once_metered_once_and_stands_where_the_provider_says(sandbox, code, state):
    order = steps.ordered(code)

    assert order.state == state, steps.kinds(order)
    assert order.provider_reference
    usage = Usage.objects.get()
    assert (usage.product, usage.subject_id, usage.unit_price) == (order.key, order.pk, Decimal("39.00"))
    steps.beat()
    assert Usage.objects.count() == 1
    assert Purchase.objects.get().state == Purchase.State.BOUGHT


def test_an_aruba_order_is_bought_only_when_staff_have_approved_its_document(sandbox):
    order = steps.ordered("OTPMOB")
    steps.beat()
    assert (order.state, order.purchase) == (State.IN_REVIEW, None)
    assert sandbox.orders()["orders"] == 0

    review.approve(order, UserFactory(is_staff=True), "192.0.2.9", review.digests_of(order))
    steps.beat()

    order.refresh_from_db()
    assert order.state == State.DOCUMENTS_NEEDED
    assert sandbox.paper(order.provider_reference, "document").startswith(b"%PDF-")
    assert Usage.objects.get().person == "Mario Rossi"


def test_an_aruba_order_with_video_needs_no_papers_afterwards(sandbox):
    order = steps.ordered("OTPMOB", details=details(options={"has_video": True}))
    review.approve(order, UserFactory(is_staff=True), "192.0.2.9", review.digests_of(order))

    order.refresh_from_db()
    assert order.state == State.SUBMITTED
    assert sorted(Usage.objects.values_list("product", flat=True)) == ["order:OTPMOB", "order:VIDEORIC"]


def test_a_video_is_added_to_an_aruba_order_which_goes_on_without_papers(sandbox):
    aruba = steps.aruba_bought(sandbox)
    video = steps.ordered(
        "VIDEORIC",
        member=steps.member_of(aruba),
        video_for=aruba,
        details={"recognition": {"order_id": str(aruba.pk)}},
    )

    aruba.refresh_from_db()
    assert (video.state, aruba.state) == (State.ACTIVE, State.SUBMITTED)
    assert "video_added" in steps.kinds(aruba)
    assert Usage.objects.filter(product="order:VIDEORIC").count() == 1
    steps.books_agree(sandbox)


def test_two_videos_are_never_bought_for_one_order(sandbox, no_queue):
    aruba = steps.aruba_bought(sandbox)
    options = {"member": steps.member_of(aruba), "video_for": aruba}
    said = {"recognition": {"order_id": str(aruba.pk)}}
    first, second = (steps.draft("VIDEORIC", **options, details=said) for _ in range(2))
    place(first, first.created_by, "192.0.2.7", price_of(first).net)

    with pytest.raises(Exception, match="video"):
        place(second, second.created_by, "192.0.2.7", price_of(second).net)

    assert Purchase.objects.filter(product="order:VIDEORIC").count() == 1


def test_each_piece_and_each_option_is_metered_at_the_price_that_was_agreed(sandbox):
    Price(product="option:express_shipping", side="sell", amount=Decimal("12.00"), source="Tests").save()
    order = steps.ordered("LETTORE", quantity=3, details={
        "options": {**details()["options"], **steps.SHIPPING, "shipping": "express"}
    })  # fmt: skip

    lines = Usage.objects.values_list("product", "unit_price")
    assert (
        sorted(lines) == [("option:express_shipping", Decimal("12.00"))] + [(order.key, Decimal("39.00"))] * 3
    )
    assert {line.person for line in Usage.objects.all()} == {"Mario Rossi"}


def test_what_the_provider_refuses_fails_costs_nothing_and_is_told(sandbox):
    sandbox.product("FIRREM", is_listed=False)
    order = steps.ordered("FIRREM")

    assert order.state == State.FAILED
    assert Usage.objects.count() == 0
    assert Mail.objects.filter(kind="order_ended", recipient=order.created_by.email).count() == 1


def test_a_missing_credit_queues_the_order_and_it_goes_on_by_itself(sandbox, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    sandbox.wallet("1.00")
    order = steps.ordered("FIRREM")
    steps.beat()
    order.refresh_from_db()
    assert order.state == State.QUEUED
    assert Mail.objects.filter(recipient="staff@sigillo.example").count() == 1

    sandbox.wallet("500.00")
    steps.beat()

    order.refresh_from_db()
    assert order.state == State.DOCUMENTS_NEEDED
    assert steps.kinds(order).count("awaiting_credit") == 1
    steps.books_agree(sandbox)


def test_an_order_is_withdrawn_before_it_is_bought_and_not_after(sandbox, no_queue):
    early, aruba = steps.ordered("FIRREM"), steps.ordered("OTPMOB")
    withdraw(early, early.created_by, "192.0.2.7")
    withdraw(aruba, aruba.created_by, "192.0.2.7")
    late = steps.ordered("KEY")
    steps.beat()
    late.refresh_from_db()

    assert not can_withdraw(late)
    with pytest.raises(NotPossible):
        withdraw(late, late.created_by, "192.0.2.7")
    assert (early.state, aruba.state) == (State.WITHDRAWN, State.WITHDRAWN)
    assert sandbox.orders()["orders"] == 1


def test_a_renewal_is_bought_once_however_many_click(sandbox, no_queue):
    certificate = CertificateFactory(expires_on=steps.in_days(40))
    member = steps.member_of(certificate)
    said = {**steps.details_of("RINFIRREM"), "renewal": {"certificate": str(certificate.pk)}}
    first, second = (
        steps.draft("RINFIRREM", member=member, renews=certificate, details=said) for _ in range(2)
    )
    place(first, first.created_by, "192.0.2.7", price_of(first).net)

    # Its form was filled in before: only the moment of ordering can tell.
    with pytest.raises(NotReady, match="under way"):
        place(second, second.created_by, "192.0.2.7", price_of(second).net)

    certificate.refresh_from_db()
    assert certificate.renewal == Certificate.Renewal.ORDERED
    withdraw(first, first.created_by, "192.0.2.7")
    certificate.refresh_from_db()
    assert certificate.renewal == Certificate.Renewal.NONE
