"""What the database holds true of orders, certificates and notices."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from facts.append_only import FactIsFinal
from signatures.certificates.flows.state import locked, move, tell
from signatures.certificates.models import HolderSecret, Notice, Order, OrderFile, Review

from .factories import MARIO, CertificateFactory, OrderFactory, OrderFileFactory, UserFactory

pytestmark = pytest.mark.django_db
TRAITS = [
    "buying", "queued", "unclear", "documents_needed", "in_review", "returned", "submitted", "identifying",
    "identified", "issued", "active", "rejected", "lapsed", "withdrawn", "failed",
]  # fmt: skip


@pytest.mark.parametrize("trait", TRAITS)
def test_an_order_can_be_made_in_every_state(trait):
    order = OrderFactory(**{trait: True})
    assert trait in order.state or order.state == Order.State.IDENTIFICATION_PENDING
    assert order.details == MARIO


def test_personal_data_stand_in_the_database_only_under_seal():
    order = OrderFactory()
    row = str(Order.objects.filter(pk=order.pk).values().get())
    for typed in ("RSSMRA85C15H501R", "mario.rossi@example.it", "3331234567", "Via dei Mille"):
        assert typed not in row
    assert Order.objects.get(pk=order.pk).details["person"]["tax_code"] == "RSSMRA85C15H501R"


def test_a_state_changes_only_along_its_transitions():
    order = OrderFactory(issued=True)
    with locked(order.pk) as one:
        assert not move(one, Order.State.BUYING)
        assert move(one, Order.State.SHIPPED)
        tell(one, "shipped")
    assert Order.objects.get(pk=order.pk).state == Order.State.SHIPPED


def test_every_transition_leads_to_a_state_that_exists():
    assert set(Order.TRANSITIONS) == set(Order.State)
    assert {state for after in Order.TRANSITIONS.values() for state in after} <= set(Order.State)


def test_an_end_that_was_too_early_is_taken_back():
    order = OrderFactory(lapsed=True)
    with locked(order.pk) as one:
        assert move(one, Order.State.ISSUED)
        assert one.ended_at is None
        assert one.issued_at is not None


def test_what_was_ordered_has_its_time():
    order = OrderFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(state=Order.State.BUYING)


def test_an_order_has_one_current_file_of_a_kind():
    file = OrderFileFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderFileFactory(order=file.order)
    OrderFile.objects.filter(pk=file.pk).update(replaced_at=timezone.now())
    OrderFileFactory(order=file.order)


def test_papers_are_returned_with_a_reason():
    order, staff = OrderFactory(in_review=True), UserFactory(is_staff=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review(order=order, by=staff, decision=Review.Decision.RETURNED).save()
    review = Review(order=order, by=staff, decision=Review.Decision.RETURNED, reasons=["side_missing"])
    review.save()
    with pytest.raises(FactIsFinal):
        review.save()


def test_a_secret_that_was_opened_is_gone():
    secret = HolderSecret.objects.create(order=OrderFactory(issued=True), names=["pin"], sealed="sealed")
    with pytest.raises(IntegrityError), transaction.atomic():
        HolderSecret.objects.filter(pk=secret.pk).update(opened_at=timezone.now())
    HolderSecret.objects.filter(pk=secret.pk).update(opened_at=timezone.now(), sealed="")


def test_nobody_is_told_twice():
    certificate = CertificateFactory()
    Notice(certificate=certificate, kind="expires", due_on=certificate.expires_on).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice(certificate=certificate, kind="expires", due_on=certificate.expires_on).save()
