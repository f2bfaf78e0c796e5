"""What several people and workers do to the same thing in the same moment, on a database that lets them."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from billing.flows import purchase as fence
from billing.models import Purchase
from customers.flows.invite import accept, invite
from customers.models import Invitation, Membership
from documents.flows.erase import GRACE, sweep
from documents.flows.store import read, store
from documents.models import StoredFile
from documents.tests import samples
from facts.chain import first_break
from outbox.flows.deliver import deliver
from outbox.models import Mail
from signatures.envelopes.flows import follow, prepare, send, sign
from signatures.envelopes.flows.cancel import cancel
from signatures.envelopes.flows.invite import resend
from signatures.envelopes.flows.state import NotPossible
from signatures.envelopes.models import Envelope

from . import steps
from .factories import EnvelopeFactory, MemberFactory, UserFactory, give_token

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sell_price", "no_queue"),
    pytest.mark.postgres,
]
IP, BROWSER = "192.0.2.8", "Firefox"


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Start all of these together; gives what each returned or raised, in order."""
    together, outcomes = threading.Barrier(len(calls)), [None] * len(calls)

    def go(number: int, call: Callable[[], Any]) -> None:
        together.wait(timeout=20)
        try:
            outcomes[number] = call()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "they wait for each other"
    return outcomes


