"""Catalogue and orders are read leniently, and many of them followed at once."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstream import (
    Generation,
    MemoryTokens,
    NotFound,
    Order,
    OrderState,
    Procedure,
    Provider,
    ProviderError,
    ShippingKind,
    Unavailable,
    tokens,
)
from upstream.calls import Answer
from upstream.order_words import order_state

from .conftest import config_for
from .order_samples import (
    ORDER,
    ORDER_KEY,
    order,
)
from .samples import envelope, refusal, wrapped
from .server import Reply
from .test_requests import OFFICIAL

AT = datetime(2026, 11, 24, 9, 15, 2, tzinfo=UTC)
GET = f"GET /richiesta/{ORDER}"


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
