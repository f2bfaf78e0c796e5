"""Organisations, people, envelopes and signers in every state, for tests of every app.

``EnvelopeFactory()`` is a draft with a two-page PDF in the archive and nobody to sign it. Traits carry it further:
``ready`` (two signers with their places), ``buying``, ``awaiting_credit``, ``unclear``, ``preparing``, ``signing`` (both
invited), ``collecting``, ``completed``, ``declined``, ``expired``, ``cancelled``, ``failed``. ``SignerFactory(token="…")`` is an
invited signer whose address is known; ``give_token(signer)`` makes one afterwards.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from billing.models import Price, Product, Purchase
from customers.models import Membership, Organisation, User
from documents.flows.store import store
from documents.models import StoredFile
from documents.tests import samples
from signatures.envelopes.models import Envelope, EnvelopeEvent, Placement, Signer
from vault import digest_of, new_token, seal

PAGES = 2


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Bottega {n} Srl")
    address = "Via Roma 1"
    postal_code = "50131"
    city = "Firenze"
    province = "FI"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@bottega.example")
    name = factory.Sequence(lambda n: f"Giulia Ferri {n}")
    language = "en"


class MemberFactory(DjangoModelFactory[Membership]):
    """A person in an organisation; ``MemberFactory(role="viewer").user`` is the one to log in."""

    class Meta:
        model = Membership

    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(UserFactory)
    role = Membership.Role.OWNER


class SellPriceFactory(DjangoModelFactory[Price]):
    """What a signer costs everybody: 0.95 EUR without VAT."""

    class Meta:
        model = Price

    side = Price.Side.SELL
    product = Product.SIMPLE_SIGNATURE
    amount = Decimal("0.95")
    valid_from = factory.LazyFunction(lambda: timezone.now() - timedelta(days=30))
    source = "Price list of the tests"


class PurchaseFactory(DjangoModelFactory[Purchase]):
    """An intent to buy for two signers; ``bought=True`` with the provider's reference."""

    class Meta:
        model = Purchase

    class Params:
        bought = factory.Trait(
            state=Purchase.State.BOUGHT,
            provider_reference=factory.Sequence(lambda n: f"procedure-{n}"),
            attempts=1,
            sent_at=factory.LazyFunction(timezone.now),
            settled_at=factory.LazyFunction(timezone.now),
        )

    organisation = factory.SubFactory(OrganisationFactory)
    fact_key = factory.Sequence(lambda n: f"envelope:{n}")
    product = Product.SIMPLE_SIGNATURE
    generation = "esignature"
    quantity = 2
    expected_cost = Decimal("1.40")
    request_digest = "0" * 64
    callback_key = factory.LazyFunction(new_token)


class SignerFactory(DjangoModelFactory[Signer]):
    """A signer of a draft. Traits: ``invited``, ``opened``, ``signed``, ``declined``; ``token`` is the address' secret part."""

    class Meta:
        model = Signer

    class Params:
        token = ""
        invited = factory.Trait(
            state=Signer.State.INVITED,
            invited_at=factory.LazyFunction(timezone.now),
            provider_reference=factory.Sequence(lambda n: f"signer-{n}"),
            sealed_link=factory.LazyFunction(
                lambda: seal("http://localhost:8001/sign/secret", "signer-link")
            ),
        )
        opened = factory.Trait(
            invited=True, state=Signer.State.OPENED, opened_at=factory.LazyFunction(timezone.now)
        )
        signed = factory.Trait(
            opened=True, state=Signer.State.SIGNED, signed_at=factory.LazyFunction(timezone.now)
        )
        declined = factory.Trait(
            opened=True,
            state=Signer.State.DECLINED,
            declined_at=factory.LazyFunction(timezone.now),
            decline_reason="The price is not the agreed one.",
        )

    envelope = factory.SubFactory("signatures.envelopes.tests.factories.EnvelopeFactory")
    position = factory.Sequence(lambda n: n + 10)
    name = "Anna"
    surname = "Rossi"
    email = factory.Sequence(lambda n: f"signer{n}@example.com")
    mobile = "+393331234567"
    language = "en"
    token_digest = factory.LazyAttribute(lambda signer: digest_of(signer.token) if signer.token else None)


class PlacementFactory(DjangoModelFactory[Placement]):
    class Meta:
        model = Placement

    signer = factory.SubFactory(SignerFactory)
    page = PAGES
    place = Placement.Place.BOTTOM_RIGHT


