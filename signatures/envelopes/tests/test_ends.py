"""The ways in which an envelope ends before everybody has signed, and that no signature is lost in them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from billing.flows import purchase as fence
from facts.chain import first_break
from outbox.models import Mail
from signatures.envelopes import tasks
from signatures.envelopes.flows import sign
from signatures.envelopes.flows.acknowledge import acknowledge
from signatures.envelopes.flows.cancel import cancel
from signatures.envelopes.flows.end import withdraw_at_provider
from signatures.envelopes.flows.state import NotPossible
from signatures.envelopes.models import Envelope, Signer

from . import steps
from .factories import EnvelopeFactory, MemberFactory, PurchaseFactory, give_token

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price")]
State = Envelope.State
IP, BROWSER = "192.0.2.8", "Firefox"


def recipients() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def at_provider(sandbox, envelope) -> str:
    """Where the provider says that the procedure stands; withdrawn ones are gone."""
    return str(sandbox.ask("GET", f"/procedures/{envelope.provider_reference}")["phase"])


def test_a_decline_ends_the_envelope_is_told_to_all_and_is_withdrawn(sandbox):
    envelope = steps.signing(sandbox)
    first, second = steps.emails(envelope)
    signer = sign.signer_for(steps.token_of(first))

    sign.decline(signer, "Not the agreed price.", IP, BROWSER)

    envelope.refresh_from_db()
    assert envelope.state == State.DECLINED
    assert recipients()[2:] == [envelope.created_by.email, second]
    assert "Not the agreed price." in mail.outbox[2].body
    event = envelope.events.get(kind="declined")
    assert (event.actor, event.ip, event.data["reason"]) == ("signer", IP, "Not the agreed price.")
    steps.beat()
    assert at_provider(sandbox, envelope) == "withdrawn"
    assert steps.kinds(envelope)[-1] == "withdrawn_at_provider"
    envelope.refresh_from_db()
    assert envelope.next_check_at is None


def test_who_has_declined_or_signed_cannot_decline(sandbox):
    envelope = steps.signing(sandbox)
    first, second = (sign.signer_for(steps.token_of(email)) for email in steps.emails(envelope))
    sandbox.sign(first.email)
    steps.beat()
    with pytest.raises(sign.NoLongerOpen):
        sign.decline(first, "", IP, BROWSER)
    sign.decline(second, "", IP, BROWSER)
    with pytest.raises(sign.NoLongerOpen):
        sign.decline(second, "", IP, BROWSER)


def test_cancelling_tells_the_invited_and_withdraws(sandbox):
    envelope = steps.signing(sandbox)

    cancel(envelope, envelope.created_by, IP)

    assert envelope.state == State.CANCELLED
    assert sorted(recipients()[2:]) == sorted(steps.emails(envelope))
    steps.beat()
    assert at_provider(sandbox, envelope) == "withdrawn"
    with pytest.raises(NotPossible):
        cancel(envelope, envelope.created_by, IP)


def test_a_signature_that_raced_with_the_cancelling_is_fetched_and_kept(sandbox):
    envelope = steps.signing(sandbox)
    steps.signed_by_all(sandbox, envelope)
    cancel(envelope, envelope.created_by, IP)

    steps.beat()

    envelope.refresh_from_db()
    assert envelope.state == State.COMPLETED, envelope.last_problem
    assert envelope.signed is not None
    assert steps.kinds(envelope)[-4:] == ["signed", "all_signed", "archived", "completed"]


def test_right_before_the_withdrawal_we_look_once_more(sandbox):
    envelope = steps.signing(sandbox)
    cancel(envelope, envelope.created_by, IP)
    steps.signed_by_all(sandbox, envelope)

    assert not withdraw_at_provider(envelope.pk)

    envelope.refresh_from_db()
    assert envelope.state == State.COMPLETED, envelope.last_problem


def test_a_withdrawal_that_fails_is_tried_again(sandbox):
    envelope = steps.signing(sandbox)
    sandbox.fault("error_500_before", f"signatures/{envelope.provider_reference}", method="DELETE", times=2)
    cancel(envelope, envelope.created_by, IP)
    steps.beat()
    assert at_provider(sandbox, envelope) == "signing"

    steps.beat()
    steps.beat()

    assert at_provider(sandbox, envelope) == "withdrawn"


def test_the_first_generation_cannot_withdraw_and_is_watched(sandbox, settings):
    settings.PROVIDER_GENERATION = "firmadigitale"
    envelope = steps.signing(sandbox)
    cancel(envelope, envelope.created_by, IP)
    steps.beat()
    envelope.refresh_from_db()
    assert envelope.next_check_at is not None

    steps.signed_by_all(sandbox, envelope)
    steps.beat()

    envelope.refresh_from_db()
    assert envelope.state == State.COMPLETED, envelope.last_problem


def test_the_last_day_belongs_to_the_signers_and_the_day_after_does_not(sandbox):
    today, yesterday = steps.signing(sandbox), steps.signing(sandbox)
    Envelope.objects.filter(pk=today.pk).update(expires_on=timezone.localdate())
    Envelope.objects.filter(pk=yesterday.pk).update(expires_on=timezone.localdate() - timedelta(days=1))

    tasks.remind_and_expire()
    tasks.remind_and_expire()

    today.refresh_from_db()
    yesterday.refresh_from_db()
    assert (today.state, yesterday.state) == (State.SIGNING, State.EXPIRED)
    assert recipients().count(yesterday.created_by.email) == 1
    steps.beat()
    assert at_provider(sandbox, yesterday) == "withdrawn"


def remind(days_after_invitation: int = 0, days_before_end: int = 20, **fields) -> list[str]:
    """Run the reminders as if so many days had gone by; who was written to."""
    before = len(mail.outbox)
    Signer.objects.update(
        invited_at=timezone.now() - timedelta(days=days_after_invitation, hours=1), **fields
    )
    Envelope.objects.update(expires_on=timezone.localdate() + timedelta(days=days_before_end))
    tasks.remind_and_expire()
    return [message.to[0] for message in mail.outbox[before:]]


def test_the_silent_are_reminded_once(sandbox):
    envelope = steps.signing(sandbox)
    assert remind(days_after_invitation=4) == []

    assert remind(days_after_invitation=5) == steps.emails(envelope)
    assert remind(days_after_invitation=9, reminded_at=timezone.now() - timedelta(days=4)) == []


def test_when_the_last_days_come_the_unsigned_are_reminded_once_more(sandbox):
    envelope = steps.signing(sandbox)
    first, second = steps.emails(envelope)
    sandbox.sign(first)
    steps.beat()

    assert remind(
        days_after_invitation=20, days_before_end=3, reminded_at=timezone.now() - timedelta(days=15)
    ) == [second]
    assert (
        remind(
            days_after_invitation=21,
            days_before_end=2,
            reminded_at=timezone.now() - timedelta(days=1, hours=2),
        )
        == []
    )


def test_nobody_is_reminded_on_the_day_of_the_invitation(sandbox):
    steps.signing(sandbox)

    assert remind(days_after_invitation=0, days_before_end=2) == []


def test_a_reminder_voids_the_earlier_address(sandbox):
    envelope = steps.signing(sandbox)
    email = steps.emails(envelope)[0]
    before = steps.token_of(email)
    remind(days_after_invitation=6)

    assert sign.signer_for(before) is None
    assert sign.signer_for(steps.token_of(email)).email == email


def test_what_was_seen_needs_no_attention_any_more(sandbox):
    envelope = steps.signing(sandbox)
    sign.decline(sign.signer_for(steps.token_of(steps.emails(envelope)[0])), "", IP, BROWSER)
    needing = Envelope.objects.for_organisation(envelope.organisation).needing_attention
    assert needing().count() == 1
    envelope.refresh_from_db()

    acknowledge(envelope)

    assert needing().count() == 0


def test_who_is_no_member_any_more_hears_nothing_and_the_owners_do():
    envelope = EnvelopeFactory(signing=True)
    sender = MemberFactory(organisation=envelope.organisation, user=envelope.created_by, role="sender")
    owners = MemberFactory.create_batch(2, organisation=envelope.organisation)
    MemberFactory(organisation=envelope.organisation, user__is_active=False)
    MemberFactory(organisation=envelope.organisation, role="accountant")
    MemberFactory()
    sender.delete()
    token = give_token(envelope.signers.first())
    sign.decline(sign.signer_for(token), "The price is not the agreed one.", "192.0.2.8", "Firefox")
    told = Mail.objects.filter(kind="sender_declined").values_list("recipient", flat=True)
    assert sorted(told) == sorted(owner.user.email for owner in owners)


def test_somebody_without_a_name_and_with_the_longest_of_addresses_stands_in_the_history():
    address = f"{'a' * 60}@{'.'.join(['b' * 63] * 3)}.it"[:254]
    member = MemberFactory(user__email=address, user__name="")
    envelope = EnvelopeFactory(signing=True, organisation=member.organisation, created_by=member.user)
    cancel(envelope, member.user, IP)
    assert envelope.events.last().actor_name == address[:200]
    assert first_break(envelope.events.order_by("number")) is None
    intended = PurchaseFactory(organisation=member.organisation)
    assert fence.withdraw(intended, who=str(member.user))
