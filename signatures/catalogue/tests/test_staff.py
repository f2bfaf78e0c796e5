"""Staff's pages of the catalogue: read it, see what changed, decide what is sold to whom."""

import pytest
from django.urls import reverse

from customers.tests.factories import staff_client
from signatures.catalogue.flows.sync import sync_catalogue
from signatures.catalogue.models import CatalogueChange, Offer
from signatures.certificates.tests.factories import CatalogueProductFactory, OfferFactory, sold
from upstream.tests.server import Reply

from .conftest import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return staff_client()


def change_page(offer):
    return reverse("admin:signatures_offer_change", args=[offer.pk])


def test_staff_read_the_catalogue_when_they_want(staff, offers):
    offers(row("FIRREM"), row("NUOVO"))
    answer = staff.post(reverse("admin:signatures_catalogue_sync"), follow=True)
    page = answer.content.decode()
    assert "The catalogue was read. 2 changes." in page
    assert "unknown: cannot be sold" in page


def test_a_provider_out_of_reach_is_said_and_changes_nothing(staff, offers):
    offers(reply=Reply(503, {"success": False, "message": "closed for repairs"}))
    page = staff.post(reverse("admin:signatures_catalogue_sync"), follow=True).content.decode()
    assert "The provider could not be asked" in page
    assert not Offer.objects.exists()


def test_reading_it_is_no_link_that_somebody_could_follow(staff, offers):
    offers(row("FIRREM"))
    assert staff.get(reverse("admin:signatures_catalogue_sync")).status_code == 405


@pytest.mark.parametrize("page", ["catalogueproduct", "cataloguechange", "offer"])
def test_the_lists_are_there(staff, offers, page):
    offers(row("FIRREM"), row("NUOVO", None))
    sync_catalogue()
    offers(row("FIRREM", 30))
    sync_catalogue()
    assert staff.get(reverse(f"admin:signatures_{page}_changelist")).status_code == 200


def test_changes_are_looked_at_and_never_edited(staff, offers):
    offers(row("FIRREM"))
    sync_catalogue()
    change = CatalogueChange.objects.get()
    page = staff.get(reverse("admin:signatures_cataloguechange_change", args=[change.pk])).content.decode()
    assert "FIRREM" in page
    assert 'name="_save"' not in page


def test_staff_decide_what_is_sold_to_whom_under_which_name(staff):
    offer = OfferFactory(is_sold=False)
    typed = {"is_sold": "on", "kinds": ["business", "professional"], "position": "5", "name_it": "Firma remota", "name_fr": "",
             "name_en": "", "description_it": "", "description_fr": "", "description_en": ""}  # fmt: skip
    assert staff.post(change_page(offer), typed).status_code == 302
    offer.refresh_from_db()
    assert (offer.is_sold, offer.kinds, offer.position, offer.name_it) == (
        True,
        ["business", "professional"],
        5,
        "Firma remota",
    )
    assert offer.is_for("business")
    assert not offer.is_for("consumer")


def test_a_code_that_is_new_to_us_cannot_be_sold(staff):
    offer = OfferFactory(product=CatalogueProductFactory(code="NUOVO"), is_sold=False)
    answer = staff.post(change_page(offer), {"is_sold": "on", "position": "5"})
    assert answer.status_code == 200
    assert "so it cannot be sold" in answer.content.decode()
    assert not Offer.objects.get().is_sold


def test_a_missing_price_is_told_where_it_is_missed(staff):
    sold("KEY", price=None)
    sold("FIRREM")
    page = staff.get(reverse("admin:signatures_offer_changelist")).content.decode()
    assert "missing: add it to the price book" in page
    assert "39.00" in page


def test_the_list_of_offers_asks_a_constant_number_of_questions(staff, django_assert_max_num_queries):
    sold()
    with django_assert_max_num_queries(16):
        assert staff.get(reverse("admin:signatures_offer_changelist")).status_code == 200


def test_only_staff_who_may_change_offers_read_the_catalogue(offers):
    offers(row("FIRREM"))
    client = staff_client(is_superuser=False)
    assert client.post(reverse("admin:signatures_catalogue_sync")).status_code == 403
    assert not Offer.objects.exists()
