"""Following: what the provider says changes an envelope once, and nothing that it says stops the line."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from billing.models import ProviderCall, Usage
from outbox.models import Mail
from signatures.envelopes import tasks
from signatures.envelopes.flows import follow
from signatures.envelopes.models import Envelope, Signer
from signatures.following.pace import unless_hinted

from . import steps
from .factories import EnvelopeFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price")]
State = Envelope.State
STAFF = "staff@sigillo.example"


def test_an_accepted_document_invites_everybody(sandbox):
    envelope = steps.signing(sandbox)

    assert steps.kinds(envelope) == ["created", "sent", "bought", "document_accepted", "invited", "invited"]
    assert [message.to for message in mail.outbox] == [[email] for email in steps.emails(envelope)]
    assert set(envelope.signers.values_list("state", flat=True)) == {Signer.State.INVITED}


def test_in_order_the_next_is_invited_when_the_one_ahead_has_signed(sandbox):
    envelope = steps.signing(sandbox, is_ordered=True)
    first, second = steps.emails(envelope)
    assert [message.to for message in mail.outbox] == [[first]]

    sandbox.sign(first)
    steps.beat()

    assert [message.to for message in mail.outbox] == [[first], [second]]
    assert list(envelope.signers.values_list("state", flat=True)) == [
        Signer.State.SIGNED,
        Signer.State.INVITED,
    ]


def test_an_unknown_word_changes_nothing_is_shown_and_alarms_once(sandbox, settings):
    settings.STAFF_ALERTS = [STAFF]
    envelope = steps.signing(sandbox)
    for _ in range(2):
        sandbox.fault("unknown_state", f"signatures/{envelope.provider_reference}", word="WAIT_FOR_THE_MOON")
        steps.beat()

    envelope.refresh_from_db()
    assert (envelope.state, envelope.provider_state) == (State.SIGNING, "WAIT_FOR_THE_MOON")
    assert envelope.has_unknown_state
    assert steps.kinds(envelope).count("unknown_state") == 1
    assert Mail.objects.filter(recipient=STAFF).count() == 1

    steps.beat()
    envelope.refresh_from_db()
    assert (envelope.provider_state, envelope.has_unknown_state) == ("WAIT_SIGNERS", False)


def test_a_document_that_the_provider_refuses_fails_and_the_sender_hears_of_it(sandbox):
    envelope = steps.ordered()
    reference = envelope.provider_reference
    sandbox.ask("POST", f"/procedures/{reference}", step="fail", error_message="Too many pages")
    steps.beat()

    envelope.refresh_from_db()
    assert envelope.state == State.FAILED
    assert steps.kinds(envelope)[-1] == "document_refused"
    assert mail.outbox[-1].to == [envelope.created_by.email]
    assert "Too many pages" in mail.outbox[-1].body


def test_a_refusal_at_the_providers_page_ends_the_envelope(sandbox, settings):
    settings.PROVIDER_GENERATION = "firmadigitale"
    envelope = steps.signing(sandbox)
    first, second = steps.emails(envelope)
    sandbox.refuse(first)
    steps.beat()

    envelope.refresh_from_db()
    assert envelope.state == State.DECLINED
    assert envelope.signers.get(email=first).state == Signer.State.DECLINED
    assert {tuple(message.to) for message in mail.outbox[2:]} == {(envelope.created_by.email,), (second,)}


def test_an_expiry_at_the_provider_ends_the_envelope(sandbox):
    envelope = steps.signing(sandbox)
    sandbox.ask("POST", f"/procedures/{envelope.provider_reference}", step="expire")
    steps.beat()

    envelope.refresh_from_db()
    assert envelope.state == State.EXPIRED


def test_signers_whose_state_nobody_knows_have_signed_when_all_is_done(sandbox):
    sandbox.knob(signer_done_state="PERHAPS")
    envelope = steps.signing(sandbox)
    for email in steps.emails(envelope):
        sandbox.sign(email)
    steps.beat()

    envelope.refresh_from_db()
    assert envelope.state == State.COMPLETED, envelope.last_problem
    assert set(envelope.signers.values_list("state", flat=True)) == {Signer.State.SIGNED}


def test_only_one_claimant_gets_an_envelope(sandbox):
    envelope = steps.signing(sandbox)
    steps.all_due()

    first, second = follow.claim(10), follow.claim(10)

    assert first is not None
    assert [e.pk for e in first.things] == [envelope.pk]
    assert second is None


def test_a_follower_that_was_lost_leaves_its_envelopes_to_the_next(sandbox):
    steps.signing(sandbox)
    steps.all_due()
    lost = follow.claim(10)
    assert lost is not None

    Envelope.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))

    assert follow.claim(10) is not None


def test_a_poisonous_envelope_does_not_stop_the_others(sandbox):
    poisonous, healthy = steps.signing(sandbox), steps.signing(sandbox)
    Envelope.objects.filter(pk=poisonous.pk).update(generation="no such generation")
    for email in steps.emails(healthy):
        sandbox.sign(email)
    steps.all_due()
    tasks.follow_due()

    poisonous.refresh_from_db()
    healthy.refresh_from_db()
    assert healthy.state == State.COMPLETED
    assert poisonous.check_failures == 1
    assert poisonous.next_check_at > timezone.now()


def test_what_cannot_be_read_is_asked_later_and_later_and_staff_hear_of_what_is_gone(sandbox, settings):
    settings.STAFF_ALERTS = [STAFF]
    envelope = steps.signing(sandbox)
    pauses = []
    Envelope.objects.update(provider_reference="0" * 24)
    for _ in range(3):
        steps.all_due()
        tasks.follow_due()
        envelope.refresh_from_db()
        pauses.append(envelope.next_check_at - envelope.checked_at)

    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    assert envelope.state == State.SIGNING
    assert "404" in envelope.last_problem
    assert Mail.objects.filter(recipient=STAFF).count() == 1


def test_a_question_that_failed_is_on_record(sandbox):
    envelope = steps.signing(sandbox)
    sandbox.fault("error_500_before", "signatures", times=0)
    steps.all_due()
    tasks.follow_due()

    call = ProviderCall.objects.get(path__contains=envelope.provider_reference, attempt=1)
    assert (call.method, call.status, call.error) == ("GET", 500, "Unavailable")


def test_a_hint_that_comes_while_we_ask_is_not_lost(sandbox):
    envelope = steps.signing(sandbox)
    steps.all_due()
    batch = follow.claim(10)
    hinted = timezone.now() + timedelta(seconds=1)
    Envelope.objects.update(next_check_at=hinted)

    follow.follow(batch)

    envelope.refresh_from_db()
    assert envelope.next_check_at == hinted


def test_without_a_hint_the_next_look_is_later(sandbox):
    envelope = EnvelopeFactory(signing=True, next_check_at=timezone.now())
    mark = timezone.now() + timedelta(seconds=90)
    Envelope.objects.update(next_check_at=mark)
    later = timezone.now() + timedelta(hours=2)

    Envelope.objects.update(next_check_at=unless_hinted(mark, later))

    envelope.refresh_from_db()
    assert envelope.next_check_at == later


def test_a_callback_brings_the_next_look_forward_and_nothing_else(sandbox, client):
    envelope = steps.signing(sandbox)
    Envelope.objects.update(next_check_at=timezone.now() + timedelta(hours=1))
    key = envelope.purchase.callback_key

    answer = client.post(reverse("hints:hint", args=[key]), data="{not json", content_type="application/json")

    envelope.refresh_from_db()
    assert answer.status_code == 200
    assert envelope.next_check_at < timezone.now() + timedelta(seconds=5)
    assert envelope.state == State.SIGNING


def test_a_flood_of_callbacks_does_not_bring_the_look_any_nearer(sandbox, client):
    envelope = steps.signing(sandbox)
    address = reverse("hints:hint", args=[envelope.purchase.callback_key])
    client.post(address)
    envelope.refresh_from_db()
    first = envelope.next_check_at
    for _ in range(5):
        client.post(address)

    envelope.refresh_from_db()
    assert envelope.next_check_at == first


def test_an_unknown_key_is_answered_like_any_other(client, db):
    known = EnvelopeFactory(signing=True, next_check_at=timezone.now() + timedelta(hours=1))

    strangers = client.post(reverse("hints:hint", args=["no-such-key"]))
    ours = client.post(reverse("hints:hint", args=[known.purchase.callback_key]))

    assert (strangers.status_code, strangers.content) == (ours.status_code, ours.content)
    assert client.get(reverse("hints:hint", args=["no-such-key"])).status_code == 405


def test_a_refused_signature_in_an_ended_envelope_is_not_billed_again(sandbox):
    envelope = steps.signing(sandbox)
    steps.beat()
    steps.beat()

    assert Usage.objects.filter(subject_id=envelope.pk).count() == 2
