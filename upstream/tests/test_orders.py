"""Catalogue and orders are read leniently, bought once, followed many at once, and their secrets kept apart."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstream import (
    Generation,
    InsufficientCredit,
    MemoryTokens,
    NotFound,
    Order,
    OrderState,
    OutcomeUnknown,
    PapersOutcome,
    Procedure,
    Provider,
    ProviderError,
    Rejected,
    ShippingKind,
    Throttled,
    Unavailable,
    tokens,
)
from upstream.calls import Answer
from upstream.order_words import order_state

from .conftest import config_for
from .order_samples import (
    ARUBA,
    CREDENTIALS,
    FAMILIES,
    FORM,
    FULL_DEVICE,
    MARIA,
    ORDER,
    ORDER_KEY,
    RENEWAL,
    STANDARD,
    order,
)
from .samples import LINK, envelope, refusal, wrapped
from .server import Reply
from .test_requests import OFFICIAL

AT = datetime(2026, 11, 24, 9, 15, 2, tzinfo=UTC)
GET = f"GET /richiesta/{ORDER}"
PATCH = f"PATCH /richiesta/{ORDER}"
FORM_OF = f"GET /richiesta/{ORDER}/modulo"


def read(server, provider, **changes: Any) -> Order:
    server.on(GET, Reply(body=wrapped(order(**changes))))
    return provider.qualified.order(ORDER)


# Catalogue


def test_the_catalogue_is_read_exactly(server, provider):
    rows = (
        b'{"data": [{"nome": "Business Key", "tipo": "Infocert", "codice_prodotto": "KEY", "prezzo": 40.70},'
        b'{"nome": "Lettore", "tipo": "ARUBA", "codice_prodotto": "LETTORE", "prezzo": "13,00", "vergine": true},'
        b'{"nome": "New", "tipo": "Acme", "codice_prodotto": "NEW", "prezzo": null}, {"nome": "no code"}]}'
    )
    server.on("GET /prodotti", Reply(body=rows))
    key, reader, new = provider.qualified.catalogue()
    assert (key.code, key.name, key.maker, key.price, key.is_blank) == (
        "KEY", "Business Key", "InfoCert", Decimal("40.70"), False,
    )  # fmt: skip
    assert (reader.maker, reader.price, reader.is_blank) == ("Aruba", Decimal("13.00"), True)
    assert (new.maker, new.price) == ("Acme", None)


def test_a_code_that_is_listed_twice_is_one_product(server, provider):
    rows = [
        {"codice_prodotto": "A", "prezzo": 1},
        {"codice_prodotto": "B", "prezzo": 2},
        {"codice_prodotto": "A"},
    ]
    server.on("GET /prodotti", Reply(body=wrapped(rows)))
    assert [(one.code, one.price) for one in provider.qualified.catalogue()] == [("A", 1), ("B", 2)]


@pytest.mark.parametrize("body", [wrapped([]), wrapped(None), {}, {"data": "soon"}, []])
def test_an_empty_catalogue_is_never_taken_for_one(server, provider, body):
    server.on("GET /prodotti", Reply(body=body))
    with pytest.raises(Unavailable, match="empty"):
        provider.qualified.catalogue()


def described(path: str) -> dict[str, Any]:
    """What the provider's description shows as the JSON answer of a GET; empty where it is not at hand."""
    file = OFFICIAL / "firmadigitale.json"
    if not file.exists():
        return {}
    shown: dict[str, Any] = json.loads(file.read_text())["paths"][path]["get"]["responses"]["200"]["content"]
    return shown["application/json"]


@pytest.mark.skipif(not described("/prodotti"), reason="the provider's own description is not here")
def test_the_catalogue_of_the_providers_example_is_read(server, provider):
    server.on("GET /prodotti", Reply(body=described("/prodotti")["example"]))
    products = {one.code: one for one in provider.qualified.catalogue()}
    assert len(products) == 26
    assert products["VIDEORIC"].price == 15
    assert products["FIR_V"].is_blank


def examples() -> list[tuple[str, Any]]:
    shown = described("/richiesta/{id}").get("examples", {})
    return [(name, example["value"]) for name, example in shown.items()]


