"""The purchase fence without a list: what the wallet proves, what it leaves to staff, and that no link is ever lost."""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from billing.flows import purchase as fence
from billing.flows import settle as settling
from billing.flows.buyers import buyer_of
from billing.models import Purchase, Usage
from billing.provider import provider
from outbox.models import Mail
from spid import tasks
from spid.models import Activation, Voucher
from upstream.tokens import Access

from . import steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price", "no_queue")]
State = Activation.State
Bought = Purchase.State
PATH = "spid_personale"
EFFECTLESS = ["dropped_before", "error_500_before", "gateway_page"]
EFFECTIVE = ["dropped_after", "error_500_after", "truncated", "broken_body", "empty_body"]


def purchase_of(activation: Activation) -> Purchase:
    return Purchase.objects.get(activation=activation)


def fault(sandbox: Any, name: str, path: str = PATH, **options: Any) -> None:
    sandbox.fault(name, path=path, **{"times": 1, "seconds": 3, **options})


def look() -> None:
    steps.all_due()
    settling.settle_due()


@pytest.mark.parametrize("name", EFFECTIVE)
def test_an_answer_lost_after_its_effect_is_never_bought_again_and_goes_to_staff(sandbox, settings, name):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    (anna,) = steps.ordered()
    fault(sandbox, name)
    tasks.send_line()
    anna.refresh_from_db()
    assert anna.state == State.UNCLEAR

    for _ in range(3):
        steps.beat()

    assert steps.was(anna) == ["intended", "sending", "unknown", "undecided"]
    known = purchase_of(anna).steps.last().known
    assert known["verdict"] == "spent"
    assert [charge["amount"] for charge in known["charges"]] == ["-14.2"]
    assert Decimal(known["credit_before"]) - Decimal(known["credit_after"]) == Decimal("14.2")
    assert Mail.objects.filter(recipient="staff@sigillo.example").count() == 1
    assert sandbox.spid()["sold"] == 1
    assert Usage.objects.count() == 0


@pytest.mark.parametrize("name", EFFECTLESS)
def test_what_is_proven_not_bought_is_bought_in_the_end(sandbox, name):
    (anna,) = steps.ordered()
    fault(sandbox, name)
    tasks.send_line()
    steps.beat()

    assert steps.was(anna) == ["intended", "sending", "unknown", "intended", "sending", "bought"]
    steps.books_agree(sandbox)


@pytest.mark.parametrize("name", ["timeout_before", "timeout_after"])
def test_a_timeout_is_settled_by_the_wallet(sandbox, name):
    (anna,) = steps.ordered()
    fault(sandbox, name)
    tasks.send_line()
    steps.beat()

    assert purchase_of(anna).state == (Bought.BOUGHT if name == "timeout_before" else Bought.UNDECIDED)
    assert sandbox.spid()["sold"] == 1


@pytest.mark.parametrize("name", ["429", "wrong_token"])
def test_what_is_refused_before_any_effect_is_tried_again_without_a_doubt(sandbox, name):
    (anna,) = steps.ordered()
    fault(sandbox, name)
    tasks.send_line()
    assert purchase_of(anna).state == Bought.INTENDED

    steps.beat()

    assert steps.was(anna) == ["intended", "sending", "intended", "sending", "bought"]
    steps.books_agree(sandbox)


@pytest.mark.parametrize("charges_wallet", [True, False])
@pytest.mark.parametrize(("name", "state"), [("dropped_after", "undecided"), ("dropped_before", "bought")])
def test_within_a_subscription_its_counter_is_evidence_too(sandbox, name, state, charges_wallet):
    sandbox.set(subscription_charges_wallet=charges_wallet)
    sandbox.subscribe("GET:test.ws.firmadigitale.com/spid_personale", 3)
    (anna,) = steps.ordered()
    fault(sandbox, name)
    tasks.send_line()
    steps.beat()

    assert purchase_of(anna).state == state
    assert sandbox.spid()["sold"] == 1


def test_a_subscription_that_is_used_up_by_the_call_proves_it(sandbox):
    sandbox.set(subscription_charges_wallet=False)
    sandbox.subscribe("GET:test.ws.firmadigitale.com/spid_personale", 1)
    (anna,) = steps.ordered()
    fault(sandbox, "dropped_after")
    tasks.send_line()
    steps.beat()

    assert purchase_of(anna).steps.last().known["verdict"] == "spent"


