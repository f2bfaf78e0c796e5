"""The shop: what a customer can buy, at their price, narrowed by what they answer."""

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.models import Price
from customers.models import Organisation
from customers.tests.factories import member_client
from signatures.catalogue.models import CatalogueProduct, Offer
from signatures.catalogue.products import PRODUCTS
from signatures.certificates.tests.factories import sold

pytestmark = pytest.mark.django_db
SHOP = "shop:shop"


@pytest.fixture
def sender():
    return member_client("sender")


def codes(client, **answers):
    return [item.facts.code for item in client.get(reverse(SHOP), answers).context["items"]]


def test_every_product_of_the_seven_families_can_be_found(sender):
    client, _ = sender
    sold()
    found = [code for need in ("new", "renew", "things", "identify") for code in codes(client, need=need)]
    assert sorted(found) == sorted(PRODUCTS)


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"way": "remote"}, "FIRREM FIRREM_VIDEO OTPMOB OTPDIS FIREST"),
        ({"way": "remote", "abroad": "no", "video": "yes"}, "FIRREM_VIDEO OTPMOB OTPDIS"),
        ({"cns": "yes", "reader": "yes"}, "KEYCNS KEYCNS_VIDEO ARUBAKEYCNS SMARTCARDCNS SMARTCARDCNS_VIDEO SCARUBACNS"),
        ({"way": "device", "reader": "no"}, "KEY KEYCNS KEYCNS_VIDEO ARUBAKEYCNS KIT KITCNS"),
        ({"way": "device", "reader": "yes", "cns": "yes", "video": "yes"}, "KEYCNS_VIDEO ARUBAKEYCNS SMARTCARDCNS_VIDEO SCARUBACNS"),
        ({"abroad": "yes"}, "FIREST"),
        ({"way": "remote", "cns": "yes"}, ""),
        ({"need": "renew", "way": "remote"}, "RINFIR RINCNS RINFIRREM"),
        ({"need": "things"}, "LETTORE FIR_V KEY_V FIRREM_V KEYCNS_V SMARTCARDCNS_V"),
        ({"need": "identify"}, "VIDEORIC"),
        ({"way": "by pigeon", "need": "nonsense"}, "*"),
    ],
)  # fmt: skip
def test_answers_narrow_the_list(sender, answers, found):
    client, _ = sender
    sold()
    wanted = set(PRODUCTS) if found == "*" else set(found.split())
    assert set(codes(client, **{"need": "new", **answers})) == wanted


def test_a_business_reads_prices_without_vat_and_a_consumer_with_it(sender):
    client, membership = sender
    sold("KEY")
    page = client.get(reverse(SHOP)).content.decode()
    assert "€39.00" in page
    assert "without VAT, €47.58 with it" in page
    Organisation.objects.filter(pk=membership.organisation_id).update(kind="consumer")
    page = client.get(reverse(SHOP)).content.decode()
    assert "€47.58" in page
    assert "VAT included" in page
    assert "€39.00" not in page


def test_what_is_compared_stands_on_every_product(sender):
    client, _ = sender
    sold("KITCNS")
    page = client.get(reverse(SHOP)).content.decode()
    for wanted in (
        "InfoCert",
        "Smart card, with a reader",
        "3 years",
        "a computer with a USB port, a valid ID document",
    ):
        assert wanted in page, wanted


def test_a_customers_own_price_is_shown(sender):
    client, membership = sender
    sold("KEY")
    Price(
        side="sell", product="order:KEY", organisation=membership.organisation, amount=Decimal(30), source="x"
    ).save()
    assert "€30.00" in client.get(reverse(SHOP)).content.decode()


@pytest.mark.parametrize("why", ["no price", "not sold", "gone", "no cost", "for others", "unknown"])
def test_what_cannot_be_bought_is_not_there(sender, why):
    client, _ = sender
    sold("KEY", price=None if why == "no price" else Decimal(39))
    products, offers = CatalogueProduct.objects.all(), Offer.objects.all()
    match why:
        case "not sold":
            offers.update(is_sold=False)
        case "gone":
            products.update(is_gone=True)
        case "no cost":
            products.update(cost=None)
        case "for others":
            offers.update(kinds=["public_body"])
        case "unknown":
            products.update(code="NUOVO")
    assert codes(client, need="new") == []
    assert client.post(reverse("orders:new"), {"code": "KEY"})["Location"] == reverse(SHOP)


def test_staffs_own_words_take_the_place_of_ours_in_their_language(sender):
    client, _ = sender
    sold("KEY")
    Offer.objects.update(name_en="Our key", description_it="La nostra chiave", position=1)
    page = client.get(reverse(SHOP)).content.decode()
    assert "Our key" in page
    assert "La nostra chiave" not in page
    assert "The Business Key" in page


def test_by_htmx_only_what_was_found_is_answered(sender):
    client, _ = sender
    sold("KEY")
    answer = client.get(reverse(SHOP), {"need": "new"}, headers={"hx-request": "true"})
    assert answer.content.decode().lstrip().startswith('<div id="found"')


def test_the_shop_asks_a_constant_number_of_questions(sender, django_assert_max_num_queries):
    client, _ = sender
    sold()
    with django_assert_max_num_queries(13):
        assert client.get(reverse(SHOP)).status_code == 200
