"""A price book and purchases for tests. Costs and the VAT rate stand in every database (``billing.start_prices``)."""

from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from billing.models import Plan, PlanAllowance, Price, Product, Purchase, Tariff
from customers.models import Organisation
from vault import new_token


class CustomerFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Conceria {n} Srl")
    address = "Via del Corso 2"
    postal_code = "56029"
    city = "Santa Croce sull'Arno"
    province = "PI"


class PriceFactory(DjangoModelFactory[Price]):
    """What one signer costs a customer; ``organisation`` for a price of their own."""

    class Meta:
        model = Price

    side = Price.Side.SELL
    product = Product.SIMPLE_SIGNATURE
    amount = Decimal("0.95")
    valid_from = factory.LazyFunction(lambda: timezone.now() - timedelta(days=30))
    source = "Price list of the tests"


class CostFactory(PriceFactory):
    """What one signer costs us."""

    side = Price.Side.BUY
    tariff = Tariff.SINGLE
    amount = Decimal("0.70")


class BoughtFactory(DjangoModelFactory[Purchase]):
    """A purchase for two signers that was bought."""

    class Meta:
        model = Purchase

    organisation = factory.SubFactory(CustomerFactory)
    fact_key = factory.Sequence(lambda n: f"test:{n}")
    product = Product.SIMPLE_SIGNATURE
    generation = "esignature"
    quantity = 2
    expected_cost = Decimal("1.40")
    request_digest = "0" * 64
    callback_key = factory.LazyFunction(new_token)
    state = Purchase.State.BOUGHT
    provider_reference = factory.Sequence(lambda n: f"{n:024x}")
    attempts = 1
    sent_at = factory.LazyFunction(timezone.now)
    settled_at = factory.LazyFunction(timezone.now)


def open_price_book(amount: str = "0.95") -> Price:
    """Everybody can buy, at this price."""
    return PriceFactory(amount=Decimal(amount))


class PlanFactory(DjangoModelFactory[Plan]):
    """A plan for everybody, 14.00 a month; ``plan_with`` gives it pieces."""

    class Meta:
        model = Plan

    code = factory.Sequence(lambda n: f"plan-{n}")
    name = factory.Sequence(lambda n: f"Studio {n}")
    fee = Decimal("14.00")
    valid_from = factory.LazyFunction(lambda: timezone.now() - timedelta(days=800))
    source = "Price list of the tests"


def plan_with(
    free: int = 0, included: int = 0, product: str = Product.SIMPLE_SIGNATURE, **fields: object
) -> Plan:
    """A plan that gives so many pieces of one product."""
    fee = {"fee": Decimal(str(fields.pop("fee")))} if "fee" in fields else {}
    plan = PlanFactory(**fields, **fee)
    if free or included:
        PlanAllowance(plan=plan, product=product, free=free, included=included).save()
    return plan