@pytest.mark.parametrize(("name", "answer"), examples())
def test_the_orders_of_the_providers_examples_are_read(server, provider, name, answer):
    server.on(GET, Reply(body=answer))
    found = provider.qualified.order(ORDER)
    row = answer["data"]
    assert (found.reference, found.code, found.raw_state) == (row["id"], row["codice_prodotto"], row["stato"])
    assert found.state is not OrderState.UNKNOWN
    assert found.purchased_at is not None
    assert (found.expires_at is not None) == (found.state is OrderState.FULFILLED)
    assert found.quantity == 1
    assert bool(found.secrets.filled()) == ("credenziali" in row)
    assert bool(found.supplier.identification_office) == ("fornitore" in row)


# Reading


def test_an_order_is_read(server, provider):
    found = read(server, provider)
    assert (found.reference, found.number, found.code, found.maker) == (ORDER, "8417d", "KEY", "InfoCert")
    assert (found.state, found.raw_state) == (OrderState.IDENTIFYING, "in_riconoscimento")
    assert (found.purchased_at, found.registered_at, found.expires_at) == (AT, None, None)
    assert (found.has_form, found.has_document, found.has_video_recognition) == (False, False, False)
    assert (found.has_assistance, found.is_urgent, found.shipping) == (True, False, ShippingKind.PRIORITY)
    assert (found.callback_key, found.tracking) == (ORDER_KEY, "")
    assert found.supplier.identification_office == "Piazza Grande 6, Terni"
    assert found.secrets.filled() == {}


def test_an_order_whose_types_wobble_is_read_alike(server, provider):
    found = read(
        server, provider, codice_richiesta=84289, spedizione=False, quantita=True, modulo="true", documento=1,
        timestamp={"acquisto": "1795511702,", "registrazione": 1795511702000, "scadenza": None},
        firma=[], fornitore=None, callback=None, id=None, _id={"$oid": ORDER},
    )  # fmt: skip
    assert (found.reference, found.number, found.shipping, found.quantity) == (ORDER, "84289", None, 1)
    assert (found.has_form, found.has_document) == (True, True)
    assert (found.purchased_at, found.registered_at, found.expires_at) == (AT, AT, None)
    assert (found.callback_key, found.supplier.name) == ("", "")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("in_lavorazione", OrderState.PROCESSING), ("in_registrazione", OrderState.REGISTERING),
        ("in_riconoscimento", OrderState.IDENTIFYING), ("evasa", OrderState.FULFILLED),
        (" In Lavorazione ", OrderState.PROCESSING), ("annullata", OrderState.CANCELLED),
        ("rifiutata", OrderState.REJECTED), ("", OrderState.UNKNOWN), ("spedita", OrderState.UNKNOWN),
        ("evasa_parzialmente", OrderState.UNKNOWN), ("in_", OrderState.UNKNOWN),
    ],
)  # fmt: skip
def test_a_word_is_read_and_one_that_we_do_not_know_is_not_guessed(word, state):
    assert order_state(word) is state


def test_an_unknown_word_is_kept_as_it_came(server, provider):
    found = read(server, provider, stato="in_attesa_di_miracoli")
    assert (found.state, found.raw_state) == (OrderState.UNKNOWN, "in_attesa_di_miracoli")


def test_a_list_is_read_with_its_own_ids(server, provider):
    rows = [
        {"_id": "1", "codice_richiesta": 1, "codice_prodotto": "FIR", "stato": "in_riconoscimento",
         "timestamp": {"acquisto": 1795511702}},
        {"id": "2", "stato": "evasa", "timestamp": {"acquisto": 1577836800}},
        {"_id": "3", "stato": "evasa"},
        {"stato": "evasa"},
    ]  # fmt: skip
    server.on("GET /richiesta", Reply(body=wrapped(rows)))
    assert [one.reference for one in provider.qualified.recent_orders()] == ["1", "2", "3"]
    assert [one.reference for one in provider.qualified.recent_orders(AT)] == ["1", "3"]
    assert provider.qualified.recent_orders()[0].number == "1"


def test_no_order_yet_is_an_empty_list(server, provider):
    server.on("GET /richiesta", Reply(404, refusal("no request related to your account", 214)))
    assert provider.qualified.recent_orders(code="FIR") == []


