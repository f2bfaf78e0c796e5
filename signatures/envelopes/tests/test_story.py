"""The whole way of an envelope, against the sandbox over HTTP, in both generations."""

import pytest

from billing.models import Usage
from facts.chain import first_break
from signatures.envelopes.models import Envelope, Signer

from . import steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sell_price")]
State = Envelope.State


@pytest.mark.parametrize("generation", ["esignature", "firmadigitale"])
def test_two_people_sign_and_everything_comes_home(sandbox, settings, generation):
    settings.PROVIDER_GENERATION = generation

    envelope = steps.ordered()
    assert envelope.state == State.PREPARING
    sandbox.validated()
    steps.beat()
    for email in steps.emails(envelope):
        sandbox.sign(email)
    steps.beat()

    envelope.refresh_from_db()
    assert envelope.state == State.COMPLETED, envelope.last_problem
    assert set(envelope.signers.values_list("state", flat=True)) == {Signer.State.SIGNED}
    assert envelope.validation["is_intact"]
    assert len(envelope.validation["signatures"]) == 2
    assert envelope.audit_trail.size > 0
    assert bool(envelope.audit_trail_pdf) == (generation == "esignature")
    assert (
        envelope.signed.retain_until.year
        == envelope.ended_at.year + 10
        == envelope.original.retain_until.year
    )
    assert first_break(envelope.events.order_by("number")) is None
    steps.books_agree(sandbox)
    assert Usage.objects.count() == 2
