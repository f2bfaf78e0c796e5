"""The purchase fence, against the sandbox's faults: what is bought there is what we intended, once, and metered once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from billing.flows import purchase as fence
from billing.flows import settle as settling
from billing.flows.buyers import buyer_of
from billing.models import Purchase, PurchaseStep, Usage
from portal.settings import provider as provider_settings
from signatures.envelopes import tasks
from signatures.envelopes.flows.cancel import cancel
from signatures.envelopes.flows.state import NotPossible
from signatures.envelopes.models import Envelope

from . import steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price", "no_queue")]
Bought = Purchase.State.BOUGHT

# As they are set for production.
PATIENCE = (provider_settings.PURCHASE_STALE_AFTER, provider_settings.PURCHASE_SETTLE_AFTER)
EFFECTLESS = ["timeout_before", "dropped_before", "error_500_before", "gateway_page"]
EFFECTIVE = ["timeout_after", "dropped_after", "error_500_after", "truncated", "broken_body", "empty_body"]


@pytest.fixture(params=["esignature", "firmadigitale"])
def paid_path(request, settings):
    """The paid call of each generation."""
    settings.PROVIDER_GENERATION = request.param
    return {"esignature": "EU-SES", "firmadigitale": "firma_elettronica/base"}[request.param]


def purchase_of(envelope: Envelope) -> Purchase:
    return Purchase.objects.get(envelope=envelope)


def was(purchase: Purchase) -> list[str]:
    """Every state that the purchase went through."""
    return list(purchase.steps.values_list("state", flat=True))


@pytest.mark.parametrize("fault", EFFECTIVE)
def test_an_answer_lost_after_the_effect_is_found_and_not_bought_again(sandbox, paid_path, fault):
    envelope = steps.ordered()
    sandbox.fault(fault, paid_path, seconds=3, times=1)
    tasks.send_due()

    assert purchase_of(envelope).state == Purchase.State.UNKNOWN
    envelope.refresh_from_db()
    assert envelope.state == Envelope.State.UNCLEAR
    assert Usage.objects.count() == 0

    steps.beat()

    assert was(purchase_of(envelope)) == ["intended", "sending", "unknown", "bought"]
    envelope.refresh_from_db()
    assert envelope.state in Envelope.FOLLOWED
    assert all(signer.sealed_link for signer in envelope.signers.all())
    steps.books_agree(sandbox)


@pytest.mark.parametrize("fault", EFFECTLESS)
def test_what_was_proven_not_bought_is_bought_in_the_end(sandbox, paid_path, fault):
    envelope = steps.ordered()
    sandbox.fault(fault, paid_path, seconds=3, times=1)
    tasks.send_due()

    assert purchase_of(envelope).state == Purchase.State.UNKNOWN

    steps.beat()

    assert was(purchase_of(envelope)) == ["intended", "sending", "unknown", "intended", "sending", "bought"]
    steps.books_agree(sandbox)


@pytest.mark.parametrize("fault", ["429", "wrong_token"])
def test_what_is_refused_before_any_effect_is_tried_again_without_a_doubt(sandbox, paid_path, fault):
    envelope = steps.ordered()
    sandbox.fault(fault, paid_path, times=1)
    tasks.send_due()

    assert purchase_of(envelope).state == Purchase.State.INTENDED
    assert purchase_of(envelope).next_attempt_at > timezone.now()

    steps.beat()

    assert purchase_of(envelope).state == Bought
    steps.books_agree(sandbox)


def test_nothing_is_concluded_while_the_provider_cannot_be_asked(sandbox):
    envelope = steps.ordered()
    sandbox.fault("timeout_before", seconds=3)
    tasks.send_due()
    sandbox.fault("error_500_before", "signatures", times=0)
    steps.beat()
    assert purchase_of(envelope).state == Purchase.State.UNKNOWN
    sandbox.no_faults()
    sandbox.fault("error_500_before", "wallet/transactions", times=0)
    steps.beat()
    assert purchase_of(envelope).state == Purchase.State.UNKNOWN
    sandbox.no_faults()

    steps.beat()

    assert purchase_of(envelope).state == Bought
    steps.books_agree(sandbox)


def test_a_charge_that_nothing_explains_waits_for_staff(sandbox, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    envelope = steps.ordered()
    # The provider took the money but its details do not tell whose key it was: staff must look.
    sandbox.knob(echo_callback=False)
    sandbox.fault("dropped_after")
    tasks.send_due()
    steps.all_due()
    tasks.settle_due()

    purchase = purchase_of(envelope)
    assert purchase.state == Purchase.State.UNDECIDED
    assert purchase.steps.last().known["charges"]
    steps.beat()
    assert purchase_of(envelope).state == Purchase.State.UNDECIDED
    assert sandbox.state()["procedures"] == 1

    reference = sandbox.state()["newest"][0]["id"]
    sandbox.knob(echo_callback=True)
    assert settling.decide_bought(purchase, reference, "Piero: seen in the console")

    assert purchase_of(envelope).state == Bought
    assert purchase_of(envelope).steps.last().who == "Piero: seen in the console"
    steps.books_agree(sandbox)


def test_a_charge_by_the_other_tariff_is_noticed_too(sandbox):
    envelope = steps.ordered()
    sandbox.knob(echo_callback=False, price_esignature="0.14")
    sandbox.fault("dropped_after")
    tasks.send_due()
    steps.all_due()
    tasks.settle_due()

    assert purchase_of(envelope).state == Purchase.State.UNDECIDED


def test_absence_proves_nothing_while_a_sender_may_still_be_calling(sandbox, settings):
    settings.PURCHASE_STALE_AFTER, settings.PURCHASE_SETTLE_AFTER = PATIENCE
    assert (sum(PATIENCE, timedelta())).total_seconds() > settings.CELERY_TASK_TIME_LIMIT
    envelope = steps.ordered()
    sandbox.fault("dropped_before")
    tasks.send_due()
    steps.all_due()
    tasks.settle_due()

    assert purchase_of(envelope).state == Purchase.State.UNKNOWN


def test_staff_cannot_name_somebody_elses_procedure(sandbox):
    other = steps.ordered()
    tasks.send_due()
    envelope = steps.ordered()
    purchase = purchase_of(envelope)
    Purchase.objects.filter(pk=purchase.pk).update(state=Purchase.State.UNDECIDED)

    assert not settling.decide_bought(purchase, purchase_of(other).provider_reference, "Piero")

    assert purchase_of(envelope).state == Purchase.State.UNDECIDED
    assert Usage.objects.count() == 2


def test_staff_may_send_again_or_give_up(sandbox):
    again, given_up = steps.ordered(), steps.ordered()
    Purchase.objects.update(state=Purchase.State.UNDECIDED)
    Envelope.objects.update(state=Envelope.State.UNCLEAR)

    assert settling.send_again(purchase_of(again), {"decided": "not bought"}, "Piero")
    assert settling.decide_withdrawn(purchase_of(given_up), "Piero")
    steps.beat()

    assert purchase_of(again).state == Bought
    assert purchase_of(given_up).state == Purchase.State.WITHDRAWN
    given_up.refresh_from_db()
    assert given_up.state == Envelope.State.CANCELLED
    steps.books_agree(sandbox)


def test_a_missing_credit_is_waited_for_and_staff_are_told_once(sandbox, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    first, second = steps.ordered(), steps.ordered()
    sandbox.credit("0.10")
    steps.beat()
    steps.beat()

    first.refresh_from_db()
    assert first.state == Envelope.State.AWAITING_CREDIT
    assert steps.kinds(first).count("awaiting_credit") == 1
    from outbox.models import Mail

    assert Mail.objects.filter(recipient="staff@sigillo.example").count() == 1
    sandbox.credit("100")
    steps.beat()

    assert purchase_of(first).state == purchase_of(second).state == Bought
    steps.books_agree(sandbox)


def test_what_the_provider_refuses_for_good_fails_and_costs_nothing(sandbox):
    sandbox.knob(max_signers=1)
    envelope = steps.ordered()
    steps.beat()

    assert purchase_of(envelope).state == Purchase.State.REFUSED
    envelope.refresh_from_db()
    assert envelope.state == Envelope.State.FAILED
    assert "purchase_refused" in steps.kinds(envelope)
    steps.beat()
    assert sandbox.state()["procedures"] == Usage.objects.count() == 0


def test_the_same_task_delivered_twice_buys_once(sandbox):
    envelope = steps.ordered()
    purchase_id = str(purchase_of(envelope).pk)

    tasks.buy(purchase_id)
    tasks.buy(purchase_id)
    tasks.send_due()

    steps.books_agree(sandbox)
    assert was(purchase_of(envelope)).count("sending") == 1


def test_a_worker_lost_after_its_claim_has_bought_nothing(sandbox):
    envelope = steps.ordered()
    fence.claim(purchase_of(envelope).pk, timezone.now())

    steps.beat()

    assert was(purchase_of(envelope)) == ["intended", "sending", "unknown", "intended", "sending", "bought"]
    steps.books_agree(sandbox)


def test_a_worker_lost_between_the_answer_and_its_record_has_bought_once(sandbox):
    envelope = steps.ordered()
    purchase = fence.claim(purchase_of(envelope).pk, timezone.now())
    request = buyer_of(purchase).prepare(purchase)
    assert fence.confirm(purchase, timezone.now())
    buyer_of(purchase).call(purchase, request)

    steps.beat()

    assert was(purchase_of(envelope)) == ["intended", "sending", "unknown", "bought"]
    steps.books_agree(sandbox)


def test_a_worker_that_was_held_up_finds_its_purchase_taken_and_does_not_call(sandbox):
    envelope = steps.ordered()
    slow = fence.claim(purchase_of(envelope).pk, timezone.now())
    steps.all_due()
    tasks.settle_due()

    assert not fence.confirm(slow, timezone.now())
    steps.beat()
    assert not fence.confirm(slow, timezone.now())

    steps.books_agree(sandbox)


def test_an_answer_that_comes_after_the_purchase_was_found_changes_nothing(sandbox):
    envelope = steps.ordered()
    slow = fence.claim(purchase_of(envelope).pk, timezone.now())
    request = buyer_of(slow).prepare(slow)
    bought = buyer_of(slow).call(slow, request)
    steps.beat()

    assert not fence.record_bought(slow, bought)

    assert steps.kinds(envelope).count("bought") == 1
    steps.books_agree(sandbox)


def test_a_second_purchase_for_one_intent_is_never_kept_quiet(sandbox, settings):
    settings.STAFF_ALERTS = ["staff@sigillo.example"]
    envelope = steps.ordered()
    purchase = fence.claim(purchase_of(envelope).pk, timezone.now())
    request = buyer_of(purchase).prepare(purchase)
    first, second = (buyer_of(purchase).call(purchase, request) for _ in range(2))

    assert fence.record_bought(purchase, first)
    assert not fence.record_bought(purchase, second)

    assert PurchaseStep.objects.filter(known__also_bought=second.reference).exists()
    from outbox.models import Mail

    assert Mail.objects.filter(recipient="staff@sigillo.example").count() == 1
    assert Usage.objects.count() == 2


def test_a_request_that_cannot_be_made_ready_is_not_sent(sandbox, settings):
    envelope = steps.ordered()
    Envelope.objects.filter(pk=envelope.pk).update(title="Another title")

    tasks.send_due()

    assert purchase_of(envelope).state == Purchase.State.INTENDED
    assert purchase_of(envelope).steps.last().known == {"error": "RequestChanged", "sent": False}
    assert sandbox.state()["procedures"] == 0


def test_an_envelope_can_be_cancelled_before_it_is_bought_and_not_while(sandbox):
    early, late = steps.ordered(), steps.ordered()
    cancel(early, early.created_by, "192.0.2.7")
    fence.claim(purchase_of(late).pk, timezone.now())
    with pytest.raises(NotPossible):
        cancel(late, late.created_by, "192.0.2.7")

    steps.beat()

    assert purchase_of(early).state == Purchase.State.WITHDRAWN
    assert purchase_of(late).state == Bought
    steps.books_agree(sandbox)


def test_no_step_of_a_purchase_holds_a_link_or_a_key(sandbox):
    envelope = steps.ordered()
    sandbox.fault("dropped_after")
    steps.beat()
    steps.beat()

    purchase = purchase_of(envelope)
    told = str(list(purchase.steps.values())) + str(list(envelope.events.values("data")))
    assert purchase.callback_key not in told
    assert "/sign/" not in told
    assert mail.outbox == [] or "/sign/" not in str([message.body for message in mail.outbox])
