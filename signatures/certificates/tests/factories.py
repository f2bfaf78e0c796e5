"""Orders and certificates in every state, for tests of every app.

``OrderFactory()`` is a filled draft of a remote signature for Mario Rossi (his tax code is the domain's vector).
Traits carry it further: ``buying``, ``queued``, ``unclear``, ``documents_needed``, ``in_review``, ``returned``,
``submitted``, ``identifying``, ``identified``, ``issued``, ``active``, ``rejected``, ``lapsed``, ``withdrawn``, ``failed``;
``empty=True`` is a draft that nobody has filled in. ``code="KEY"`` orders something else; ``details={…}`` says other
things. ``sold(…)`` puts products into the shop.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from billing.models import Price, Purchase
from documents.flows.store import store
from documents.tests import samples
from signatures.catalogue.models import CatalogueProduct, Offer
from signatures.catalogue.products import PRODUCTS, Covers, Device
from signatures.certificates.models import Certificate, Order, OrderFile
from signatures.envelopes.tests.factories import OrganisationFactory, UserFactory
from upstream import family_of
from vault import new_token

COST, PRICE = Decimal("25.70"), Decimal("39.00")

MARIO: dict[str, dict[str, Any]] = {
    "person": {
        "given_name": "Mario",
        "surname": "Rossi",
        "tax_code": "RSSMRA85C15H501R",
        "email": "mario.rossi@example.it",
        "mobile": "+393331234567",
        "language": "it",
    },
    "birth": {
        "sex": "M",
        "born_on": "1985-03-15",
        "birth_country": "IT",
        "birth_place": "Roma",
        "birth_province": "RM",
    },
    "residence": {
        "country": "IT",
        "street": "Via dei Mille 12",
        "municipality": "Firenze",
        "province": "FI",
        "postal_code": "50131",
    },
    "document": {
        "document_kind": "passport",
        "document_number": "YA1234567",
        "document_issuer": "Ministero degli Affari Esteri",
        "document_issued_on": "2024-05-06",
        "document_expires_on": "2034-05-05",
    },
    "options": {
        "recipient": "Mario Rossi",
        "street": "Via dei Mille 12",
        "municipality": "Firenze",
        "province": "FI",
        "postal_code": "50131",
        "note": "",
        "shipping": "standard",
        "has_assistance": False,
        "is_urgent": False,
    },
}


def details(**steps: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Mario's details, with other values in some steps: ``details(person={"given_name": "Maria"})``."""
    return {step: {**values, **steps.get(step, {})} for step, values in MARIO.items()} | {
        step: values for step, values in steps.items() if step not in MARIO
    }


class CatalogueProductFactory(DjangoModelFactory[CatalogueProduct]):
    class Meta:
        model = CatalogueProduct
        django_get_or_create = ("code",)

    code = "FIRREM"
    name = factory.LazyAttribute(lambda product: f"Prodotto {product.code}")
    maker = "InfoCert"
    cost = COST


class OfferFactory(DjangoModelFactory[Offer]):
    class Meta:
        model = Offer
        django_get_or_create = ("product",)

    product = factory.SubFactory(CatalogueProductFactory)
    is_sold = True


def sold(*codes: str, price: Decimal | None = PRICE, cost: Decimal = COST) -> None:
    """These products are in the shop, at this price (None: without any); without codes, all that we know."""
    at = timezone.now() - timedelta(days=30)
    for code in codes or PRODUCTS:
        facts = PRODUCTS[code]
        product = CatalogueProductFactory(
            code=code, maker=facts.maker, is_blank=code.endswith("_V"), cost=cost
        )
        OfferFactory(product=product)
        for side, amount in ((Price.Side.BUY, cost), (Price.Side.SELL, price)):
            if amount is not None and not Price.objects.filter(product=facts.key, side=side).exists():
                Price(product=facts.key, side=side, amount=amount, valid_from=at, source="Tests").save()


class OrderPurchaseFactory(DjangoModelFactory[Purchase]):
    """The intent to buy an order; ``bought=True`` with the provider's reference."""

    class Meta:
        model = Purchase

    class Params:
        bought = factory.Trait(
            state=Purchase.State.BOUGHT,
            provider_reference=factory.Sequence(lambda n: f"{n:024x}"),
            attempts=1,
            sent_at=factory.LazyFunction(timezone.now),
            settled_at=factory.LazyFunction(timezone.now),
        )

    organisation = factory.SubFactory(OrganisationFactory)
    fact_key = factory.Sequence(lambda n: f"order:{n}")
    product = "order:FIRREM"
    generation = "firmadigitale"
    quantity = 1
    expected_cost = COST
    request_digest = "0" * 64
    callback_key = factory.LazyFunction(new_token)