def kinds_of(outcomes: list[Any]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def history_holds(envelope: Envelope) -> bool:
    return first_break(envelope.events.order_by("number")) is None


def test_two_people_send_the_same_draft_and_it_is_bought_once():
    envelope = steps.draft()
    colleague = MemberFactory(organisation=envelope.organisation).user
    outcomes = at_once(
        *(
            lambda who=who: send.order(Envelope.objects.get(pk=envelope.pk), who, IP, steps.PRICE)
            for who in (envelope.created_by, colleague, envelope.created_by)
        )
    )
    assert kinds_of(outcomes) == ["NoneType", "NotPossible", "NotPossible"]
    assert Purchase.objects.count() == 1
    assert steps.kinds(envelope) == ["created", "sent"]
    assert history_holds(envelope)


def test_a_draft_is_sent_as_it_was_or_changed_before_and_never_in_between():
    for _ in range(5):
        envelope = steps.draft()
        signers = list(envelope.signers.all())

        def fewer(envelope: Envelope = envelope, first: Any = signers[0]) -> None:
            prepare.set_signers(
                envelope,
                [prepare.SignerInput(first.name, first.surname, first.email, "", "email", "it", pk=first.pk)],
            )

        sent, _changed = at_once(
            lambda envelope=envelope: send.order(envelope, envelope.created_by, IP, steps.PRICE), fewer
        )
        envelope.refresh_from_db()
        assert sent is None or isinstance(sent, send.Changed | send.NotReady)
        if envelope.state == Envelope.State.BUYING:
            assert envelope.purchase.quantity == envelope.signers.count()
            assert envelope.purchase.request_digest == send.request_digest(envelope)


def test_two_workers_claim_each_envelope_once():
    for _ in range(30):
        EnvelopeFactory(signing=True)
    Envelope.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
    batches = at_once(*[lambda: follow.claim(20)] * 4)
    claimed = [envelope.pk for batch in batches if batch for envelope in batch.things]
    assert len(claimed) == len(set(claimed))
    rest = follow.claim(100)
    claimed += [envelope.pk for envelope in rest.things] if rest else []
    assert len(set(claimed)) == 30


def test_two_workers_buy_a_purchase_once():
    purchase = Purchase.objects.get(envelope=steps.ordered())
    outcomes = at_once(*[lambda: fence.claim(purchase.pk, timezone.now())] * 6)
    assert len([claimed for claimed in outcomes if claimed]) == 1


def test_who_cancels_while_a_worker_begins_to_buy_wins_or_loses_whole():
    for _ in range(5):
        envelope = steps.ordered()
        purchase = Purchase.objects.get(envelope=envelope)
        cancelled, claimed = at_once(
            lambda envelope=envelope: cancel(envelope, envelope.created_by, IP),
            lambda purchase=purchase: fence.claim(purchase.pk, timezone.now()),
        )
        envelope.refresh_from_db()
        purchase.refresh_from_db()
        if claimed:
            assert isinstance(cancelled, NotPossible)
            assert (envelope.state, purchase.state) == (Envelope.State.BUYING, Purchase.State.SENDING)
        else:
            assert cancelled is None
            assert (envelope.state, purchase.state) == (Envelope.State.CANCELLED, Purchase.State.WITHDRAWN)


def test_an_envelope_that_everybody_ends_at_once_ends_once():
    member = MemberFactory()
    envelope = EnvelopeFactory(signing=True, organisation=member.organisation, created_by=member.user)
    people = [sign.signer_for(give_token(signer)) for signer in envelope.signers.all()]
    outcomes = at_once(
        *(lambda person=person: sign.decline(person, "No.", IP, BROWSER) for person in people),
        lambda: cancel(Envelope.objects.get(pk=envelope.pk), member.user, IP),
    )
    assert len([outcome for outcome in outcomes if outcome is None]) == 1
    assert kinds_of(outcomes)[-1] in {"NotPossible", "NoneType"}
    ends = [kind for kind in steps.kinds(envelope) if kind in {"declined", "cancelled"}]
    assert len(ends) == 1
    assert history_holds(envelope)
    assert Mail.objects.filter(kind__startswith="sender_").count() <= 1


def test_a_signer_goes_on_to_sign_while_the_invitation_is_sent_again_and_the_document_is_read():
    member = MemberFactory()
    envelope = EnvelopeFactory(signing=True, organisation=member.organisation, created_by=member.user)
    envelope.signers.update(invited_at=timezone.now() - timedelta(hours=1))
    signer = envelope.signers.first()
    person = sign.signer_for(give_token(signer))
    outcomes = at_once(
        lambda: sign.leave_to_sign(person, IP, BROWSER),
        lambda: resend(signer, member.user, IP),
        lambda: sign.view_document(
            sign.Signer.objects.select_related("envelope__original").get(pk=signer.pk), IP, BROWSER
        ),
        lambda: sign.open_invitation(sign.Signer.objects.get(pk=signer.pk), IP, BROWSER),
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert sorted(steps.kinds(envelope)) == sorted(
        ["left_to_sign", "invitation_resent", "document_viewed", "invitation_opened"]
    )
    assert history_holds(envelope)


def test_a_mail_that_six_workers_have_is_sent_once():
    letter = Mail.objects.create(
        kind="x", recipient="anna@example.it", language="it", subject="x", fact_key="x",
        sealed_text=steps.sealed("x"), sealed_html=steps.sealed("x"),
    )  # fmt: skip
    mail.outbox = []
    assert sum(at_once(*[lambda: deliver(letter.pk)] * 6)) == 1
    assert len(mail.outbox) == 1


def test_an_invitation_that_is_accepted_twice_makes_one_member():
    owner = MemberFactory()
    invitation = invite(owner.organisation, "paolo@example.it", "sender", owner.user)
    paolo = UserFactory(email="paolo@example.it")
    outcomes = at_once(*[lambda: accept(Invitation.objects.get(pk=invitation.pk), paolo)] * 4)
    assert kinds_of(outcomes) == ["Membership"] * 4
    assert Membership.objects.filter(user=paolo).count() == 1


def test_two_owners_who_invite_the_same_address_leave_one_open_invitation():
    owner = MemberFactory()
    at_once(*[lambda: invite(owner.organisation, "paolo@example.it", "sender", owner.user)] * 3)
    assert Invitation.objects.open(timezone.now()).count() == 1


def test_a_file_that_is_swept_while_it_is_stored_again_is_there_for_who_stored_it():
    organisation = MemberFactory().organisation
    data = samples.plain(text="Swept while stored")
    for _ in range(10):
        store(organisation, data, "application/pdf")
        StoredFile.objects.update(last_stored_at=timezone.now() - 2 * GRACE)
        stored, swept = at_once(lambda: store(organisation, data, "application/pdf"), sweep)
        assert not isinstance(swept, Exception)
        assert read(StoredFile.objects.get(pk=stored.pk)) == data