def test_a_gateways_page_is_no_empty_list(server, connect):
    server.on("GET /richiesta", Reply(404, b"<html>nothing routed</html>", {"content-type": "text/html"}))
    with pytest.raises(Unavailable):
        connect(read_attempts=1).qualified.recent_orders()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("1e999999999"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "_id", "stato", "timestamp", "acquisto", "scadenza", "firma", "pin", "credenziali", "token",
                 "fornitore", "callback", "data", "key", "url", "modulo", "quantita", "spedizione", "anagrafica"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)  # fmt: skip
OFFLINE = Provider(config_for("http://provider.example"))


@given(JSON)
def test_no_answer_however_odd_breaks_the_reader(data: Any):
    body = json.dumps(data).encode()
    try:
        found = OFFLINE.qualified.read(Answer(200, body, data, data, ""))
    except ProviderError:
        return
    assert found.reference
    json.dumps(found.raw)


# Buying


@pytest.mark.parametrize("new", [new for new, _, _ in FAMILIES.values()], ids=list(FAMILIES))
def test_an_order_of_each_family_is_bought_once(server, provider, new):
    server.on(f"POST /richiesta/{new.code}", Reply(body=wrapped(order(codice_prodotto=new.code))))
    bought = provider.qualified.create_order(new)
    assert (bought.reference, bought.code, bought.callback_key) == (ORDER, new.code, new.callback_key)
    assert len(server.seen(f"POST /richiesta/{new.code}")) == 1
    assert server.seen(f"POST /richiesta/{new.code}")[0].headers["connection"] == "close"


BUYS = [
    pytest.param(
        "POST /richiesta/KEY", lambda provider: provider.qualified.create_order(STANDARD), id="order"
    ),
    pytest.param(
        "POST /richiesta/VIDEORIC",
        lambda provider: provider.qualified.add_video_recognition(ORDER),
        id="video",
    ),
]
buys = pytest.mark.parametrize(("route", "buy"), BUYS)


@buys
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 201, Rejected), (406, 247, Rejected), (428, 209, Rejected), (404, 212, Rejected),
        (402, 207, InsufficientCredit), (402, 801, InsufficientCredit), (429, 1, Throttled), (401, 125.22, Unavailable),
    ],
)  # fmt: skip
def test_a_refusal_proves_that_nothing_was_bought(server, provider, route, buy, status, code, kind):
    server.on(route, Reply(status, refusal("no", code)))
    with pytest.raises(kind) as caught:
        buy(provider)
    assert caught.value.proves_not_bought
    assert (caught.value.status, caught.value.code) == (status, str(code))
    assert len(server.seen(route)) == 1


@buys
@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, refusal("oops", 1)), Reply(502, b"<html>Bad gateway</html>", {"content-type": "text/html"}),
        Reply(hang_up=True), Reply(body=wrapped(order()), cut_to=40), Reply(body=b""), Reply(body=wrapped(None)),
        Reply(body=wrapped({"stato": "evasa"})), Reply(200, refusal("internal", 3)),
    ],
    ids=["500", "502", "reset", "cut", "empty", "null", "no id", "200 failure"],
)  # fmt: skip
def test_what_cannot_be_told_is_an_unknown_outcome(server, provider, route, buy, reply):
    server.on(route, reply)
    with pytest.raises(OutcomeUnknown) as caught:
        buy(provider)
    assert not caught.value.proves_not_bought
    assert len(server.seen(route)) == 1


def test_a_strange_code_reaches_no_other_endpoint(server, provider):
    with pytest.raises(Rejected):
        provider.qualified.create_order(replace(RENEWAL, code="../EU-SES"))
    assert {request.path for request in server.requests} == {"/tokens", "/richiesta/..%2FEU-SES"}