def _ordered(state: str, **fields: Any) -> dict[str, Any]:
    return {"state": state, "ordered_at": factory.LazyFunction(timezone.now), **fields}


def _intended(state: str) -> dict[str, Any]:
    purchase = factory.SubFactory(
        OrderPurchaseFactory,
        organisation=factory.SelfAttribute("..organisation"),
        product=factory.SelfAttribute("..product_key"),
    )
    return _ordered(state, purchase=purchase)


def _bought(state: str, word: str, **fields: Any) -> dict[str, Any]:
    purchase = factory.SubFactory(
        OrderPurchaseFactory,
        bought=True,
        organisation=factory.SelfAttribute("..organisation"),
        product=factory.SelfAttribute("..product_key"),
    )
    return _ordered(
        state,
        purchase=purchase,
        provider_reference=factory.LazyAttribute(lambda order: order.purchase.provider_reference),
        provider_number=factory.Sequence(lambda n: f"c{n:04x}"),
        provider_state=word,
        **fields,
    )


def _issued(state: str, **fields: Any) -> dict[str, Any]:
    return _bought(state, "evasa", issued_at=factory.LazyFunction(timezone.now), **fields)


def _ended(state: str) -> dict[str, Any]:
    return _bought(state, "in_riconoscimento", ended_at=factory.LazyFunction(timezone.now))


State = Order.State


class OrderFactory(DjangoModelFactory[Order]):
    class Meta:
        model = Order
        exclude = ("empty", "product_key")

    class Params:
        buying = factory.Trait(**_intended(State.BUYING))
        queued = factory.Trait(**_intended(State.QUEUED))
        unclear = factory.Trait(**_intended(State.UNCLEAR))
        documents_needed = factory.Trait(**_bought(State.DOCUMENTS_NEEDED, "in_riconoscimento"))
        in_review = factory.Trait(**_bought(State.IN_REVIEW, "in_riconoscimento"))
        returned = factory.Trait(**_bought(State.RETURNED, "in_riconoscimento"))
        submitted = factory.Trait(**_bought(State.SUBMITTED, "in_riconoscimento"))
        identifying = factory.Trait(
            **_bought(
                State.IDENTIFICATION_PENDING,
                "in_riconoscimento",
                identification_until=factory.LazyFunction(lambda: timezone.now() + timedelta(days=90)),
            )
        )
        identified = factory.Trait(**_bought(State.IDENTIFIED, "in_riconoscimento"))
        issued = factory.Trait(**_issued(State.ISSUED))
        active = factory.Trait(**_issued(State.ACTIVE, ended_at=factory.LazyFunction(timezone.now)))
        rejected = factory.Trait(**_ended(State.REJECTED))
        lapsed = factory.Trait(**_ended(State.LAPSED))
        withdrawn = factory.Trait(**_ended(State.WITHDRAWN))
        failed = factory.Trait(**_ordered(State.FAILED, ended_at=factory.LazyFunction(timezone.now)))

    empty = False
    organisation = factory.SubFactory(OrganisationFactory)
    created_by = factory.SubFactory(UserFactory)
    code = "FIRREM"
    product_key = factory.LazyAttribute(lambda order: f"order:{order.code}")
    family = factory.LazyAttribute(lambda order: str(family_of(order.code)))
    details = factory.LazyAttribute(lambda order: {} if order.empty else details())


class OrderFileFactory(DjangoModelFactory[OrderFile]):
    """A stored PDF of an order; ``kind`` says what it is."""

    class Meta:
        model = OrderFile
        exclude = ("data",)

    order = factory.SubFactory(OrderFactory)
    kind = OrderFile.Kind.ID_JOINED
    data = factory.Sequence(lambda n: samples.plain(pages=2, text=f"ID document {n}"))
    stored_file = factory.LazyAttribute(
        lambda file: store(file.order.organisation, file.data, "application/pdf")
    )
    sha256 = factory.LazyAttribute(lambda file: file.stored_file.sha256)
    filename = "document.pdf"
    media_type = "application/pdf"
    page_count = 2


class CertificateFactory(DjangoModelFactory[Certificate]):
    """Mario's remote certificate of InfoCert, two years old; ``expires_on`` moves it."""

    class Meta:
        model = Certificate

    organisation = factory.SubFactory(OrganisationFactory)
    holder_name = "Mario Rossi"
    holder = factory.LazyFunction(
        lambda: {name: MARIO["person"][name] for name in ("tax_code", "email", "mobile")}
    )
    maker = "InfoCert"
    device = Device.REMOTE
    covers = Covers.REMOTE
    code = "FIRREM"
    issued_on = factory.LazyAttribute(lambda one: one.expires_on - timedelta(days=1096))
    expires_on = factory.LazyFunction(lambda: date.today() + timedelta(days=366))
    device_since = factory.SelfAttribute("issued_on")
