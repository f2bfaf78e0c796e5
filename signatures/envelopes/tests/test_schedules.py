"""Any order of faults, lost workers and beats: in the end the books agree."""

import contextlib

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.flows import purchase as fence
from billing.flows.buyers import buyer_of
from billing.models import Purchase, Usage
from signatures.envelopes import tasks
from upstream import ProviderError

from . import steps

FAULTS = ["dropped_before", "dropped_after", "error_500_before", "error_500_after", "broken_body", "truncated", "429", "402"]  # fmt: skip
READS = ["signatures", "wallet", "tokens"]


def order(sandbox) -> None:
    steps.ordered()


def lose_a_worker(sandbox, after_the_call: bool) -> None:
    """A worker takes what is due and is lost before, or right after, its call."""
    steps.all_due()
    for pk in Purchase.objects.to_send(timezone.now()).values_list("pk", flat=True)[:1]:
        purchase = fence.claim(pk, timezone.now())
        if purchase and after_the_call:
            request = buyer_of(purchase).prepare(purchase)
            assert fence.confirm(purchase, timezone.now())
            with contextlib.suppress(ProviderError):
                buyer_of(purchase).call(purchase, request)


moves = st.one_of(
    st.just(("order",)),
    st.tuples(st.just("fault"), st.sampled_from(FAULTS), st.integers(1, 2)),
    st.tuples(st.just("read fault"), st.sampled_from(READS), st.integers(1, 4)),
    st.tuples(st.just("lose"), st.booleans()),
    st.tuples(st.just("beat"), st.sampled_from(["send", "settle", "all"])),
)


def play(sandbox, move: tuple) -> None:
    match move:
        case ("order",):
            order(sandbox)
        case ("fault", fault, times):
            sandbox.fault(fault, times=times)
        case ("read fault", path, times):
            sandbox.fault("error_500_before", path, method="GET", times=times)
        case ("lose", after_the_call):
            lose_a_worker(sandbox, after_the_call)
        case ("beat", "send"):
            steps.all_due()
            tasks.send_due()
        case ("beat", "settle"):
            steps.all_due()
            tasks.settle_due()
        case ("beat", "all"):
            steps.beat()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sell_price", "no_queue")
def test_whatever_happens_the_books_agree_in_the_end(sandbox):
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(st.lists(moves, min_size=3, max_size=10))
    def check(schedule: list[tuple]) -> None:
        sandbox.reset()
        already, metered = Purchase.objects.count(), Usage.objects.count()
        order(sandbox)
        for move in schedule:
            play(sandbox, move)
        sandbox.no_faults()
        for _ in range(4):
            steps.beat()
        new = Purchase.objects.count() - already
        state = sandbox.state()
        assert not Purchase.objects.exclude(state=Purchase.State.BOUGHT).exists()
        assert state["procedures"] == new
        assert state["charged_people"] == Usage.objects.count() - metered == 2 * new

    check()
