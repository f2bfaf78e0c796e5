"""The factories make envelopes that the database takes, in every state."""

import pytest

from signatures.envelopes.models import Envelope

from .factories import EnvelopeFactory, SignerFactory, give_token

TRAITS = [state for state in Envelope.State.values if state != "draft"] + ["ready"]


@pytest.mark.django_db
@pytest.mark.parametrize("trait", TRAITS)
def test_every_trait_is_an_envelope_with_two_placed_signers(trait: str) -> None:
    envelope = EnvelopeFactory(**{trait: True})

    assert envelope.state == ("draft" if trait == "ready" else trait)
    assert [signer.full_name for signer in envelope.signers.all()] == ["Anna Rossi", "Luc Martin"]
    assert all(signer.placements.count() == 1 for signer in envelope.signers.all())


@pytest.mark.django_db
def test_a_token_leads_to_its_signer() -> None:
    signer = SignerFactory(invited=True)

    assert len(give_token(signer)) > 30
    assert signer.token_digest
