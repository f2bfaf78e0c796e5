"""An order says what the descriptions ask for, in the provider's own fields; what cannot be good is never sent."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from upstream import (
    IdDocumentKind,
    NewOrder,
    Paper,
    PapersOutcome,
    ProductFamily,
    Rejected,
    ShippingKind,
    family_of,
)
from upstream.order_request import italian, order_body

from .order_samples import (
    ABROAD,
    ARUBA,
    CARD,
    FAMILIES,
    FORM,
    HOME,
    HOOK,
    MARIA,
    ORDER,
    ORDER_KEY,
    READERS,
    RENEWAL,
    SCAN,
    STANDARD,
    VIDEO,
    order,
)
from .samples import wrapped
from .server import Reply
from .test_requests import CONFIG, OURS, official, validate

families = pytest.mark.parametrize(("new", "ours", "theirs"), list(FAMILIES.values()), ids=list(FAMILIES))


def sent(server, provider, new: NewOrder) -> dict[str, Any]:
    server.on(f"POST /richiesta/{new.code}", Reply(body=wrapped(order())))
    provider.qualified.create_order(new)
    body: dict[str, Any] = server.requests[-1].body
    return body


@families
def test_an_order_of_each_family_agrees_with_the_descriptions(server, provider, new, ours, theirs):
    body = sent(server, provider, new)
    validate(body, ours)
    official("firmadigitale.json", theirs).validate(body)


@families
def test_an_order_says_nothing_that_its_family_does_not_know(server, provider, new, ours, theirs):
    body = sent(server, provider, new)
    assert set(body) <= set(OURS["schemas"][ours]["properties"])


@pytest.mark.parametrize(
    "new",
    [
        replace(STANDARD, document=SCAN, form=FORM, note="Second floor", is_urgent=True, has_assistance=True),
        replace(STANDARD, shipping=ShippingKind.PRIORITY),
        replace(STANDARD, id_document=replace(CARD, expires_on=None)),
        replace(STANDARD, applicant=replace(MARIA, mobile="+33612345678", birth_province="EE")),
    ],
    ids=["whole", "priority", "no expiry", "foreign mobile"],
)
def test_every_variant_of_a_personal_order_agrees(server, provider, new):
    body = sent(server, provider, new)
    validate(body, "NewPersonalOrder")
    official("firmadigitale.json", "PostBodyFirme").validate(body)


def test_a_person_is_written_as_the_provider_reads_one():
    body = order_body(STANDARD, CONFIG)
    assert body["anagrafica"] == {
        "nome": "Maria Luisa", "cognome": "Bianchi", "email": "maria.bianchi@example.org",
        "cellulare": "3331234567", "codice_fiscale": "BNCMLS90T41F205K", "data_nascita": "01/12/1990",
        "sesso": "F", "comune_nascita": "Milano", "provincia_nascita": "MI", "nazione_nascita": "Italia",
        "indirizzo_residenza": "Via delle Magnolie 4", "comune_residenza": "Monza", "provincia_residenza": "MB",
        "cap_residenza": "20900", "nazione_residenza": "Italia", "destinatario": "Maria Luisa Bianchi",
        "indirizzo_spedizione": "Via delle Magnolie 4", "comune_spedizione": "Monza",
        "provincia_spedizione": "MB", "cap_spedizione": "20900", "tipo_documento": "carta identita",
        "numero_documento": "CA12345XY", "soggetto_emittente": "Comune di Monza",
        "data_emissione": "15/03/2023", "data_scadenza": "01/12/2033",
    }  # fmt: skip
    assert (body["urgenza"], body["spedizione"], body["assistenza"]) == (False, "ordinaria", False)


@pytest.mark.parametrize(
    ("kind", "word"),
    [(IdDocumentKind.PASSPORT, "passaporto"), (IdDocumentKind.DRIVING_LICENCE, "patente")],
)
def test_an_id_document_is_named_in_the_makers_words(kind, word):
    body = order_body(replace(STANDARD, id_document=replace(CARD, kind=kind)), CONFIG)
    assert body["anagrafica"]["tipo_documento"] == word


def test_what_is_open_in_the_contract_is_a_setting():
    changed = replace(CONFIG, order_mobiles="international", endless_expiry=date(2099, 12, 31))
    body = order_body(replace(STANDARD, id_document=replace(CARD, expires_on=None)), changed)
    assert body["anagrafica"]["cellulare"] == "+393331234567"
    assert body["anagrafica"]["data_scadenza"] == "31/12/2099"


def test_the_prefix_of_another_country_stays():
    assert order_body(replace(VIDEO, mobile="0033 6 12 34 56 78"), CONFIG)["cellulare"] == "+33612345678"


def test_a_date_has_its_noughts():
    assert italian(date(987, 6, 5)) == "05/06/0987"


def test_papers_travel_as_base64_with_their_names():
    body = order_body(replace(STANDARD, document=SCAN, form=FORM), CONFIG)
    assert base64.b64decode(body["documento"]) == SCAN.content
    assert base64.b64decode(body["modulo"]) == FORM.content
    assert (body["nome_documento"], body["nome_modulo"]) == ("document.pdf", "form.pdf")
    assert "documento" not in order_body(STANDARD, CONFIG)


def test_video_recognition_is_bought_along_with_an_aruba_order():
    assert order_body(replace(ARUBA, has_video_recognition=True), CONFIG)["videoriconoscimento"] is True


def test_readers_are_counted_and_sent_fast():
    body = order_body(READERS, CONFIG)
    assert (body["quantita"], body["spedizione"]) == (3, "veloce")
    assert body["anagrafica_spedizione"]["destinatario"] == "Maria Luisa Bianchi"


def test_the_callback_carries_the_key_in_its_object_and_in_its_address():
    assert order_body(RENEWAL, CONFIG)["callback"] == {
        "url": f"https://portal.example.org/hints/5b1f?key={ORDER_KEY}", "method": "JSON", "field": "data",
        "data": {"key": ORDER_KEY},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (replace(STANDARD, applicant=replace(MARIA, surname=" ")), "surname"),
        (replace(STANDARD, applicant=replace(MARIA, email="maria")), "e-mail"),
        (replace(STANDARD, applicant=replace(MARIA, mobile="none")), "mobile number"),
        (replace(STANDARD, address=replace(HOME, postal_code="")), "postal_code"),
        (replace(STANDARD, id_document=replace(CARD, number="")), "number"),
        (replace(STANDARD, id_document=replace(CARD, expires_on=date(2020, 1, 1))), "before it begins"),
        (replace(STANDARD, form=Paper("form.pdf", b"")), "a name and a content"),
        (replace(ARUBA, document=Paper(" ", b"%PDF")), "a name and a content"),
        (replace(VIDEO, email=""), "e-mail"),
        (replace(READERS, quantity=0), "one piece"),
        (replace(RENEWAL, callback_key=""), "callback key"),
        (replace(RENEWAL, code=" "), "product code"),
        (replace(RENEWAL, code="KEY"), "family is standard"),
        (replace(STANDARD, code="OTPMOB"), "family is aruba"),
        (replace(ABROAD, code="SPID_PER"), "family is spid"),
        (replace(RENEWAL, code="VIDEORIC"), "family is recognition"),
        (NewOrder(code="RINFIR", **HOOK), "no order of any family"),
    ],
)
def test_an_impossible_order_is_refused_before_it_is_sent(server, provider, new, says):
    with pytest.raises(Rejected, match=says) as caught:
        provider.qualified.create_order(new)
    assert caught.value.proves_not_bought
    assert server.requests == []


def test_a_code_that_is_new_to_us_is_ordered_as_we_are_told(server, provider):
    assert family_of("KEY_2027") is None
    sent(server, provider, replace(STANDARD, code="KEY_2027"))
    assert len(server.seen("POST /richiesta/KEY_2027")) == 1


def test_every_code_of_the_description_has_a_family():
    known = OURS["schemas"]["ProductCode"]["x-known-values"]
    assert {code for code in known if family_of(code) is None} == set()
    assert len(known) == 26


def test_only_personal_orders_have_a_form():
    assert [family for family in ProductFamily if family.has_request_form] == ["standard", "aruba"]
    assert [family for family in ProductFamily if family.needs_document_at_order] == ["aruba"]


def test_papers_that_follow_agree_with_the_descriptions(server, provider):
    server.on(f"PATCH /richiesta/{ORDER}", Reply(body=wrapped(order(modulo=True))))
    assert provider.qualified.submit_papers(ORDER, FORM, SCAN) is PapersOutcome.TAKEN
    body = server.requests[-1].body
    validate(body, "OrderPapers")
    official("firmadigitale.json", "PostBodyPatch").validate(body)
    provider.qualified.submit_papers(ORDER, document=SCAN)
    assert set(server.requests[-1].body) == {"documento", "nome_documento"}


def test_no_paper_is_nothing_to_send(server, provider):
    with pytest.raises(Rejected, match="no paper"):
        provider.qualified.submit_papers(ORDER)
    assert server.requests == []


def test_video_recognition_names_the_order(server, provider):
    server.on("POST /richiesta/VIDEORIC", Reply(body=wrapped(order(videoriconoscimento=True))))
    assert provider.qualified.add_video_recognition(ORDER).has_video_recognition
    body = server.requests[-1].body
    validate(body, "NewRecognition")
    official("firmadigitale.json", "PostBodyVideoriconoscimento").validate(body)
    with pytest.raises(Rejected):
        provider.qualified.add_video_recognition("")
