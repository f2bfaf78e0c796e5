"""Pictures of the ID document: taken in, seen, replaced, joined; refused with what to do."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from customers.tests.factories import member_client
from documents.flows.store import read
from documents.models import StoredFile
from documents.tests import pictures as samples
from documents.tests import samples as pdfs
from facts.chain import first_break
from signatures.certificates.flows.attach import files_of, missing_sides
from signatures.certificates.flows.sweep import discard
from signatures.certificates.models import OrderFile

from .factories import OrderFactory, details

pytestmark = pytest.mark.django_db
CARD = details(document={"document_kind": "cie", "document_number": "CA12345BB"})


@pytest.fixture
def sender():
    client, membership = member_client("sender")
    order = OrderFactory(organisation=membership.organisation, code="OTPMOB", details=CARD)
    return client, order


def upload(client, order, kind, data, name="IMG_0001.HEIC", field="file", **headers):
    file = SimpleUploadedFile(name, data, content_type="application/octet-stream")
    return client.post(reverse("orders:upload", args=[order.pk, kind]), {field: file}, headers=headers)


def shown(client, order, kind):
    return client.get(reverse("orders:file", args=[order.pk, kind]))


@pytest.mark.parametrize(
    "make", [samples.jpeg, samples.png, samples.webp, samples.heic, samples.with_metadata]
)
def test_a_picture_is_kept_as_jpeg_and_shown_as_it_is_kept(sender, make):
    client, order = sender
    answer = upload(client, order, "id_front", make(), field="photo")
    assert answer["Location"] == reverse("orders:step", args=[order.pk, "pictures"])
    file = OrderFile.objects.get(kind="id_front")
    assert (file.media_type, file.filename) == ("image/jpeg", "IMG_0001.jpg")
    answer = shown(client, order, "id_front")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8")
    assert b"Canary" not in answer.content
    assert answer["Cache-Control"] == "private, no-store"


def test_both_sides_are_joined_into_one_pdf(sender):
    client, order = sender
    upload(client, order, "id_front", samples.jpeg("front"))
    assert missing_sides(order, files_of(order)) == ["id_back"]
    upload(client, order, "id_back", samples.jpeg("back"))
    assert missing_sides(order, files_of(order)) == []
    joined = files_of(order)["id_joined"]
    assert (joined.page_count, joined.media_type) == (2, "application/pdf")
    assert shown(client, order, "id_joined").content.startswith(b"%PDF-")
    assert "Complete." in client.get(reverse("orders:pictures", args=[order.pk])).content.decode()


def test_one_pdf_may_hold_both_sides(sender):
    client, order = sender
    upload(client, order, "id_front", pdfs.plain(pages=2), name="carta.pdf")
    assert missing_sides(order, files_of(order)) == []
    assert files_of(order)["id_front"].filename == "carta.pdf"


def test_both_sides_together_are_no_book(sender):
    client, order = sender
    upload(client, order, "id_front", pdfs.plain(pages=8), name="carta.pdf")
    answer = upload(client, order, "id_back", samples.jpeg("back"))
    assert answer.status_code == 422
    assert "These are 9 pages; 8 is the most." in answer.content.decode()
    assert set(files_of(order)) == {"id_front", "id_joined"}


def test_of_a_passport_one_page_is_enough(sender):
    client, order = sender
    order.details = details(document={"document_kind": "passport"})
    order.save()
    upload(client, order, "id_front", samples.jpeg())
    assert missing_sides(order, files_of(order)) == []
    assert "Page with the photo" in client.get(reverse("orders:pictures", args=[order.pk])).content.decode()


@pytest.mark.parametrize(("make", "words"), [
    (samples.gif, "This is neither a picture nor a PDF."),
    (samples.truncated, "This file is damaged or incomplete."),
    (samples.tiny, "This picture has only 200 × 125 points"),
    (lambda: b"", "This file is empty."),
    (lambda: samples.bomb(), "This picture has more than 50 megapixels."),
    (pdfs.javascript, "This PDF contains a program"),
    (pdfs.encrypted_user, "This PDF opens only with a password."),
    (lambda: pdfs.plain(pages=9), "These are 9 pages; 8 is the most."),
])  # fmt: skip
def test_a_bad_file_is_refused_beside_its_side_with_what_to_do(sender, make, words):
    client, order = sender
    upload(client, order, "id_back", samples.jpeg("back"))
    answer = upload(client, order, "id_front", make())
    text = answer.content.decode().replace("&#x27;", "'")
    assert answer.status_code == 422
    assert words in text
    assert list(files_of(order)) != []
    assert "id_front" not in files_of(order)


def test_by_htmx_only_the_sides_are_answered(sender):
    client, order = sender
    answer = upload(client, order, "id_front", samples.jpeg(), **{"hx-request": "true"})
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith('<div id="sides"')


def test_what_can_hardly_be_read_is_said_and_kept_for_staff(sender):
    client, order = sender
    upload(client, order, "id_front", samples.blurred())
    assert "looks blurred" in client.get(reverse("orders:pictures", args=[order.pk])).content.decode()
    assert files_of(order)["id_front"].remarks == ["blurred"]


def test_the_same_picture_is_not_taken_for_both_sides(sender):
    client, order = sender
    upload(client, order, "id_front", samples.jpeg())
    answer = upload(client, order, "id_back", samples.png())
    again = upload(client, order, "id_back", samples.jpeg())
    assert again.status_code == 422
    assert "the same picture as of the other side" in again.content.decode()
    assert answer.status_code == 302


def test_another_picture_takes_the_place_of_the_first_and_the_pdf_follows(sender):
    client, order = sender
    upload(client, order, "id_front", samples.jpeg("front"))
    before = files_of(order)["id_joined"].sha256
    upload(client, order, "id_front", samples.jpeg("back"))
    assert OrderFile.objects.filter(order=order, kind="id_front").count() == 2
    assert files_of(order)["id_joined"].sha256 != before
    client.post(reverse("orders:remove", args=[order.pk, "id_front"]))
    assert files_of(order) == {}
    assert shown(client, order, "id_front").status_code == 404
    assert shown(client, order, "id_joined").status_code == 404


@pytest.mark.parametrize("kind", ["id_joined", "form_signed", "nonsense"])
def test_only_sides_are_uploaded_here(sender, kind):
    client, order = sender
    assert upload(client, order, kind, samples.jpeg()).status_code == 404
    assert client.post(reverse("orders:remove", args=[order.pk, kind])).status_code == 404


@pytest.mark.parametrize(("trait", "takes"), [("returned", True), ("documents_needed", True), ("submitted", False),
                                              ("issued", False), ("rejected", False)])  # fmt: skip
def test_after_the_order_pictures_are_taken_only_while_they_are_asked_for(trait, takes):
    client, membership = member_client("sender")
    order = OrderFactory(organisation=membership.organisation, code="KEY", details=CARD, **{trait: True})
    answer = upload(client, order, "id_front", samples.jpeg())
    assert answer.status_code == (302 if takes else 404)
    kinds = list(order.events.values_list("kind", flat=True))
    assert kinds == (["picture_uploaded"] if takes else [])
    assert first_break(order.events.order_by("number")) is None


def test_products_without_an_id_document_take_none():
    client, membership = member_client("sender")
    order = OrderFactory(organisation=membership.organisation, code="LETTORE", empty=True)
    assert upload(client, order, "id_front", samples.jpeg()).status_code == 404


def test_the_archive_keeps_no_byte_of_the_place_where_it_was_taken(sender):
    client, order = sender
    upload(client, order, "id_front", samples.with_metadata())
    upload(client, order, "id_back", samples.heic())
    kept = [read(stored) for stored in StoredFile.objects.all()]
    assert len(kept) == 4  # front, joined alone, back, joined
    assert not any(b"Canary" in data or b"Exif" in data for data in kept)


def test_a_draft_that_is_thrown_away_takes_its_pictures_along(sender):
    client, order = sender
    upload(client, order, "id_front", samples.jpeg("front"))
    upload(client, order, "id_back", samples.jpeg("back"))
    discard(order)
    assert not StoredFile.objects.present().exists()
    assert not OrderFile.objects.exists()


def test_a_draft_that_shares_a_picture_leaves_it_to_the_other(sender):
    client, order = sender
    second = OrderFactory(organisation=order.organisation, code="OTPMOB", details=CARD)
    for one in (order, second):
        upload(client, one, "id_front", samples.jpeg("front"))
    discard(order)
    assert shown(client, second, "id_front").status_code == 200