# Papers and form


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(body=wrapped(order(modulo=True))), PapersOutcome.TAKEN),
        (Reply(406, refusal("the operation is not required", 290)), PapersOutcome.NOT_NEEDED),
        (Reply(406, refusal("the operation is not required", None)), PapersOutcome.NOT_NEEDED),
        (Reply(428, refusal("request already processed", 279)), PapersOutcome.ALREADY_PROCESSED),
        (Reply(428, refusal("request already processed", "279")), PapersOutcome.ALREADY_PROCESSED),
    ],
)
def test_sending_papers_ends_in_one_of_three_ways(server, provider, reply, outcome):
    server.on(PATCH, reply)
    assert provider.qualified.submit_papers(ORDER, FORM) is outcome
    assert len(server.seen(PATCH)) == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(400, refusal("wrong id", 277)), Rejected),
        (Reply(404, refusal("no request found", 278)), NotFound),
        (Reply(406, refusal("modulo not valid", 248)), Rejected),
        (Reply(428, refusal("nome_modulo required", 215)), Rejected),
        (Reply(500, b""), Unavailable),
        (Reply(hang_up=True), Unavailable),
    ],
    ids=["277", "278", "invalid file", "missing name", "500", "reset"],
)
def test_papers_that_did_not_arrive_are_an_error(server, provider, reply, kind):
    server.on(PATCH, reply)
    with pytest.raises(kind):
        provider.qualified.submit_papers(ORDER, FORM)
    assert len(server.seen(PATCH)) == 1


def test_the_request_form_is_a_pdf(server, provider):
    server.on(FORM_OF, Reply(body=b"%PDF-1.7 form", headers={"content-type": "application/pdf"}))
    assert provider.qualified.request_form(ORDER) == b"%PDF-1.7 form"
    assert server.seen(FORM_OF)[0].headers["accept"] == "application/pdf"


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [(404, b"form not required for this request", NotFound), (400, b"Invalid id", Rejected)],
)
def test_no_form_is_told_in_plain_text(server, provider, status, words, kind):
    server.on(FORM_OF, Reply(status, words, {"content-type": "text/plain"}))
    with pytest.raises(kind, match=words.decode()):
        provider.qualified.request_form(ORDER)


def test_an_error_page_is_no_form(server, connect):
    server.on(FORM_OF, Reply(200, b"<html>oops</html>", {"content-type": "text/html"}))
    with pytest.raises(Unavailable, match="not a PDF"):
        connect(read_attempts=1).qualified.request_form(ORDER)


# Many at once


def test_orders_are_followed_in_the_order_asked_with_errors_in_their_places(server, provider):
    wanted = [f"{number:024x}" for number in range(30)]
    for reference in wanted:
        server.on(f"GET /richiesta/{reference}", Reply(body=wrapped(order(id=reference))))
    server.on(f"GET /richiesta/{wanted[3]}", Reply(404, refusal("no request matches this id", 212)))
    server.on(f"GET /firma_elettronica/{ORDER}", Reply(body=wrapped(envelope(id=ORDER))))

    async def wave():
        async with provider.following(8) as following:
            orders = await following.orders(wanted)
            return orders, await following.details([(Generation.FIRMADIGITALE, ORDER)])

    orders, procedures = asyncio.run(wave())
    assert [type(one) for one in orders].count(Order) == 29
    assert isinstance(orders[3], NotFound)
    assert [one.reference for one in orders if isinstance(one, Order)] == wanted[:3] + wanted[4:]
    assert isinstance(procedures[0], Procedure)


def test_nothing_asked_is_nothing_answered(server, provider):
    async def wave():
        async with provider.following(2) as following:
            return await following.orders([])

    assert asyncio.run(wave()) == []
    assert server.requests == []


# Tokens


def test_orders_have_a_token_of_their_own_with_the_least_scopes(server, provider):
    server.on("GET /firma_elettronica", Reply(404, b""))
    provider.firmadigitale.recent()
    read(server, provider)
    read(server, provider)
    assert [request.body["scopes"] for request in server.seen("POST /tokens")][1:] == [
        [
            "GET:test.ws.firmadigitale.com/prodotti",
            "GET:test.ws.firmadigitale.com/richiesta",
            "POST:test.ws.firmadigitale.com/richiesta",
            "PATCH:test.ws.firmadigitale.com/richiesta",
        ]
    ]


