"""What a signer does at our page."""

import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from signatures.envelopes.flows import invite, sign
from signatures.envelopes.flows.state import NotPossible
from signatures.envelopes.models import Envelope, Signer

from . import steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price")]
IP, BROWSER = "192.0.2.8", "Firefox"


def signers(envelope) -> list[Signer]:
    """As they come by the addresses in their mails."""
    return [sign.signer_for(steps.token_of(email)) for email in steps.emails(envelope)]


def test_the_way_to_the_providers_page_is_told_without_its_address(sandbox, caplog):
    caplog.set_level(logging.DEBUG)
    envelope = steps.signing(sandbox)
    first, _ = signers(envelope)
    sign.open_invitation(first, IP, BROWSER)
    sign.open_invitation(first, IP, BROWSER)
    assert sign.view_document(first, IP, BROWSER).startswith(b"%PDF-")

    link = sign.leave_to_sign(first, IP, BROWSER)

    assert link in sandbox.state()["sign_links"][envelope.provider_reference]
    assert steps.kinds(envelope)[-3:] == ["invitation_opened", "document_viewed", "left_to_sign"]
    secret, token = link.rsplit("/", 1)[-1], steps.token_of(first.email)
    told = str(list(envelope.events.values())) + str(list(Signer.objects.values())) + caplog.text
    assert secret not in told
    assert token not in told


def test_in_order_the_second_cannot_go_first(sandbox):
    envelope = steps.signing(sandbox, is_ordered=True)
    second = envelope.signers.get(position=2)

    with pytest.raises(sign.NotYourTurn):
        sign.leave_to_sign(second, IP, BROWSER)


def test_whoever_goes_to_sign_or_comes_back_is_looked_after_soon(sandbox):
    envelope = steps.signing(sandbox)
    first, _ = signers(envelope)
    Envelope.objects.update(next_check_at=timezone.now() + timedelta(hours=1))

    sign.leave_to_sign(first, IP, BROWSER)
    envelope.refresh_from_db()
    assert envelope.next_check_at < timezone.now() + timedelta(seconds=10)

    sign.come_back(first)
    envelope.refresh_from_db()
    assert envelope.next_check_at <= timezone.now()


def test_who_has_signed_cannot_go_again(sandbox):
    envelope = steps.signing(sandbox)
    first, _ = signers(envelope)
    sandbox.sign(first.email)
    steps.beat()

    with pytest.raises(sign.NoLongerOpen):
        sign.leave_to_sign(first, IP, BROWSER)


def test_a_resent_invitation_voids_the_earlier_one_and_cannot_be_sent_in_a_row(sandbox):
    envelope = steps.signing(sandbox)
    first, _ = signers(envelope)
    before = steps.token_of(first.email)
    with pytest.raises(invite.TooSoon):
        invite.resend(first, envelope.created_by, IP)
    Signer.objects.update(invited_at=timezone.now() - timedelta(minutes=5))

    invite.resend(first, envelope.created_by, IP)

    assert sign.signer_for(before) is None
    assert sign.signer_for(steps.token_of(first.email)) == first
    assert steps.kinds(envelope)[-1] == "invitation_resent"
    with pytest.raises(invite.TooSoon):
        invite.resend(first, envelope.created_by, IP)


def test_who_is_not_invited_yet_gets_no_mail_by_a_resend(sandbox):
    envelope = steps.signing(sandbox, is_ordered=True)

    with pytest.raises(NotPossible):
        invite.resend(envelope.signers.get(position=2), envelope.created_by, IP)


def test_a_copy_is_handed_out_when_the_sender_allows_it(sandbox):
    envelope = steps.signing(sandbox)
    steps.signed_by_all(sandbox, envelope)
    steps.beat()
    first, _ = signers(envelope)

    assert sign.copy_for(first, IP, BROWSER).startswith(b"%PDF-")
    assert steps.kinds(envelope)[-1] == "copy_downloaded"


def test_no_copy_is_handed_out_when_the_sender_keeps_it(sandbox):
    envelope = steps.signing(sandbox, gives_copy=False)
    first, _ = signers(envelope)
    steps.signed_by_all(sandbox, envelope)
    before = len(mail.outbox)
    steps.beat()

    assert [message.to[0] for message in mail.outbox[before:]] == [envelope.created_by.email]
    with pytest.raises(sign.NotAllowed):
        sign.copy_for(sign.signer_for(steps.token_of(first.email)), IP, BROWSER)