def test_without_a_reading_of_the_account_nothing_is_sent(sandbox):
    (anna,) = steps.ordered()
    fault(sandbox, "error_500_before", path="wallet", times=0)
    tasks.send_line()

    assert purchase_of(anna).state == Bought.INTENDED
    assert purchase_of(anna).steps.last().known["sent"] is False
    assert sandbox.spid()["sold"] == 0
    sandbox.no_faults()
    steps.beat()
    assert purchase_of(anna).state == Bought.BOUGHT


def test_nothing_is_concluded_while_the_account_cannot_be_read(sandbox):
    (anna,) = steps.ordered()
    fault(sandbox, "dropped_before")
    tasks.send_line()
    for path in ("wallet", "wallet/transactions", "subscriptions"):
        fault(sandbox, "error_500_before", path=path, times=0)
        look()
        assert purchase_of(anna).state == Bought.UNKNOWN
        sandbox.no_faults()

    steps.beat()

    assert purchase_of(anna).state == Bought.BOUGHT
    steps.books_agree(sandbox)


def test_absence_proves_nothing_while_a_charge_may_still_show(sandbox, settings):
    settings.PURCHASE_UNLISTED_AFTER = timedelta(minutes=15)
    (anna,) = steps.ordered()
    fault(sandbox, "dropped_before")
    tasks.send_line()
    look()

    assert purchase_of(anna).state == Bought.UNKNOWN


def test_an_amount_that_it_cannot_have_cost_is_staffs_to_judge(sandbox):
    sandbox.set(price_spid="15.00")
    (anna,) = steps.ordered()
    fault(sandbox, "dropped_after")
    tasks.send_line()
    look()
    assert purchase_of(anna).state == Bought.UNKNOWN
    Purchase.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    look()

    known = purchase_of(anna).steps.last().known
    assert (purchase_of(anna).state, known["verdict"]) == (Bought.UNDECIDED, "open")
    assert known["odd_amount"] is True


def test_credit_that_fell_without_a_listed_charge_is_staffs_to_judge(sandbox):
    (anna,) = steps.ordered()
    fault(sandbox, "dropped_before")
    tasks.send_line()
    purchase = purchase_of(anna)
    before = {**purchase.before, "credit": str(Decimal(purchase.before["credit"]) + Decimal("14.20"))}
    hour_ago = timezone.now() - timedelta(hours=1)
    Purchase.objects.update(before=before, sent_at=hour_ago)
    look()

    assert purchase_of(anna).state == Bought.UNDECIDED
    assert Decimal(purchase_of(anna).steps.last().known["unlisted"]) == Decimal("-14.20")


def test_what_others_spend_meanwhile_is_not_taken_for_ours(sandbox):
    """Simple signatures are bought at the other host, and a top-up comes in, while our answer is lost."""
    from signatures.envelopes.tests.steps import draft as envelope_draft

    (anna,) = steps.ordered()
    fault(sandbox, "dropped_before")
    tasks.send_line()
    sandbox.set(price_esignature="7.10")
    _buy_an_envelope(envelope_draft())
    sandbox.wallet("2000")
    steps.beat()

    assert steps.was(anna) == ["intended", "sending", "unknown", "intended", "sending", "bought"]


def test_a_charge_that_an_unclear_purchase_may_have_made_waits_for_it(sandbox):
    """Two signers at 7.10 in the first generation cost as much as a voucher, at the same host."""
    from signatures.envelopes.tests.factories import PurchaseFactory

    (anna,) = steps.ordered()
    fault(sandbox, "dropped_after")
    tasks.send_line()
    other = PurchaseFactory(
        state=Bought.UNKNOWN,
        generation="firmadigitale",
        expected_cost=Decimal("14.20"),
        sent_at=timezone.now(),
    )
    other.next_attempt_at = timezone.now() + timedelta(hours=1)
    other.save()
    Purchase.objects.filter(activation=anna).update(next_attempt_at=timezone.now())
    settling.settle(purchase_of(anna).pk)
    assert purchase_of(anna).state == Bought.UNKNOWN

    # It turns out that the other one was bought: the charge is its own, and ours was never made.
    Purchase.objects.filter(pk=other.pk).update(
        state=Bought.BOUGHT, provider_reference="f" * 24, settled_at=timezone.now()
    )
    Purchase.objects.filter(activation=anna).update(next_attempt_at=timezone.now())
    settling.settle(purchase_of(anna).pk)
    assert purchase_of(anna).state == Bought.INTENDED


