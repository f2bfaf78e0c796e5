"""Products by key: named by one registry, bought by who registered for them, metered at the price that was agreed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billing import products
from billing.flows import buyers
from billing.flows.meter import MeteredPerson, meter
from billing.flows.purchase import intend
from billing.models import Price, Purchase, Usage
from billing.models.price_book import PriceMissing

from .factories import BoughtFactory, CostFactory, CustomerFactory, PriceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def apples(monkeypatch):
    """An app that sells apples."""
    monkeypatch.setattr(products, "_sources", [*products._sources, lambda: {"apple:red": "Red apple"}])
    for key, cost, sale in (("apple:red", "2", "3"), ("apple:ribbon", "0.5", "1")):
        CostFactory(product=key, amount=Decimal(cost))
        PriceFactory(product=key, amount=Decimal(sale))


def test_products_of_apps_are_named_and_unknown_ones_keep_their_key(apples):
    assert products.label_of("apple:red") == "Red apple"
    assert products.label_of("simple_signature").startswith("Simple")
    assert products.label_of("pear") == "pear"
    assert ("apple:red", "Red apple") in products.choices()


def test_one_buyer_buys_all_products_of_its_kind(monkeypatch):
    monkeypatch.setattr(buyers, "_buyers", {"apple": "the fruiterer", "apple:gold": "the jeweller"})
    assert buyers.buyer_of(Purchase(product="apple:red")) == "the fruiterer"
    assert buyers.buyer_of(Purchase(product="apple:gold")) == "the jeweller"


def test_what_is_bought_along_is_expected_to_cost_too(apples):
    fields = {"fact_key": "basket:1", "product": "apple:red", "generation": "x", "quantity": 4, "tariff": "single",
              "request_digest": "0" * 64, "now": timezone.now()}  # fmt: skip
    purchase = intend(organisation=CustomerFactory(), along=["apple:ribbon"], **fields)
    assert purchase.expected_cost == Decimal("8.5")
    with pytest.raises(PriceMissing):
        intend(organisation=CustomerFactory(), along=["apple:box"], **{**fields, "fact_key": "basket:2"})


def test_usage_is_metered_at_the_price_that_was_agreed(apples):
    agreed = {
        key: Price.objects.sale(key, CustomerFactory(), timezone.now())
        for key in ("apple:red", "apple:ribbon")
    }
    Price(
        side="sell", product="apple:red", amount=Decimal(9), valid_from=timezone.now(), source="Dearer"
    ).save()
    wanted = [[key, 1, sale.pk] for key, sale in agreed.items()]
    purchase = BoughtFactory(product="apple:red", wanted=wanted)
    anna = MeteredPerson("anna", "Anna Rossi", purchase.pk, "A basket")
    meter(purchase, [anna], timezone.now())
    meter(purchase, [anna], timezone.now(), product="apple:ribbon")
    meter(purchase, [anna], timezone.now())
    lines = Usage.objects.order_by("product").values_list("product", "unit_price", "unit_cost")
    assert list(lines) == [
        ("apple:red", Decimal(3), Decimal(2)),
        ("apple:ribbon", Decimal(1), Decimal("0.5")),
    ]


def test_all_prices_of_a_shop_are_one_question(apples, django_assert_num_queries):
    mine = CustomerFactory()
    PriceFactory(product="apple:red", organisation=mine, amount=Decimal("2.5"))
    PriceFactory(product="apple:red", organisation=CustomerFactory(), amount=Decimal(1))
    PriceFactory(product="apple:ribbon", amount=Decimal(7), valid_from=timezone.now() + timedelta(days=1))
    with django_assert_num_queries(1):
        found = Price.objects.sales(["apple:red", "apple:ribbon", "pear"], mine, timezone.now())
    assert {key: price.amount for key, price in found.items()} == {
        "apple:red": Decimal("2.5"), "apple:ribbon": Decimal(1),
    }  # fmt: skip
