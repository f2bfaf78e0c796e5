"""Following orders: the provider's words become our states, once; and the days for identification are counted."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from facts.chain import ChainedEvent
from outbox.models import Mail
from signatures.certificates import tasks, timeline
from signatures.certificates.flows import follow
from signatures.certificates.flows.finish import confirm
from signatures.certificates.flows.state import tell
from signatures.certificates.models import Order

from . import steps
from .factories import OrderFactory

pytestmark = pytest.mark.django_db(transaction=True)
State = Order.State
STAFF = "staff@sigillo.example"


def now_is(order: Order) -> str:
    order.refresh_from_db()
    return order.state


def test_an_unknown_word_changes_nothing_is_shown_and_alarms_once(sandbox, settings):
    settings.STAFF_ALERTS = [STAFF]
    order = steps.ordered("LETTORE")
    sandbox.move_order(order.provider_reference, "in_attesa_della_luna")
    steps.beat()
    steps.beat()

    assert now_is(order) == State.SUBMITTED
    assert (order.provider_state, order.has_unknown_state) == ("in_attesa_della_luna", True)
    assert steps.kinds(order).count("unknown_state") == 1
    assert Mail.objects.filter(recipient=STAFF).count() == 1
    entries = timeline.entries(list(order.events.order_by("number")))
    assert "in_attesa_della_luna" in " ".join(entry.title for entry in entries)

    sandbox.move_order(order.provider_reference, "in_lavorazione")
    steps.beat()
    assert now_is(order) == State.SUBMITTED
    assert not order.has_unknown_state


def test_what_is_shipped_is_on_its_way_until_somebody_says_that_it_has_arrived(sandbox):
    order = steps.ordered("LETTORE")
    sandbox.move_order(order.provider_reference, "evasa")
    steps.beat()

    assert now_is(order) == State.SHIPPED
    assert order.tracking.startswith("SB")
    assert steps.kinds(order)[-2:] == ["issued", "shipped"]
    assert Mail.objects.filter(kind="order_shipped").count() == 1
    assert not hasattr(order, "secret")

    confirm(order, actor="customer", actor_name="Giulia")
    assert now_is(order) == State.DELIVERED
    steps.beat()
    assert now_is(order) == State.DELIVERED


def test_a_hint_brings_the_next_look_forward_and_is_the_same_for_every_key(sandbox, client):
    order = steps.ordered("LETTORE")
    Order.objects.update(next_check_at=timezone.now() + timedelta(hours=2))

    known = client.post(
        reverse("hints:hint", args=[order.purchase.callback_key]), data="{not json", content_type="text/plain"
    )
    strange = client.post(reverse("hints:hint", args=["no-such-key"]))

    order.refresh_from_db()
    assert order.next_check_at < timezone.now() + timedelta(seconds=5)
    assert (known.status_code, known.content) == (strange.status_code, strange.content) == (200, b"")


def test_only_one_claimant_gets_an_order_and_a_lost_one_leaves_it_to_the_next(sandbox):
    order = steps.ordered("LETTORE")
    steps.all_due()
    first, second = follow.claim(10), follow.claim(10)
    assert first is not None
    assert [one.pk for one in first.things] == [order.pk]
    assert second is None

    Order.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
    assert follow.claim(10) is not None


def test_many_orders_are_asked_about_in_one_wave_and_a_poisonous_one_stops_nobody(sandbox):
    healthy = steps.ordered("LETTORE")
    poisonous = steps.ordered("LETTORE")
    Order.objects.filter(pk=poisonous.pk).update(provider_reference="not/an id")
    sandbox.move_order(healthy.provider_reference, "evasa")
    steps.all_due()
    tasks.follow_due()

    assert now_is(healthy) == State.SHIPPED
    poisonous.refresh_from_db()
    assert poisonous.check_failures == 1
    assert poisonous.next_check_at > timezone.now()


def test_an_order_that_the_provider_gives_up_ends_and_staff_look_before_anything_is_erased(sandbox, settings):
    settings.STAFF_ALERTS = [STAFF]
    order = steps.ordered("LETTORE")
    sandbox.move_order(order.provider_reference, "rifiutata")
    steps.beat()

    assert now_is(order) == State.REJECTED
    assert Mail.objects.filter(recipient=STAFF).count() == 1
    assert Mail.objects.filter(kind="order_ended", recipient=order.created_by.email).count() == 1

    sandbox.move_order(order.provider_reference, "in_lavorazione")
    steps.beat()
    assert now_is(order) == State.SUBMITTED, "an end that came too early is taken back"


def test_the_days_for_identification_are_counted_from_when_it_was_not_so_yet(sandbox):
    order = steps.ordered("KEYCNS_VIDEO")
    assert order.identification_until - timezone.now() < timedelta(days=90)
    assert order.identification_until - timezone.now() > timedelta(days=89, hours=23)
    assert Mail.objects.filter(kind="identification_begins", recipient="mario.rossi@example.it").count() == 1


def test_aruba_counts_from_the_word_that_the_holder_is_asked(sandbox):
    order = steps.aruba_bought(sandbox)
    assert order.identification_until is None
    sandbox.move_order(order.provider_reference, "in_riconoscimento")
    last_look = Order.objects.get(pk=order.pk).checked_at
    steps.beat()

    assert now_is(order) == State.IDENTIFICATION_PENDING
    assert order.identification_until == last_look + timedelta(days=90)


def test_who_must_act_hears_of_it_in_time_each_thing_once(sandbox):
    order = steps.ordered("KEYCNS_VIDEO")
    told = []
    for left in (60, 45, 44, 30, 14, 14, 7, 3, 1, 0):
        until = timezone.now() + timedelta(days=left, hours=1)
        Order.objects.filter(pk=order.pk).update(identification_until=until)
        tasks.remind_and_lapse()
        told.append(Mail.objects.filter(kind="identification_runs_out").count())

    # The holder and the customer each time; the day itself moves in this test, so each one is new.
    assert told[0] == 0
    assert told == sorted(told)
    assert set(Mail.objects.filter(kind="identification_runs_out").values_list("recipient", flat=True)) == {
        "mario.rossi@example.it",
        order.created_by.email,
    }
    again = Mail.objects.count()
    tasks.remind_and_lapse()
    assert Mail.objects.count() == again


def test_who_is_not_identified_in_time_lapses_and_the_last_moment_counts_all_the_same(sandbox):
    order = steps.ordered("FIRREM_VIDEO")
    Order.objects.filter(pk=order.pk).update(identification_until=timezone.now() - timedelta(days=1))
    tasks.remind_and_lapse()

    assert now_is(order) == State.LAPSED
    assert Mail.objects.filter(kind="order_ended").count() == 1
    sandbox.move_order(order.provider_reference, "evasa")
    steps.beat()
    assert now_is(order) == State.ISSUED


def test_what_is_with_the_maker_does_not_lapse(db):
    order = OrderFactory(submitted=True, identification_until=timezone.now() - timedelta(days=1))
    tasks.remind_and_lapse()
    assert now_is(order) == State.SUBMITTED


def test_staff_hear_when_papers_wait_for_them_while_the_days_run_out(db, settings):
    settings.STAFF_ALERTS = [STAFF]
    OrderFactory(in_review=True, identification_until=timezone.now() + timedelta(days=7, hours=1))
    tasks.remind_and_lapse()
    tasks.remind_and_lapse()

    assert list(Mail.objects.values_list("recipient", flat=True)) == [STAFF]


@pytest.mark.parametrize("state", [state for state in State if state not in {State.DRAFT, *Order.ENDED}])
def test_every_state_on_the_way_says_who_must_act(state):
    order = OrderFactory.build(code="KEY", state=state, identification_until=timezone.now())
    assert timeline.waiting(order).title


def test_every_event_that_is_told_has_words():
    """The kinds that flows tell, read from their source."""
    flows = Path(timeline.__file__).parent / "flows"
    told = {
        kind for path in flows.glob("*.py") for kind in re.findall(r'tell\(\w+, "(\w+)"', path.read_text())
    }
    assert told
    assert told - set(timeline.WORDS) == set()


def test_looks_at_a_picture_that_follow_each_other_are_one_line():
    order = OrderFactory(in_review=True)
    for kind in ("id_image_opened", "id_image_opened", "papers_returned", "id_image_opened"):
        tell(order, kind, actor=ChainedEvent.Actor.STAFF)
    told = [entry.title for entry in timeline.entries(list(order.events.order_by("number")))]
    look = "A picture of the ID document looked at by us"
    assert told[-3:] == [look, "Papers to be corrected", look]
    assert told.count(look) == 2


@pytest.mark.parametrize(("code", "has_device"), [("RINFIR", True), ("RINFIRREM", False)])
def test_a_device_is_to_be_connected_only_where_there_is_one(code, has_device):
    waiting = timeline.waiting(OrderFactory(code=code, issued=True))
    assert ("with the device connected" in waiting.detail) is has_device
