"""Whatever happens to an order, somebody acts on it or hears of it."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from billing.models import Purchase
from billing.provider import provider
from documents.models import StoredFile
from outbox.models import Mail
from signatures.certificates import tasks
from signatures.certificates.flows import progress, review
from signatures.certificates.flows.attach import files_of
from signatures.certificates.flows.renewable import why_not_this
from signatures.certificates.models import Certificate, Order, OrderFile
from signatures.envelopes import tasks as shared
from signatures.following.wave import FAILURES_ALARM_AT

from . import steps
from .factories import CertificateFactory, OrderFactory
from .test_papers import sign_and_hand_in, with_form

pytestmark = pytest.mark.django_db(transaction=True)
State, Kind = Order.State, OrderFile.Kind
ROME = ZoneInfo("Europe/Rome")
STAFF, WHO = "staff@sigillo.example", "192.0.2.7"


@pytest.fixture(autouse=True)
def _staff_are_told(settings):
    settings.STAFF_ALERTS = [STAFF]


def now_is(order: Order) -> str:
    order.refresh_from_db()
    return order.state


def told_staff() -> int:
    return Mail.objects.filter(recipient=STAFF).count()


def renewal_of(certificate: Certificate) -> Order:
    said = {**steps.details_of("RINFIRREM"), "renewal": {"certificate": str(certificate.pk)}}
    return steps.ordered("RINFIRREM", member=steps.member_of(certificate), renews=certificate, details=said)


# What the provider gives up


def test_a_renewal_that_the_provider_gives_up_frees_its_certificate(sandbox, no_queue):
    certificate = CertificateFactory(expires_on=steps.in_days(40))
    order = renewal_of(certificate)
    sandbox.fault("unknown_state", path="richiesta/RINFIRREM", times=1, word="in_lavorazione")
    shared.send_due()
    assert now_is(order) == State.IDENTIFIED
    sandbox.move_order(order.provider_reference, "annullata")
    steps.beat()

    assert now_is(order) == State.REJECTED
    certificate.refresh_from_db()
    assert certificate.renewal == Certificate.Renewal.NONE
    assert not why_not_this(certificate)


def test_an_order_that_was_given_up_before_its_purchase_was_known_has_ended(sandbox, no_queue):
    order = steps.ordered()
    sandbox.fault("dropped_after", path="richiesta/FIRREM", times=1)
    shared.send_due()
    assert now_is(order) == State.UNCLEAR
    sandbox.move_order(sandbox.orders()["newest"][0]["id"], "annullata")
    steps.beat()

    assert Purchase.objects.get(order=order).state == Purchase.State.BOUGHT
    assert now_is(order) == State.REJECTED
    assert Mail.objects.filter(kind="order_ended").count() == 1
    assert told_staff() == 1


# Papers


def test_papers_that_nobody_waits_for_any_more_are_not_sent_for_ever(sandbox, no_queue):
    order = with_form(sandbox)
    sign_and_hand_in(order)
    steps.approved(order)
    sandbox.move_order(order.provider_reference, "annullata")
    steps.all_due()
    tasks.follow_due()
    OrderFile.objects.filter(order=order, kind=Kind.FORM_SIGNED).update(filename=" ")
    assert (now_is(order), told_staff()) == (State.REJECTED, 1)
    for _ in range(2):
        steps.all_due()
        tasks.submit_papers_due()

    assert (now_is(order), order.papers_due_at, told_staff()) == (State.REJECTED, None, 1)


def test_staff_hear_of_approved_papers_that_cannot_be_handed_over(sandbox, no_queue):
    order = with_form(sandbox)
    sign_and_hand_in(order)
    steps.approved(order)
    sandbox.fault("error_500_before", path="richiesta", method="PATCH", times=0)
    tasks.submit_papers_due()
    assert told_staff() == 0
    Order.objects.filter(pk=order.pk).update(state_since=timezone.now() - timedelta(hours=2))
    for _ in range(2):
        steps.all_due()
        tasks.submit_papers_due()
    assert told_staff() == 1

    sandbox.no_faults()
    steps.all_due()
    tasks.submit_papers_due()
    assert "papers_taken" in steps.kinds(order)


def test_papers_that_break_the_sender_do_not_stop_those_of_others(sandbox, no_queue):
    orders = [with_form(sandbox) for _ in range(2)]
    for order in orders:
        sign_and_hand_in(order)
        steps.approved(order)
    first = Order.objects.order_by("papers_due_at").first()
    stored = files_of(first)[Kind.FORM_SIGNED].stored_file
    # Where the archive should have a file, it has a folder.
    StoredFile.objects.filter(pk=stored.pk).update(storage_name=os.path.dirname(stored.storage_name))
    tasks.submit_papers_due()
    sent = [order for order in orders if "papers_taken" in steps.kinds(order)]
    assert [order.pk for order in sent] == [one.pk for one in orders if one.pk != first.pk]


# Who lets it lie


@pytest.mark.parametrize(("state", "days"), [("submitted", 31), ("identified", 31), ("in_review", 8)])
def test_staff_hear_of_an_order_that_does_not_move(state, days):
    order = OrderFactory(**{state: True})
    with time_machine.travel(timezone.now() + timedelta(days=days - 2), tick=False):
        tasks.remind_and_lapse()
        assert told_staff() == 0
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        tasks.remind_and_lapse()
        tasks.remind_and_lapse()
        assert told_staff() == 1
    assert now_is(order) == state


def test_an_order_that_was_returned_before_it_was_bought_is_not_kept_for_ever(sandbox, settings):
    order = steps.ordered("OTPMOB")
    review.send_back(order, steps.staff(), WHO, review.digests_of(order), ["other"], "Manca il retro.")
    with time_machine.travel(timezone.now() + settings.DRAFT_RETENTION - timedelta(days=1)):
        tasks.sweep_drafts()
        assert now_is(order) == State.RETURNED
    with time_machine.travel(timezone.now() + settings.DRAFT_RETENTION + timedelta(days=1)):
        tasks.sweep_drafts()
        tasks.sweep_drafts()
        assert now_is(order) == State.WITHDRAWN
        assert Mail.objects.filter(kind="order_ended").count() == 1
    later = settings.DRAFT_RETENTION + settings.ID_IMAGE_GRACE + timedelta(days=2)
    with time_machine.travel(timezone.now() + later):
        tasks.forget()
    assert not OrderFile.objects.id_images().filter(order=order, erased_at=None).exists()


def test_a_hint_is_heard_after_an_order_is_asked_about_no_more(sandbox, client):
    order = steps.ordered("LETTORE")
    sandbox.move_order(order.provider_reference, "evasa")
    steps.beat()
    Order.objects.filter(pk=order.pk).update(next_check_at=None)
    client.post(reverse("hints:hint", args=[order.purchase.callback_key]))
    order.refresh_from_db()
    assert order.next_check_at < timezone.now() + timedelta(seconds=5)


# Days


def test_the_whole_last_day_for_identification_is_the_holders():
    until = datetime(2027, 2, 24, 8, 30, tzinfo=ROME)
    order = OrderFactory(identifying=True, identification_until=until)
    with time_machine.travel(datetime(2027, 2, 24, 23, 50, tzinfo=ROME), tick=False):
        tasks.remind_and_lapse()
        assert now_is(order) == State.IDENTIFICATION_PENDING
    with time_machine.travel(datetime(2027, 2, 25, 0, 10, tzinfo=ROME), tick=False):
        tasks.remind_and_lapse()
        assert now_is(order) == State.LAPSED


def test_a_look_without_an_answer_does_not_put_the_last_day_off(sandbox):
    order = steps.aruba_bought(sandbox)
    answered = Order.objects.get(pk=order.pk).checked_at
    sandbox.fault("error_500_before", path="richiesta", method="GET", times=0)
    steps.beat()
    sandbox.no_faults()
    sandbox.move_order(order.provider_reference, "in_riconoscimento")
    steps.beat()
    order.refresh_from_db()
    assert order.identification_until == answered + timedelta(days=90)


def test_the_days_of_an_order_whose_answer_was_lost_count_from_its_purchase(sandbox, no_queue):
    order = steps.ordered("KEYCNS_VIDEO")
    sandbox.fault("dropped_after", path="richiesta/KEYCNS_VIDEO", times=1)
    shared.send_due()
    bought_at = timezone.now()
    with time_machine.travel(bought_at + timedelta(days=5)):
        steps.beat()
    order.refresh_from_db()
    assert abs(order.identification_until - bought_at - timedelta(days=90)) < timedelta(minutes=1)


def test_an_expiry_that_the_provider_names_later_takes_the_place_of_our_guess(sandbox):
    order = steps.ordered("LETTORE")
    sandbox.move_order(order.provider_reference, "evasa")
    told = provider().qualified.order(order.provider_reference)
    order = OrderFactory(identifying=True)
    known = replace(told, reference=order.provider_reference, callback_key="", tracking="")
    silent = replace(known, expires_at=None)
    progress.apply(order.pk, silent, timezone.now())
    guessed = Certificate.objects.get()
    named = replace(known, expires_at=datetime(2029, 2, 28, 23, 30, tzinfo=UTC))

    order = Order.objects.get(pk=order.pk)
    assert not progress.has_moved(order, silent)
    assert progress.has_moved(order, named)
    progress.apply(order.pk, named, timezone.now())
    assert not progress.has_moved(Order.objects.get(pk=order.pk), named)
    certificate = Certificate.objects.get(pk=guessed.pk)
    # In Rome it is the day after.
    assert certificate.expires_on == date(2029, 3, 1) != guessed.expires_on

    Certificate.objects.update(renewal=Certificate.Renewal.WITH_HOLDER)
    assert not progress.has_moved(Order.objects.get(pk=order.pk), known)


# What was told before


def test_a_word_that_nobody_knows_is_told_again_another_day(sandbox):
    for days in (0, 0, 40):
        order = steps.ordered("LETTORE")
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            sandbox.move_order(order.provider_reference, "in_attesa_della_luna")
            steps.beat()
        assert now_is(order) == State.SUBMITTED
        assert told_staff() == (2 if days else 1)


def test_a_second_time_that_an_order_cannot_be_followed_is_told_too(sandbox):
    order = steps.ordered("LETTORE")
    for times in (1, 2):
        sandbox.fault("error_500_before", path="richiesta", method="GET", times=0)
        Order.objects.filter(pk=order.pk).update(check_failures=FAILURES_ALARM_AT - 1)
        steps.all_due()
        tasks.follow_due()
        assert told_staff() == times
        sandbox.no_faults()
        steps.all_due()
        tasks.follow_due()
