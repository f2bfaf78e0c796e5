"""The purchase fence for orders, against the sandbox's faults: bought there is what we intended, once, metered once."""

import contextlib

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.flows import purchase as fence
from billing.flows import settle as settling
from billing.flows.buyers import buyer_of
from billing.models import Purchase, Usage
from signatures.certificates.models import Certificate, Order
from signatures.envelopes import tasks as shared
from upstream import ProviderError

from . import steps
from .factories import CertificateFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_queue")]
Bought = Purchase.State.BOUGHT
EFFECTLESS = ["timeout_before", "dropped_before", "error_500_before", "gateway_page"]
EFFECTIVE = ["timeout_after", "dropped_after", "error_500_after", "truncated", "broken_body", "empty_body"]


def was(order: Order) -> list[str]:
    """Every state that the purchase went through."""
    return list(Purchase.objects.get(order=order).steps.values_list("state", flat=True))


@pytest.mark.parametrize("fault", EFFECTIVE)
@pytest.mark.parametrize("code", ["FIRREM", "RINFIRREM"])
def test_an_answer_lost_after_the_effect_is_found_and_not_bought_again(sandbox, code, fault):
    order = steps.ordered(code)
    sandbox.fault(fault, path=f"richiesta/{code}", seconds=3, times=1)
    shared.send_due()

    order.refresh_from_db()
    assert order.state == Order.State.UNCLEAR
    assert Usage.objects.count() == 0

    steps.beat()

    assert was(order) == ["intended", "sending", "unknown", "bought"]
    order.refresh_from_db()
    assert order.provider_reference
    steps.books_agree(sandbox)


@pytest.mark.parametrize("fault", EFFECTLESS)
def test_what_was_proven_not_bought_is_bought_in_the_end(sandbox, fault):
    order = steps.ordered()
    sandbox.fault(fault, path="richiesta/FIRREM", seconds=3, times=1)
    shared.send_due()
    steps.beat()

    assert was(order) == ["intended", "sending", "unknown", "intended", "sending", "bought"]
    steps.books_agree(sandbox)


@pytest.mark.parametrize("fault", ["429", "wrong_token"])
def test_what_is_refused_before_any_effect_is_tried_again_without_a_doubt(sandbox, fault):
    order = steps.ordered()
    sandbox.fault(fault, path="richiesta/FIRREM", times=1)
    shared.send_due()
    assert Purchase.objects.get(order=order).state == Purchase.State.INTENDED
    steps.beat()

    assert Purchase.objects.get(order=order).state == Bought
    steps.books_agree(sandbox)


def test_a_video_whose_answer_was_lost_is_found_by_what_the_order_has(sandbox):
    aruba = steps.aruba_bought(sandbox)
    said = {"recognition": {"order_id": str(aruba.pk)}}
    video = steps.ordered("VIDEORIC", member=steps.member_of(aruba), video_for=aruba, details=said)
    sandbox.fault("dropped_after", path="richiesta/VIDEORIC", times=1)
    shared.send_due()
    video.refresh_from_db()
    assert video.state == Order.State.UNCLEAR

    steps.beat()

    assert was(video) == ["intended", "sending", "unknown", "bought"]
    video.refresh_from_db()
    aruba.refresh_from_db()
    assert (video.state, aruba.state) == (Order.State.ACTIVE, Order.State.SUBMITTED)
    steps.books_agree(sandbox)


def test_a_video_that_was_not_bought_is_bought_in_the_end(sandbox):
    aruba = steps.aruba_bought(sandbox)
    said = {"recognition": {"order_id": str(aruba.pk)}}
    video = steps.ordered("VIDEORIC", member=steps.member_of(aruba), video_for=aruba, details=said)
    sandbox.fault("dropped_before", path="richiesta/VIDEORIC", times=1)
    steps.beat()
    steps.beat()

    assert was(video)[-1] == "bought"
    steps.books_agree(sandbox)


def test_staff_name_the_order_of_a_purchase_that_nobody_else_can_decide(sandbox):
    order = steps.ordered()
    sandbox.fault("dropped_after", path="richiesta/FIRREM", times=1)
    shared.send_due()
    purchase = Purchase.objects.get(order=order)
    reference = sandbox.orders()["newest"][0]["id"]

    assert settling.decide_bought(purchase, reference, "Piero: seen in the console")

    purchase.refresh_from_db()
    assert (purchase.state, purchase.steps.last().who) == (Bought, "Piero: seen in the console")
    steps.books_agree(sandbox)


def test_staff_cannot_name_somebody_elses_order(sandbox):
    other = steps.ordered()
    shared.send_due()
    other.refresh_from_db()
    order = steps.ordered()
    purchase = Purchase.objects.get(order=order)
    Purchase.objects.filter(pk=purchase.pk).update(state=Purchase.State.UNDECIDED)

    assert not settling.decide_bought(purchase, other.provider_reference, "Piero")
    assert Usage.objects.count() == 1