def test_a_kept_token_of_other_scopes_is_not_taken_for_one(server, connect, monkeypatch):
    """A version that asks for more must not go on with the token of the version before."""
    store = MemoryTokens()
    fewer = {**tokens._SCOPES, tokens.Access.ORDERS: ("GET:richiesta",)}
    with monkeypatch.context() as earlier:
        earlier.setattr(tokens, "_SCOPES", fewer)
        read(server, connect(token_store=store))
    read(server, connect(token_store=store))
    read(server, connect(token_store=store))
    assert [len(request.body["scopes"]) for request in server.seen("POST /tokens")] == [1, 4]


# Secrets


def test_secrets_are_read_and_kept_apart(server, provider):
    found = read(server, provider, stato="evasa", firma=FULL_DEVICE, credenziali=CREDENTIALS)
    secrets = found.secrets
    assert (secrets.pin, secrets.puk, secrets.emergency_code) == ("CANARY-PIN", "CANARY-PUK", "CANARY-ERC")
    assert (secrets.envelope_number, secrets.user_code, secrets.iut) == (
        "CANARY-ENV",
        "CANARY-USER",
        "CANARY-IUT",
    )
    assert (secrets.alias, secrets.card_number, secrets.device_number) == (
        "CANARY-ALIAS",
        "CANARY-CARD",
        "CANARY-DEV",
    )
    assert (secrets.renewal_token, secrets.activation_code, secrets.username) == (
        "CANARY-TOKEN", "CANARY-CODE", "CANARY-NAME",
    )  # fmt: skip
    assert len(secrets.filled()) == 12
    assert found.tracking == "TRACK-1Z9"


def canaries(text: str) -> list[str]:
    secret = ["CANARY", ORDER_KEY, "maria.bianchi", "3331234567", MARIA.tax_code, MARIA.street, "CA12345XY",
              LINK, "JVBERi0"]  # fmt: skip
    return [one for one in secret if one in text]


def test_no_secret_shows_outside_of_the_secrets(server, provider, exchanges, caplog):
    full = order(stato="evasa", firma=FULL_DEVICE, credenziali=CREDENTIALS)
    shown: list[str] = []
    with caplog.at_level(logging.DEBUG):
        server.on(
            "POST /richiesta/OTPMOB",
            Reply(body=wrapped(full)),
            Reply(500, wrapped(full)),
            Reply(body=wrapped(full), cut_to=900),
        )
        found = provider.qualified.create_order(ARUBA)
        for _ in range(2):
            with pytest.raises(OutcomeUnknown) as unclear:
                provider.qualified.create_order(ARUBA)
            shown.append(f"{unclear.value} {unclear.value!r} {unclear.value.body}")
        server.on(PATCH, Reply(406, {**refusal("no", 248), "data": full, "firma": "CANARY", "pin": 12345678}))
        with pytest.raises(Rejected) as refused:
            provider.qualified.submit_papers(ORDER, FORM)
        shown.append(f"{refused.value} {refused.value!r} {refused.value.body}")
        server.on(GET, Reply(body=wrapped(full)))
        shown.append(repr(provider.qualified.order(ORDER)))
        shown += [repr(ARUBA), repr(found), repr(found.secrets), f"{found.secrets}"]
    shown += [json.dumps([one.request, one.answer]) + repr(one) for one in exchanges]
    shown += [record.getMessage() for record in caplog.records]
    assert len(exchanges) >= 5
    for text in shown:
        assert canaries(text) == []
    raw = json.dumps(found.raw)
    assert "CANARY" not in raw
    assert ORDER_KEY not in raw
    assert "Bianchi" in raw


def test_a_pin_as_a_number_is_hidden_too(server, provider, exchanges):
    found = read(server, provider, firma={"pin": 40718293, "puk": None}, credenziali={"token": ["x-910", ""]})
    assert found.secrets.pin == "40718293"
    kept = json.dumps([found.raw, exchanges[-1].answer])
    assert "40718293" not in kept
    assert "x-910" not in kept


def test_what_is_filled_may_be_seen(server, provider):
    found = read(server, provider, firma={"pin": "1234", "puk": ""}, documento=True)
    assert found.raw["firma"] == {"pin": "[hidden]", "puk": ""}
    assert found.raw["documento"] is True
    assert found.raw["modulo"] is False
