"""What is sent to the provider: the port's own values, and a digest that changes with every one of them."""

from datetime import date

import pytest

from documents.flows.store import read
from signatures.certificates.flows.attach import files_of
from signatures.certificates.flows.request import VideoRequest, country_in_italian, request_digest, request_of
from signatures.certificates.models import OrderFile
from upstream import (
    IdDocumentKind,
    NewArubaOrder,
    NewForeignOrder,
    NewRenewalOrder,
    NewShippingOrder,
    NewStandardOrder,
    NewVideoOrder,
    ProviderConfig,
    ShippingKind,
)
from upstream.order_request import order_body

from .factories import MARIO, OrderFactory, OrderFileFactory, OrderPurchaseFactory, details

pytestmark = pytest.mark.django_db
CONFIG = ProviderConfig(
    esignature_url="http://127.0.0.1:9", firmadigitale_url="http://127.0.0.1:9", oauth_url="http://127.0.0.1:9",
    email="test@sigillo.example", api_key="key",
)  # fmt: skip
SHIPPING_ONLY = {"options": {**MARIO["options"], "email": "desk@example.it", "mobile": "+393331234567"}}


def request(code, **fields):
    order = OrderFactory(code=code, **fields)
    if order.product_family.needs_document_at_order:
        OrderFileFactory(order=order, kind=OrderFile.Kind.ID_JOINED)
    return order, request_of(order, OrderPurchaseFactory(organisation=order.organisation))


def test_a_standard_order_says_the_person_the_document_and_the_address():
    _, new = request(
        "KEY", details=details(options={"has_assistance": True, "shipping": "express", "note": "Al 2°"})
    )
    assert isinstance(new, NewStandardOrder)
    assert (new.applicant.name, new.applicant.surname) == ("Mario", "Rossi")
    assert new.applicant.born_on == date(1985, 3, 15)
    assert (new.applicant.birth_municipality, new.applicant.birth_province) == ("Roma", "RM")
    assert (new.applicant.birth_country, new.applicant.country) == ("Italia", "Italia")
    assert (new.id_document.kind, new.id_document.number) == (IdDocumentKind.PASSPORT, "YA1234567")
    assert (new.address.recipient, new.address.postal_code) == ("Mario Rossi", "50131")
    assert (new.has_assistance, new.shipping, new.note) == (True, ShippingKind.EXPRESS, "Al 2°")
    assert new.document is None
    assert new.callback_key in new.callback_url


def test_an_aruba_order_takes_the_joined_document_along():
    order, new = request("OTPMOB", details=details(options={"has_video": True}))
    assert isinstance(new, NewArubaOrder)
    assert new.document.content == read(files_of(order)["id_joined"].stored_file)
    assert new.has_video_recognition


def test_where_nothing_is_shipped_the_address_is_the_residence():
    kept = {step: values for step, values in details().items() if step != "options"}
    _, new = request("FIRREM", details=kept)
    assert (new.address.recipient, new.address.street) == ("Mario Rossi", "Via dei Mille 12")


def test_somebody_from_abroad_is_said_as_italian_registers_say_it():
    birth = {"birth_country": "DE", "birth_place": "Berlin", "birth_province": "EE"}
    home = {"country": "FR", "municipality": "Lyon", "province": "", "postal_code": "69001"}
    _, new = request("KEY", details=details(birth=birth, residence=home))
    assert (new.applicant.birth_country, new.applicant.birth_province) == ("Germania", "EE")
    assert (new.applicant.country, new.applicant.province) == ("Francia", "EE")
    assert country_in_italian("Z118", date(1975, 4, 12)) == "Jugoslavia"


def test_a_document_without_an_end_has_none():
    no_end = {"document_kind": "cie", "document_expires_on": None, "has_no_expiry": True}
    _, new = request("KEY", details=details(document=no_end))
    assert new.id_document.expires_on is None
    assert new.id_document.kind == IdDocumentKind.IDENTITY_CARD


@pytest.mark.parametrize(
    ("code", "kind", "fields"),
    [
        ("KEYCNS_VIDEO", NewVideoOrder, {}),
        ("LETTORE", NewShippingOrder, {"details": SHIPPING_ONLY, "quantity": 3}),
        ("FIR_V", NewShippingOrder, {"details": SHIPPING_ONLY}),
        ("RINFIRREM", NewRenewalOrder, {}),
        ("FIREST", NewForeignOrder, {}),
    ],
)
def test_the_other_families_say_only_what_they_must(code, kind, fields):
    order, new = request(code, **fields)
    assert type(new) is kind
    assert new.code == code
    if kind is NewShippingOrder:
        assert new.quantity == order.quantity
        assert new.email == "desk@example.it"
    if kind is NewVideoOrder:
        assert (new.email, new.mobile) == ("mario.rossi@example.it", "+393331234567")


def test_a_video_identification_names_the_order_that_it_belongs_to():
    aruba = OrderFactory(code="OTPMOB", identifying=True)
    _, new = request("VIDEORIC", organisation=aruba.organisation, video_for=aruba, empty=True)
    assert new == VideoRequest(aruba.provider_reference)


@pytest.mark.parametrize(
    "code", ["FIRREM", "KEY", "SCARUBACNS", "SMARTCARDCNS_VIDEO", "LETTORE", "RINFIR", "FIREST"]
)
def test_the_providers_client_takes_what_the_form_gives(code):
    fields = {"details": SHIPPING_ONLY} if code == "LETTORE" else {}
    _, new = request(code, **fields)
    assert order_body(new, CONFIG)["callback"]["data"] == {"key": new.callback_key}


@pytest.mark.parametrize(
    ("step", "field"),
    [(step, field) for step, values in MARIO.items() for field in values],
)
def test_the_digest_changes_with_everything_that_is_sent(step, field):
    changed = {**MARIO, step: {**MARIO[step], field: "xx"}}
    assert request_digest(OrderFactory(code="KEY")) != request_digest(
        OrderFactory(code="KEY", details=changed)
    )


def test_the_digest_is_the_same_for_the_same_order_and_changes_with_the_document():
    order = OrderFactory(code="OTPMOB")
    before = request_digest(order)
    typed = {**order.details, "typed": {"person": {"surname": "Ros"}}}
    order.details = typed
    assert request_digest(order) == before
    OrderFileFactory(order=order, kind=OrderFile.Kind.ID_JOINED)
    assert request_digest(order) != before
