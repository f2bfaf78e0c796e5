"""Each billable fact is one row, once, with the prices of its day frozen on it."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.flows.meter import MeteredPerson, meter
from billing.flows.quote import quote
from billing.models import Price, Product, Tariff, Usage
from billing.models.price_book import PriceMissing
from billing.models.usage import usage_id
from billing.money import to_cents
from customers.models import CustomerGroup
from facts.append_only import FactIsFinal

from .factories import BoughtFactory, CostFactory, CustomerFactory, PriceFactory, open_price_book

pytestmark = pytest.mark.django_db


def people(*keys: str) -> list[MeteredPerson]:
    envelope = uuid.uuid5(uuid.NAMESPACE_URL, "envelope")
    return [MeteredPerson(key, f"Person {key}", envelope, "Supply contract") for key in keys]


def test_every_person_is_metered_once_however_often_it_is_told():
    open_price_book()
    purchase, now = BoughtFactory(), timezone.now()

    assert meter(purchase, people("a", "b"), now) == 2
    assert meter(purchase, people("a", "b"), now) == 0

    assert Usage.objects.count() == 2
    row = Usage.objects.get(person_key="a")
    assert row.pk == usage_id(purchase.organisation_id, purchase.product, purchase.provider_reference, "a")
    assert (row.unit_price, row.unit_cost, row.vat_rate) == (
        Decimal("0.95"),
        Decimal("0.70"),
        Decimal("22.00"),
    )


def test_the_database_itself_refuses_a_second_row_for_a_fact():
    open_price_book()
    purchase = BoughtFactory()
    meter(purchase, people("a"), timezone.now())
    row = Usage.objects.get()
    row.pk, row._state.adding = uuid.uuid4(), True

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_usage_is_never_changed():
    open_price_book()
    meter(BoughtFactory(), people("a"), timezone.now())

    with pytest.raises(FactIsFinal):
        Usage.objects.get().save()
    with pytest.raises(FactIsFinal):
        Usage.objects.all().update(unit_price=0)


def test_the_price_of_the_day_counts_and_a_later_one_changes_nothing():
    open_price_book("0.95")
    purchase, then = BoughtFactory(), timezone.now() - timedelta(days=2)
    PriceFactory(amount=Decimal("1.20"), valid_from=timezone.now() - timedelta(days=1))
    CostFactory(amount=Decimal("0.90"), valid_from=timezone.now() - timedelta(days=1))

    meter(purchase, people("a"), then)
    meter(purchase, people("b"), timezone.now())

    prices = dict(Usage.objects.values_list("person_key", "unit_price"))
    costs = dict(Usage.objects.values_list("person_key", "unit_cost"))
    assert prices == {"a": Decimal("0.95"), "b": Decimal("1.20")}
    assert costs == {"a": Decimal("0.70"), "b": Decimal("0.90")}


def test_the_tariff_of_the_purchase_decides_about_the_cost():
    open_price_book()
    meter(BoughtFactory(tariff=Tariff.SUBSCRIPTION), people("a"), timezone.now())

    assert Usage.objects.get().unit_cost == Decimal("0.14")


def test_a_groups_price_goes_before_everybodys_and_after_the_customers_own():
    group = CustomerGroup.objects.create(name="Associates")
    member, loner = CustomerFactory(group=group), CustomerFactory()
    now = timezone.now()
    PriceFactory(group=group, amount=Decimal("0.60"), valid_from=now - timedelta(days=40))
    PriceFactory(group=CustomerGroup.objects.create(name="Others"), amount=Decimal("0.10"))
    PriceFactory(amount=Decimal("0.95"), valid_from=now - timedelta(days=1))
    assert Price.objects.sale(Product.SIMPLE_SIGNATURE, member, now).amount == Decimal("0.60")
    assert Price.objects.sale(Product.SIMPLE_SIGNATURE, loner, now).amount == Decimal("0.95")
    PriceFactory(organisation=member, amount=Decimal("0.80"), valid_from=now - timedelta(days=90))
    assert Price.objects.sale(Product.SIMPLE_SIGNATURE, member, now).amount == Decimal("0.80")
    with pytest.raises(IntegrityError), transaction.atomic():
        PriceFactory(organisation=member, group=group)
    with pytest.raises(IntegrityError), transaction.atomic():
        CostFactory(group=group, tariff="single")


def test_a_customers_own_price_goes_before_everybodys():
    open_price_book("0.95")
    special, ordinary = CustomerFactory(), CustomerFactory()
    PriceFactory(organisation=special, amount=Decimal("0.80"))

    def price(customer):
        return quote(customer, Product.SIMPLE_SIGNATURE, 1, timezone.now()).unit_price

    assert (price(special), price(ordinary)) == (Decimal("0.80"), Decimal("0.95"))


def test_a_quote_is_rounded_once_half_up():
    open_price_book("0.335")
    offer = quote(CustomerFactory(), Product.SIMPLE_SIGNATURE, 3, timezone.now())

    assert (offer.net, offer.vat, offer.gross) == (Decimal("1.01"), Decimal("0.22"), Decimal("1.23"))
    assert to_cents(Decimal("0.125")) == Decimal("0.13")


def test_without_a_price_nothing_can_be_quoted():
    with pytest.raises(PriceMissing):
        quote(CustomerFactory(), Product.SIMPLE_SIGNATURE, 1, timezone.now())
    assert Price.objects.filter(side=Price.Side.SELL).count() == 0
