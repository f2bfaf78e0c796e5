"""People, orders and activations in every state.

``ActivationFactory()`` is one of a draft. Traits carry it further: ``waiting``, ``awaiting_stock``, ``unclear``,
``refused``, ``cancelled``, and those whose voucher was bought: ``handed_over``, ``opened``, ``failed``, ``active``, ``ended``,
``closed``. ``give_address(activation)`` makes an address of its person's page.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from billing.models import Price, Product, Purchase
from customers.tests.factories import OrganisationFactory, UserFactory
from spid.flows.addresses import new_address
from spid.flows.hand_over import Person
from spid.flows.stock import LINK_PURPOSE, reference_of
from spid.models import Activation, IdentityProvider, Order, Voucher
from vault import new_token, seal

State = Activation.State
LINK = "http://localhost:8001/wizard/userSelfRegistration?voucher="
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10,
                 22, 25, 24, 23], strict=True))  # fmt: skip


def tax_code(number: int, year: int = 80) -> str:
    """A valid codice fiscale of an invented adult; another one for each number."""
    letters = "BCDFGHJKLM"
    digits = f"{number:06d}"
    names = "".join(letters[int(digit)] for digit in digits)
    body = f"{names}{year:02d}A01H501"
    total = sum(
        _ODD[sign] if place % 2 == 0 else (int(sign) if sign.isdigit() else ord(sign) - 65)
        for place, sign in enumerate(body)
    )
    return body + chr(65 + total % 26)


def person(number: int, **changes: Any) -> Person:
    """A person to order for, all of whose contacts are their own."""
    fields = {
        "name": "Anna",
        "surname": f"Rossi {number}",
        "tax_code": tax_code(number),
        "email": f"anna{number}@example.it",
        "mobile": f"+39333{number:07d}",
        "language": "en",
    }
    return Person(**{**fields, **changes})


class SellPriceFactory(DjangoModelFactory[Price]):
    """What an activation costs everybody: 19.90 EUR without VAT."""

    class Meta:
        model = Price

    side = Price.Side.SELL
    product = Product.SPID
    amount = Decimal("19.90")
    valid_from = factory.LazyFunction(lambda: timezone.now() - timedelta(days=30))
    source = "Price list of the tests"


def _price() -> Price:
    """The price that is there, or a new one."""
    return Price.objects.filter(side=Price.Side.SELL, product=Product.SPID).first() or SellPriceFactory()


class OrderFactory(DjangoModelFactory[Order]):
    """A draft of an order; ``placed=True`` with its agreed price."""

    class Meta:
        model = Order

    class Params:
        placed = factory.Trait(
            ordered_at=factory.LazyFunction(timezone.now), sale=factory.LazyFunction(_price)
        )

    organisation = factory.SubFactory(OrganisationFactory)
    created_by = factory.SubFactory(UserFactory)


class PurchaseFactory(DjangoModelFactory[Purchase]):
    """An intent to buy a voucher; ``bought=True`` with its reference."""

    class Meta:
        model = Purchase

    class Params:
        bought = factory.Trait(
            state=Purchase.State.BOUGHT,
            provider_reference=factory.Sequence(lambda n: f"spid-{n:032x}"),
            attempts=1,
            sent_at=factory.LazyFunction(timezone.now),
            settled_at=factory.LazyFunction(timezone.now),
        )

    organisation = factory.SubFactory(OrganisationFactory)
    fact_key = factory.Sequence(lambda n: f"spid:{n}")
    product = Product.SPID
    generation = "firmadigitale"
    line = "spid"
    quantity = 1
    expected_cost = Decimal("14.20")
    request_digest = "0" * 64
    callback_key = factory.LazyFunction(new_token)


def _placed(state: str, purchase: str = Purchase.State.INTENDED, **fields: Any) -> dict[str, Any]:
    return {
        "state": state,
        "order": factory.SubFactory(
            OrderFactory, placed=True, organisation=factory.SelfAttribute("..organisation")
        ),
        "purchase": factory.SubFactory(
            PurchaseFactory, state=purchase, organisation=factory.SelfAttribute("..organisation")
        ),
        **fields,
    }


def _bought(state: str, **fields: Any) -> dict[str, Any]:
    return {
        **_placed(state),
        "purchase": factory.SubFactory(
            PurchaseFactory, bought=True, organisation=factory.SelfAttribute("..organisation")
        ),
        "handed_over_at": factory.LazyFunction(timezone.now),
        "has_voucher": factory.RelatedFactory(
            "spid.tests.factories.VoucherFactory",
            "activation",
            purchase=factory.SelfAttribute("..purchase"),
        ),
        **fields,
    }


def _told(state: str, **fields: Any) -> dict[str, Any]:
    return _bought(state, opened_at=factory.LazyFunction(timezone.now), **fields)


class ActivationFactory(DjangoModelFactory[Activation]):
    class Meta:
        model = Activation
        skip_postgeneration_save = True

    class Params:
        waiting = factory.Trait(**_placed(State.BUYING))
        awaiting_stock = factory.Trait(**_placed(State.AWAITING_STOCK, Purchase.State.AWAITING_STOCK))
        unclear = factory.Trait(**_placed(State.UNCLEAR, Purchase.State.UNDECIDED))
        refused = factory.Trait(**_placed(State.REFUSED, Purchase.State.REFUSED))
        cancelled = factory.Trait(**_placed(State.CANCELLED, Purchase.State.WITHDRAWN))
        handed_over = factory.Trait(**_bought(State.HANDED_OVER))
        opened = factory.Trait(**_told(State.OPENED))
        failed = factory.Trait(**_told(State.FAILED, failure=Activation.Failure.CAMERA))
        active = factory.Trait(
            **_told(
                State.ACTIVE,
                active_since=factory.LazyFunction(timezone.localdate),
                last_used_on=factory.LazyFunction(timezone.localdate),
            )
        )
        ended = factory.Trait(**_told(State.ENDED, active_since=factory.LazyFunction(timezone.localdate)))
        closed = factory.Trait(**_bought(State.CLOSED))

    organisation = factory.SubFactory(OrganisationFactory)
    order = factory.SubFactory(OrderFactory, organisation=factory.SelfAttribute("..organisation"))
    provider = factory.LazyFunction(lambda: IdentityProvider.objects.get(is_sold=True))
    position = 1
    name = "Anna"
    surname = factory.Sequence(lambda n: f"Rossi {n}")
    tax_code = factory.Sequence(lambda n: tax_code(n))
    email = factory.Sequence(lambda n: f"holder{n}@example.com")
    mobile = factory.Sequence(lambda n: f"+39347{n:07d}")
    language = "en"


class VoucherFactory(DjangoModelFactory[Voucher]):
    """A voucher in stock, or of an ``activation``."""

    class Meta:
        model = Voucher

    class Params:
        link = factory.LazyFunction(lambda: LINK + new_token())

    purchase = factory.SubFactory(PurchaseFactory, bought=True)
    reference = factory.LazyAttribute(lambda voucher: reference_of(voucher.link))
    sealed_link = factory.LazyAttribute(lambda voucher: seal(voucher.link, LINK_PURPOSE))
    source = Voucher.Source.ANSWER


def give_address(activation: Activation) -> str:
    """The secret part of one more address of this person's page."""
    return new_address(activation)