def test_what_staff_give_up_is_withdrawn_and_frees_its_certificate(sandbox):
    certificate = CertificateFactory(expires_on=steps.in_days(40))
    said = {**steps.details_of("RINFIRREM"), "renewal": {"certificate": str(certificate.pk)}}
    order = steps.ordered("RINFIRREM", member=steps.member_of(certificate), renews=certificate, details=said)
    Purchase.objects.filter(order=order).update(state=Purchase.State.UNDECIDED)

    assert settling.decide_withdrawn(Purchase.objects.get(order=order), "Piero")

    order.refresh_from_db()
    certificate.refresh_from_db()
    assert (order.state, certificate.renewal) == (Order.State.WITHDRAWN, Certificate.Renewal.NONE)


def test_the_same_task_delivered_twice_buys_once(sandbox):
    order = steps.ordered()
    purchase_id = str(order.purchase_id)
    for _ in range(2):
        shared.buy(purchase_id)
    shared.send_due()

    assert was(order).count("sending") == 1
    steps.books_agree(sandbox)


def test_a_worker_lost_between_the_answer_and_its_record_has_bought_once(sandbox):
    order = steps.ordered()
    purchase = fence.claim(order.purchase_id, timezone.now())
    request = buyer_of(purchase).prepare(purchase)
    assert fence.confirm(purchase, timezone.now())
    buyer_of(purchase).call(purchase, request)

    steps.beat()

    assert was(order) == ["intended", "sending", "unknown", "bought"]
    steps.books_agree(sandbox)


def test_an_order_that_was_changed_after_it_was_intended_is_not_sent(sandbox):
    order = steps.ordered()
    changed = Order.objects.get(pk=order.pk)
    changed.details = {**order.details, "person": {**order.details["person"], "email": "other@example.it"}}
    changed.save()

    steps.beat()

    purchase = Purchase.objects.get(order=order)
    assert purchase.steps.last().known == {"error": "RequestChanged", "sent": False}
    assert sandbox.orders()["orders"] == 0


def test_no_step_of_a_purchase_holds_a_key_or_personal_data(sandbox):
    order = steps.ordered()
    sandbox.fault("dropped_after", path="richiesta/FIRREM", times=1)
    steps.beat()
    steps.beat()

    purchase = Purchase.objects.get(order=order)
    told = str(list(purchase.steps.values())) + str(list(order.events.values("data")))
    for secret in (purchase.callback_key, "RSSMRA85C15H501R", "mario.rossi@example.it", "3331234567"):
        assert secret not in told


FAULTS = [
    "dropped_before",
    "dropped_after",
    "error_500_before",
    "error_500_after",
    "broken_body",
    "429",
    "402",
]
moves = st.one_of(
    st.just(("order",)),
    st.tuples(st.just("fault"), st.sampled_from(FAULTS), st.integers(1, 2)),
    st.tuples(st.just("lose"), st.booleans()),
    st.tuples(st.just("beat"), st.sampled_from(["send", "settle", "all"])),
)


def _lose_a_worker(after_the_call: bool) -> None:
    steps.all_due()
    for pk in Purchase.objects.to_send(timezone.now()).values_list("pk", flat=True)[:1]:
        purchase = fence.claim(pk, timezone.now())
        if purchase and after_the_call:
            request = buyer_of(purchase).prepare(purchase)
            assert fence.confirm(purchase, timezone.now())
            with contextlib.suppress(ProviderError):
                buyer_of(purchase).call(purchase, request)


def _play(sandbox, move: tuple) -> None:
    match move:
        case ("order",):
            steps.ordered("FIREST")
        case ("fault", fault, times):
            sandbox.fault(fault, path="richiesta/FIREST", times=times)
        case ("lose", after_the_call):
            _lose_a_worker(after_the_call)
        case ("beat", "send"):
            steps.all_due()
            shared.send_due()
        case ("beat", "settle"):
            steps.all_due()
            shared.settle_due()
        case ("beat", "all"):
            steps.beat()


@pytest.mark.slow
def test_whatever_happens_the_books_agree_in_the_end(sandbox):
    @settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)  # fmt: skip
    @given(st.lists(moves, min_size=3, max_size=9))
    def check(schedule: list[tuple]) -> None:
        sandbox.reset()
        already, metered = Purchase.objects.count(), Usage.objects.count()
        steps.ordered("FIREST")
        for move in schedule:
            _play(sandbox, move)
        sandbox.no_faults()
        for _ in range(4):
            steps.beat()
        new = Purchase.objects.count() - already
        assert not Purchase.objects.exclude(state=Bought).exists()
        assert sandbox.orders()["orders"] == new == Usage.objects.count() - metered

    check()