def _buy_an_envelope(envelope: Any) -> None:
    from billing.tests.factories import PriceFactory
    from signatures.envelopes.flows import send

    price = PriceFactory()
    send.order(envelope, envelope.created_by, "192.0.2.7", price.amount)
    fence.buy(envelope.purchase_id)


def test_one_purchase_at_a_time_is_on_its_way(sandbox):
    first, second = steps.ordered(2)
    assert fence.claim(purchase_of(first).pk, timezone.now())
    assert fence.claim(purchase_of(second).pk, timezone.now()) is None
    # Nor while the first one is unclear.
    look()
    assert purchase_of(first).state in {Bought.UNKNOWN, Bought.INTENDED}
    Purchase.objects.filter(activation=first).update(state=Bought.UNKNOWN)
    assert fence.claim(purchase_of(second).pk, timezone.now()) is None


def test_the_database_itself_lets_only_one_of_a_line_through(sandbox):
    first, second = steps.ordered(2)
    fence.claim(purchase_of(first).pk, timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Purchase.objects.filter(activation=second).update(state=Bought.SENDING)


def test_of_all_who_claim_at_once_one_has_its_turn_and_it_is_the_heads(sandbox):
    people = steps.ordered(3)
    claims = [purchase_of(one).pk for one in people for _ in range(2)]
    together, claimed = threading.Barrier(len(claims)), []

    def claim(pk: Any) -> None:
        together.wait(timeout=20)
        while True:
            try:
                taken = fence.claim(pk, timezone.now())
            except OperationalError:  # SQLite in memory refuses where a file and PostgreSQL wait
                continue
            if taken:
                claimed.append(taken.pk)
            connection.close()
            return

    threads = [threading.Thread(target=claim, args=[pk]) for pk in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert claimed == [purchase_of(people[0]).pk]


def test_a_worker_lost_after_its_claim_has_bought_nothing(sandbox):
    (anna,) = steps.ordered()
    fence.claim(purchase_of(anna).pk, timezone.now())
    steps.beat()

    assert steps.was(anna) == ["intended", "sending", "unknown", "intended", "sending", "bought"]
    steps.books_agree(sandbox)


def lose_a_worker_in_the_call(activation: Activation) -> Purchase:
    """A worker has made the call, and is lost before it could read the answer."""
    purchase = fence.claim(purchase_of(activation).pk, timezone.now())
    assert purchase
    assert fence.note_account(purchase)
    assert fence.confirm(purchase, timezone.now())
    provider().spid.buy()
    return purchase


def test_a_worker_lost_in_the_call_has_spent_once(sandbox):
    (anna,) = steps.ordered()
    lose_a_worker_in_the_call(anna)
    steps.beat()

    assert steps.was(anna) == ["intended", "sending", "unknown", "undecided"]
    assert sandbox.spid()["sold"] == 1


def test_a_worker_lost_after_it_read_the_answer_has_lost_no_link(sandbox):
    """The link is kept before anything else is done with it."""
    (anna,) = steps.ordered()
    purchase = fence.claim(purchase_of(anna).pk, timezone.now())
    assert fence.note_account(purchase)
    assert fence.confirm(purchase, timezone.now())
    buyer_of(purchase).call(purchase, None)
    steps.beat()

    assert steps.was(anna) == ["intended", "sending", "unknown", "bought"]
    anna.refresh_from_db()
    assert anna.state == State.HANDED_OVER
    steps.books_agree(sandbox)


def test_a_settling_that_breaks_loses_no_link(sandbox, monkeypatch):
    from spid.flows import buyer

    (anna,) = steps.ordered()
    with monkeypatch.context() as broken:
        broken.setattr(buyer, "hand_over", lambda activation: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fence.buy(purchase_of(anna).pk)
    assert (Voucher.objects.count(), Usage.objects.count()) == (1, 0)
    steps.beat()

    anna.refresh_from_db()
    assert anna.state == State.HANDED_OVER
    steps.books_agree(sandbox)


def test_a_worker_that_was_held_up_finds_its_purchase_taken_and_does_not_call(sandbox):
    (anna,) = steps.ordered()
    slow = fence.claim(purchase_of(anna).pk, timezone.now())
    fence.note_account(slow)
    look()
    assert not fence.confirm(slow, timezone.now())
    steps.beat()
    assert not fence.confirm(slow, timezone.now())
    # Nor does it overwrite what the later attempt noted.
    noted = purchase_of(anna).before
    fence.note_account(slow)
    assert purchase_of(anna).before == noted
    steps.books_agree(sandbox)


def test_an_answer_that_comes_too_late_is_kept_for_the_next_in_line(sandbox, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    anna, luc = steps.ordered(2)
    slow = lose_a_worker_in_the_call(anna)
    Purchase.objects.filter(pk=slow.pk).update(before=None)
    look()
    # Settled as never sent, which was wrong; then the answer comes after all.
    assert purchase_of(anna).state == Bought.INTENDED
    late = buyer_of(slow).call(slow, None)
    fence.record_bought(slow, late)
    assert Voucher.objects.spare().count() == 1

    steps.beat()

    assert {one.state for one in Activation.objects.all()} == {State.HANDED_OVER}
    assert sandbox.spid()["sold"] == 3
    assert Voucher.objects.filter(reference=late.reference, activation=anna).exists()


def test_the_same_task_delivered_twice_buys_once(sandbox):
    (anna,) = steps.ordered()
    for _ in range(3):
        tasks.send_line()
    steps.books_agree(sandbox)
    assert steps.was(anna).count("sending") == 1


def undecided(sandbox: Any) -> Activation:
    (anna,) = steps.ordered()
    fault(sandbox, "dropped_after")
    tasks.send_line()
    look()
    assert purchase_of(anna).state == Bought.UNDECIDED
    return anna


def test_staff_have_the_link_from_support_and_the_person_gets_it(sandbox):
    anna = undecided(sandbox)
    link = sandbox.spid()["vouchers"][0]["link"]
    assert settling.decide_bought(purchase_of(anna), link, "Piero: mail of support")

    anna.refresh_from_db()
    assert (anna.state, anna.voucher.source) == (State.HANDED_OVER, Voucher.Source.SUPPORT)
    assert link.rpartition("=")[2] not in str(list(purchase_of(anna).steps.values()))
    steps.books_agree(sandbox)


@pytest.mark.parametrize(
    "link", ["", "no link", "javascript:alert(1)", "https://elsewhere.example/?voucher=x"]
)
def test_what_can_be_no_link_of_the_providers_is_not_taken(sandbox, link):
    anna = undecided(sandbox)
    assert not settling.decide_bought(purchase_of(anna), link, "Piero")
    assert purchase_of(anna).state == Bought.UNDECIDED
    assert Voucher.objects.count() == 0


def test_a_link_that_is_anothers_already_is_not_taken(sandbox):
    (first,) = steps.ordered()
    tasks.send_line()
    link = sandbox.spid()["vouchers"][0]["link"]
    anna = undecided(sandbox)
    assert not settling.decide_bought(purchase_of(anna), link, "Piero")
    assert Voucher.objects.get().activation == first


def test_staff_count_it_as_lost_and_another_one_is_bought_at_our_cost(sandbox):
    anna = undecided(sandbox)
    lost = purchase_of(anna)
    assert settling.decide_lost(lost, "Piero: support cannot help", again=True)
    steps.beat()

    anna.refresh_from_db()
    lost.refresh_from_db()
    assert (anna.state, lost.state) == (State.HANDED_OVER, Bought.LOST)
    assert anna.purchase != lost
    assert lost.steps.last().who == "Piero: support cannot help"
    assert sandbox.spid()["sold"] == 2
    assert Usage.objects.count() == 1


def test_staff_count_it_as_lost_and_none_is_wanted(sandbox):
    anna = undecided(sandbox)
    assert settling.decide_lost(purchase_of(anna), "Piero", again=False)
    steps.beat()

    anna.refresh_from_db()
    assert (anna.state, sandbox.spid()["sold"], Usage.objects.count()) == (State.CANCELLED, 1, 0)


def test_staff_may_send_again_or_give_up(sandbox):
    again = undecided(sandbox)
    assert settling.send_again(purchase_of(again), {"decided": "not bought"}, "Piero")
    steps.beat()
    assert purchase_of(again).state == Bought.BOUGHT
    given_up = undecided(sandbox)
    assert settling.decide_withdrawn(purchase_of(given_up), "Piero")
    given_up.refresh_from_db()
    assert given_up.state == State.CANCELLED


def test_an_unclear_one_at_staff_does_not_stop_the_line(sandbox):
    first = undecided(sandbox)
    (second,) = steps.ordered()
    steps.beat()
    second.refresh_from_db()
    assert (purchase_of(first).state, second.state) == (Bought.UNDECIDED, State.HANDED_OVER)


def test_a_token_of_its_own_opens_only_this_call(sandbox):
    from upstream.tokens import scopes_for

    assert scopes_for(Access.SPID, provider().config) == ["GET:test.ws.firmadigitale.com/spid_personale"]