class PlacedSignerFactory(SignerFactory):
    """A signer who signs in one place."""

    class Meta:
        skip_postgeneration_save = True

    class Params:
        place = Placement.Place.BOTTOM_LEFT

    @factory.post_generation
    def placed(self: Signer, create: bool, extracted: str | None, **kwargs: Any) -> None:  # type: ignore[misc]
        """``placed="top_left"``: another place than the one of the signer's position."""
        usual = Placement.Place.BOTTOM_RIGHT if self.position == 2 else Placement.Place.BOTTOM_LEFT
        PlacementFactory(signer=self, place=extracted or usual)


def _two(**traits: Any) -> dict[str, Any]:
    """Anna Rossi on the left and Luc Martin on the right."""
    return {
        "first_signer": factory.RelatedFactory(PlacedSignerFactory, "envelope", position=1, **traits),
        "second_signer": factory.RelatedFactory(
            PlacedSignerFactory, "envelope", position=2, name="Luc", surname="Martin", **traits
        ),
    }


def _stored(envelope: Any, text: str) -> StoredFile:
    return store(envelope.organisation, samples.plain(pages=PAGES, text=text), "application/pdf")


def _sent(state: str, **fields: Any) -> dict[str, Any]:
    return {
        "state": state,
        "generation": "esignature",
        "sent_at": factory.LazyFunction(timezone.now),
        **fields,
    }


def _bought(state: str, **fields: Any) -> dict[str, Any]:
    return _sent(
        state,
        purchase=factory.SubFactory(
            PurchaseFactory, bought=True, organisation=factory.SelfAttribute("..organisation")
        ),
        provider_reference=factory.LazyAttribute(lambda envelope: envelope.purchase.provider_reference),
        **fields,
    )


def _ended(state: str, **fields: Any) -> dict[str, Any]:
    return _bought(state, ended_at=factory.LazyFunction(timezone.now), **fields)


_INTENDED = {
    "purchase": factory.SubFactory(PurchaseFactory, organisation=factory.SelfAttribute("..organisation"))
}
_PROOF = {
    "signed": factory.LazyAttribute(lambda envelope: _stored(envelope, f"Signed {envelope.title}")),
    "audit_trail": factory.LazyAttribute(
        lambda envelope: store(
            envelope.organisation, f'{{"procedure": "{envelope.title}"}}'.encode(), "application/json"
        )
    ),
    "audit_trail_pdf": factory.LazyAttribute(lambda envelope: _stored(envelope, f"Trail {envelope.title}")),
    "validation": {
        "is_intact": True,
        "is_trusted": True,
        "covers_whole_document": True,
        "begins_with_original": True,
        "signatures": [],
        "problems": [],
    },
}


class EnvelopeFactory(DjangoModelFactory[Envelope]):
    class Meta:
        model = Envelope
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(state=Envelope.State.DRAFT)
        ready = factory.Trait(**_two())
        buying = factory.Trait(**_two(), **_sent(Envelope.State.BUYING), **_INTENDED)
        awaiting_credit = factory.Trait(**_two(), **_sent(Envelope.State.AWAITING_CREDIT), **_INTENDED)
        unclear = factory.Trait(**_two(), **_sent(Envelope.State.UNCLEAR), **_INTENDED)
        preparing = factory.Trait(**_two(), **_bought(Envelope.State.PREPARING))
        signing = factory.Trait(**_two(invited=True), **_bought(Envelope.State.SIGNING))
        collecting = factory.Trait(**_two(signed=True), **_bought(Envelope.State.COLLECTING))
        completed = factory.Trait(**_two(signed=True), **_ended(Envelope.State.COMPLETED), **_PROOF)
        declined = factory.Trait(**_two(declined=True), **_ended(Envelope.State.DECLINED))
        expired = factory.Trait(**_two(invited=True), **_ended(Envelope.State.EXPIRED))
        cancelled = factory.Trait(**_two(invited=True), **_ended(Envelope.State.CANCELLED))
        failed = factory.Trait(**_two(), **_ended(Envelope.State.FAILED))

    organisation = factory.SubFactory(OrganisationFactory)
    created_by = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda n: f"Supply contract {n}")
    filename = "contract.pdf"
    original = factory.LazyAttribute(lambda envelope: _stored(envelope, envelope.title))
    page_sizes = factory.LazyFunction(lambda: [[595.0, 842.0]] * PAGES)


class EventFactory:
    """``EventFactory(envelope, "sent", …)`` adds an event to an envelope's history."""

    def __new__(cls, envelope: Envelope, kind: str, **fields: Any) -> Any:
        return EnvelopeEvent.append(envelope, kind, **fields)


def give_token(signer: Signer) -> str:
    """The secret part of this signer's address, fresh."""
    token = new_token()
    signer.token_digest = digest_of(token)
    signer.save(update_fields=["token_digest"])
    return token
