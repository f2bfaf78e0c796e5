"""Pages of an order on its way, as members use them: papers, arrival, withdrawal, codes, and what a viewer sees."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from customers.tests.factories import member_client
from documents.flows.store import read
from documents.tests import pictures, samples, signing
from signatures.catalogue.models import Offer
from signatures.certificates.flows import review
from signatures.certificates.flows.attach import files_of
from signatures.certificates.models import Order, OrderFile

from . import steps
from .factories import OrderFactory, OrderFileFactory, sold

pytestmark = pytest.mark.django_db(transaction=True)
State, Kind = Order.State, OrderFile.Kind


def waiting_for_papers(membership, **fields) -> Order:
    order = OrderFactory(
        organisation=membership.organisation, created_by=membership.user, documents_needed=True, **fields
    )
    blank = samples.plain(pages=2, text="Modulo")
    OrderFileFactory(order=order, kind=Kind.FORM_BLANK, data=blank, filename="modulo-a1b2c.pdf")
    return order


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="application/octet-stream")


def address(name: str, order: Order, *more: str) -> str:
    return reverse(f"orders:{name}", args=[order.pk, *more])


def test_the_papers_are_downloaded_signed_pictured_and_handed_in(settings, tmp_path):
    settings.TRUST_ROOTS = signing.trust(tmp_path)
    client, membership = member_client("sender")
    order = waiting_for_papers(membership)
    page = client.get(address("papers", order)).content.decode()
    assert "Download the form" in page
    assert address("papers", order) in client.get(address("detail", order)).content.decode()
    blank = client.get(address("blank_form", order))
    assert blank["Content-Disposition"] == 'attachment; filename="modulo-a1b2c.pdf"'
    signed = signing.sign(b"".join(blank), "Mario Rossi")

    client.post(address("upload_form", order), {"signed": upload("modulo.pdf", signed)})
    half = client.post(address("papers", order), follow=True)
    assert "Still missing: ID document, front." in half.content.decode()
    client.post(address("upload", order, "id_front"), {"file": upload("front.jpg", pictures.jpeg())})
    done = client.post(address("papers", order), follow=True)

    assert "The papers are with us" in done.content.decode()
    order.refresh_from_db()
    assert order.state == State.IN_REVIEW
    assert read(files_of(order)[Kind.FORM_SIGNED].stored_file) == signed
    assert client.get(address("papers", order)).status_code == 302


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("modulo.pdf", None, "without a signature"),
        ("modulo.pdf", signing.sign(samples.plain(pages=2, text="Other"), "Mario Rossi"), "on another file"),
        ("modulo.p7m", b"\0\1\2 no file at all", "no signed file"),
        ("a\0b.pdf", b"", "empty"),
    ],
)
def test_a_wrong_upload_is_told_beside_the_field(name, data, said):
    client, membership = member_client("owner")
    order = waiting_for_papers(membership)
    data = read(files_of(order)[Kind.FORM_BLANK].stored_file) if data is None else data
    answer = client.post(address("upload_form", order), {"signed": upload(name, data)})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Kind.FORM_SIGNED not in files_of(order)


def test_an_upload_of_nothing_says_so():
    client, membership = member_client("owner")
    order = waiting_for_papers(membership)
    assert client.post(address("upload_form", order)).status_code == 422


def test_pages_of_a_scan_come_together_and_can_be_taken_out_again():
    client, membership = member_client("owner")
    order = waiting_for_papers(membership)
    pages = [upload(f"{side}.jpg", pictures.jpeg(side)) for side in ("front", "back")]
    client.post(address("upload_form", order), {"signed": pages})
    assert files_of(order)[Kind.FORM_SIGNED].page_count == 2
    client.post(address("remove_form", order))
    assert Kind.FORM_SIGNED not in files_of(order)


def test_the_page_waits_for_the_form_and_shows_it_by_itself():
    client, membership = member_client("owner")
    order = OrderFactory(organisation=membership.organisation, documents_needed=True)
    assert "preparing the form" in client.get(address("papers", order)).content.decode()
    assert client.get(address("papers", order), headers={"HX-Request": "true"}).status_code == 204
    OrderFileFactory(order=order, kind=Kind.FORM_BLANK)
    answer = client.get(address("papers", order), headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"


def test_what_staff_returned_is_read_and_answered_on_the_same_pages():
    client, membership = member_client("owner")
    order = waiting_for_papers(membership)
    Order.objects.filter(pk=order.pk).update(state=State.IN_REVIEW)
    order.refresh_from_db()
    review.send_back(
        order, steps.staff(), "192.0.2.9", review.digests_of(order), ["side_missing"], "The <b>back</b>."
    )
    for name in ("detail", "papers"):
        page = client.get(address(name, order)).content.decode()
        assert "One side of the document is missing" in page
        assert "The &lt;b&gt;back&lt;/b&gt;." in page


def test_an_order_returned_before_it_was_bought_is_corrected_in_its_form(sandbox):
    client, membership = member_client("owner")
    order = steps.ordered("OTPMOB", member=membership)
    review.send_back(order, steps.staff(), "192.0.2.9", review.digests_of(order), ["name_mismatch"])
    page = client.get(address("detail", order)).content.decode()
    assert address("review", order) in page
    assert client.get(address("papers", order)).status_code == 302
    client.post(address("review", order))
    order.refresh_from_db()
    assert order.state == State.IN_REVIEW


def test_a_shipment_is_said_to_have_arrived_once():
    client, membership = member_client("sender")
    order = OrderFactory(organisation=membership.organisation, code="KEY", issued=True, tracking="SB123IT")
    assert "SB123IT" in client.get(address("detail", order)).content.decode()
    client.post(address("arrived", order))
    order.refresh_from_db()
    assert order.state == State.DELIVERED
    assert client.post(address("arrived", order)).status_code == 302


def test_an_order_is_withdrawn_on_its_page(sandbox, no_queue):
    client, membership = member_client("sender")
    order = steps.ordered("FIRREM", member=membership)
    assert "Withdraw the order" in client.get(address("detail", order)).content.decode()
    client.post(address("withdraw", order))
    order.refresh_from_db()
    assert order.state == State.WITHDRAWN
    assert "cannot be withdrawn" in client.post(address("withdraw", order), follow=True).content.decode()


def test_an_original_is_posted_on_its_page():
    client, membership = member_client("sender")
    order = OrderFactory(
        organisation=membership.organisation, submitted=True, paper_address="Corso Vecchio 8, Terni"
    )
    assert client.get(address("post", order)).status_code == 302
    sold("FIRREM")
    Offer.objects.update(wants_paper=True)
    assert "Corso Vecchio 8" in client.get(address("post", order)).content.decode()
    late = client.post(address("post", order), {"posted_on": steps.in_days(2).isoformat()})
    assert late.status_code == 422
    client.post(address("post", order), {"posted_on": steps.in_days(0).isoformat(), "tracking": "RA1IT"})
    assert "RA1IT" in client.get(address("detail", order)).content.decode()


def test_a_viewer_sees_what_happened_and_nothing_of_the_person(sandbox):
    viewer, membership = member_client("viewer")
    order = steps.ordered("FIRREM", member=steps.member_of(membership))
    sandbox.move_order(order.provider_reference, "evasa")
    steps.beat()
    page = viewer.get(address("detail", order)).content.decode()
    assert "Fulfilled by the maker" in page
    for personal in ("Mario", "mario.rossi", "RSSMRA85C15H501R", "567"):
        assert personal not in page


def test_the_page_of_an_order_costs_the_same_however_much_has_happened(django_assert_max_num_queries):
    client, membership = member_client("owner")
    order = waiting_for_papers(membership)
    client.get(address("detail", order))
    with django_assert_max_num_queries(30):
        client.get(address("detail", order))
