"""The provider's catalogue here: taken over, its changes kept and told, its prices in the price book."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.models import Price
from outbox.models import Mail
from signatures.catalogue.flows.sync import sync_catalogue, sync_due
from signatures.catalogue.models import CatalogueChange, CatalogueProduct, Offer
from upstream import Unavailable
from upstream.tests.server import Reply

from .conftest import ROUTE, answer, row

pytestmark = pytest.mark.django_db
Kind = CatalogueChange.Kind


def kinds(changes):
    return [(change.code, change.kind, change.before, change.after) for change in changes]


def costs(code):
    return [row.amount for row in Price.objects.filter(product=f"order:{code}", side="buy").order_by("pk")]


def test_the_first_time_everything_appears_and_staff_hear_of_it_once(offers):
    offers(row("FIRREM"), row("LETTORE", 13, vergine=True), row("NUOVO", 99, maker="Namirial"))
    changes = sync_catalogue()
    assert [change.kind for change in changes] == [Kind.APPEARED] * 3
    product = CatalogueProduct.objects.get(code="FIRREM")
    assert (product.maker, product.cost, product.is_blank) == ("InfoCert", Decimal("25.7"), False)
    assert costs("FIRREM") == [Decimal("25.70")]
    assert Mail.objects.count() == 1


def test_nothing_is_sold_before_staff_say_so(offers):
    offers(row("FIRREM"), row("KEY"))
    sync_catalogue()
    assert Offer.objects.count() == 2
    assert not Offer.objects.sellable()


def test_what_has_a_price_already_is_sold_as_soon_as_it_appears(offers):
    Price(side="sell", product="order:FIRREM", amount=Decimal(39), source="Price list").save()
    Price(side="sell", product="order:NUOVO", amount=Decimal(39), source="Price list").save()
    offers(row("FIRREM"), row("KEY"), row("NUOVO"))
    sync_catalogue()
    assert [offer.product.code for offer in Offer.objects.filter(is_sold=True)] == ["FIRREM"]


def test_an_unchanged_catalogue_changes_nothing(offers):
    offers(row("FIRREM"))
    sync_catalogue()
    seen = CatalogueProduct.objects.get().last_seen_at
    assert sync_catalogue() == []
    assert CatalogueProduct.objects.get().last_seen_at > seen
    assert costs("FIRREM") == [Decimal("25.70")]


def test_what_changes_is_kept_and_told_one_by_one(offers):
    offers(row("FIRREM"), row("KEY", 40))
    sync_catalogue()
    Mail.objects.all().delete()
    offers(row("FIRREM", 27.5, name="Firma Remota"), row("OTPMOB", 21.7, maker="Aruba"))
    assert kinds(sync_catalogue()) == [
        ("FIRREM", Kind.PRICE, "25.7", "27.5"),
        ("FIRREM", Kind.RENAMED, "Firma FIRREM", "Firma Remota"),
        ("OTPMOB", Kind.APPEARED, "", "21.7"),
        ("KEY", Kind.GONE, "40", ""),
    ]
    assert Mail.objects.count() == 4
    assert costs("FIRREM") == [Decimal("25.70"), Decimal("27.50")]


def test_an_older_day_is_still_priced_as_it_was(offers):
    offers(row("FIRREM"))
    sync_catalogue()
    before = timezone.now()
    offers(row("FIRREM", 30))
    sync_catalogue()
    assert Price.objects.cost("order:FIRREM", "single", before).amount == Decimal("25.70")
    assert Price.objects.cost("order:FIRREM", "single", timezone.now()).amount == Decimal(30)


def test_what_is_gone_is_not_sold_and_comes_back_with_its_offer(offers):
    offers(row("FIRREM"), row("KEY"))
    sync_catalogue()
    Offer.objects.update(is_sold=True)
    offers(row("FIRREM"))
    sync_catalogue()
    assert [offer.product.code for offer in Offer.objects.sellable()] == ["FIRREM"]
    assert sync_catalogue() == []
    offers(row("FIRREM"), row("KEY"))
    assert kinds(sync_catalogue()) == [("KEY", Kind.BACK, "", "25.7")]
    assert Offer.objects.sellable().count() == 2


def test_a_code_that_is_new_to_us_is_never_sold(offers):
    offers(row("FIRREM"), row("NUOVO"))
    sync_catalogue()
    Offer.objects.update(is_sold=True)
    assert [offer.product.code for offer in Offer.objects.sellable()] == ["FIRREM"]


@pytest.mark.parametrize("price", [None, "on request", -3, 1e12])
def test_a_product_without_a_price_is_not_sold_and_staff_hear_of_it(offers, price):
    offers(row("FIRREM"))
    sync_catalogue()
    Offer.objects.update(is_sold=True)
    offers(row("FIRREM", price))
    assert kinds(sync_catalogue()) == [("FIRREM", Kind.PRICE, "25.7", "")]
    assert not Offer.objects.sellable()
    assert costs("FIRREM") == [Decimal("25.70")]


def test_a_cost_that_staff_have_corrected_stands_until_the_provider_changes_it(offers):
    offers(row("FIRREM"))
    sync_catalogue()
    Price(side="buy", product="order:FIRREM", amount=Decimal(20), source="agreed by mail").save()
    sync_catalogue()
    assert Price.objects.cost("order:FIRREM", "single", timezone.now()).amount == Decimal(20)


@pytest.mark.parametrize(
    "reply", [Reply(500, {"success": False}), Reply(hang_up=True), answer(), Reply(body=b"<html>")]
)
def test_a_provider_that_fails_changes_nothing(offers, reply):
    offers(row("FIRREM"))
    sync_catalogue()
    offers(reply=reply)
    with pytest.raises(Unavailable):
        sync_catalogue()
    assert not CatalogueProduct.objects.get().is_gone
    assert CatalogueChange.objects.count() == 1


def test_a_code_too_long_to_be_kept_is_told_and_stops_nobody(offers):
    offers(row("X" * 50), row("FIRREM"))
    sync_catalogue()
    assert CatalogueProduct.objects.get().code == "FIRREM"
    assert Mail.objects.filter(fact_key__startswith="alarm:catalogue-code").count() == 1


def test_the_clock_asks_only_when_it_is_time(offers):
    server = offers(row("FIRREM"))
    for _ in range(3):
        sync_due()
    assert len(server.seen(ROUTE)) == 1
    CatalogueProduct.objects.update(last_seen_at=timezone.now() - timedelta(hours=2))
    sync_due()
    assert len(server.seen(ROUTE)) == 2


def test_a_catalogue_that_cannot_be_read_for_a_day_is_told_once(offers):
    offers(row("FIRREM"))
    sync_due()
    Mail.objects.all().delete()
    CatalogueProduct.objects.update(last_seen_at=timezone.now() - timedelta(hours=25))
    offers(reply=Reply(503, {"success": False}))
    for _ in range(2):
        assert sync_due() == []
    assert Mail.objects.filter(fact_key__startswith="alarm:catalogue-stale").count() == 1
