"""A token is minted once, kept, and not given up for a lie."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest

from upstream import Generation, MemoryTokens, Unavailable

from .conftest import API_KEY, LEASE
from .samples import REFERENCE, refusal, signature, wrapped
from .server import TOKEN, Reply

DETAIL = f"GET /signatures/{REFERENCE}/detail"
GOOD = Reply(body=wrapped(signature()))
LIE = Reply(401, refusal("Wrong Token", 125.22))


def test_a_token_is_minted_with_the_login_and_the_least_scopes(server, provider):
    server.on(DETAIL, GOOD)
    provider.esignature.detail(REFERENCE)
    minting = server.seen("POST /tokens")[0]
    login = base64.b64encode(f"test@sigillo.example:{API_KEY}".encode()).decode()
    assert minting.headers["authorization"] == f"Basic {login}"
    assert minting.body["scopes"] == [
        "POST:test.esignature.openapi.com/EU-SES",
        "GET:test.esignature.openapi.com/signatures",
        "DELETE:test.esignature.openapi.com/signatures",
    ]
    assert minting.body["ttl"] == 365 * 24 * 3600
    assert server.seen(DETAIL)[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_production_scopes_name_the_production_hosts(server, connect):
    server.on("GET /firma_elettronica", Reply(404, b""))
    connect(test_hosts=False).firmadigitale.recent()
    assert server.seen("POST /tokens")[0].body["scopes"] == [
        "GET:ws.firmadigitale.com/firma_elettronica",
        "POST:ws.firmadigitale.com/firma_elettronica",
        "GET:ws.firmadigitale.com/firma_elettronica_ui",
        "POST:ws.firmadigitale.com/firma_elettronica_ui",
    ]


def test_a_good_token_refused_for_a_while_is_tried_again_unchanged(server, provider):
    server.on(DETAIL, LIE, LIE, GOOD)
    assert provider.esignature.detail(REFERENCE).reference == REFERENCE
    assert len(server.seen("POST /tokens")) == 1
    assert len(server.seen(DETAIL)) == 3


def test_a_token_refused_at_every_try_is_no_reason_to_mint_at_once(server, provider):
    server.on(DETAIL, LIE)
    for _ in range(3):
        with pytest.raises(Unavailable) as caught:
            provider.esignature.detail(REFERENCE)
    assert (caught.value.status, caught.value.code) == (401, "125.22")
    assert len(server.seen("POST /tokens")) == 1


def test_a_token_refused_for_long_is_minted_anew(server, connect):
    provider = connect(token_patience=0.0)
    second = {"token": "second", "expireAt": "2099-01-01T00:00:00+00:00"}
    server.on("POST /tokens", Reply(body=wrapped({**second, "token": "first"})), Reply(body=wrapped(second)))
    server.on(DETAIL, LIE, LIE, LIE, GOOD)
    with pytest.raises(Unavailable):
        provider.esignature.detail(REFERENCE)
    assert provider.esignature.detail(REFERENCE).reference == REFERENCE
    assert [request.headers["authorization"] for request in server.seen(DETAIL)][-1] == "Bearer second"


def test_a_refused_token_proves_that_a_purchase_did_not_happen(server, provider):
    server.on("POST /EU-SES", LIE)
    with pytest.raises(Unavailable) as caught:
        provider.esignature.create(LEASE)
    assert caught.value.proves_not_bought
    assert len(server.seen("POST /EU-SES")) == 1


def test_a_kept_token_is_used_by_the_next_process(server, connect):
    store = MemoryTokens()
    server.on(DETAIL, GOOD)
    for _ in range(2):
        connect(token_store=store).esignature.detail(REFERENCE)
    assert len(server.seen("POST /tokens")) == 1


def test_a_token_minted_elsewhere_replaces_a_refused_one(server, connect):
    store = MemoryTokens()
    provider = connect(token_store=store, token_patience=0.0)
    server.on(DETAIL, GOOD, LIE, LIE, LIE, GOOD)
    provider.esignature.detail(REFERENCE)
    name = next(iter(store._values))
    store.set(name, '{"token": "from-elsewhere", "expires_at": 4070908800}', 1)
    with pytest.raises(Unavailable):
        provider.esignature.detail(REFERENCE)
    provider.esignature.detail(REFERENCE)
    assert server.seen(DETAIL)[-1].headers["authorization"] == "Bearer from-elsewhere"
    assert len(server.seen("POST /tokens")) == 1


@pytest.mark.parametrize("kept", ["", "no json", "{}", '{"token": "old", "expires_at": 1}', '{"token": 1}'])
def test_a_kept_value_that_is_no_good_token_is_replaced(server, connect, kept):
    class Store(MemoryTokens):
        def get(self, name: str) -> str | None:
            return kept

    server.on(DETAIL, GOOD)
    assert connect(token_store=Store()).esignature.detail(REFERENCE).reference == REFERENCE
    assert len(server.seen("POST /tokens")) == 1


def test_a_token_about_to_end_is_minted_anew(server, connect):
    store = MemoryTokens()
    server.on("POST /tokens", Reply(body={"token": "short", "expireAt": "2001-01-01T00:00:00Z"}))
    server.on(DETAIL, GOOD)
    provider = connect(token_store=store)
    provider.esignature.detail(REFERENCE)
    provider.esignature.detail(REFERENCE)
    assert len(server.seen("POST /tokens")) == 2


def test_many_threads_mint_one_token(server, provider):
    server.on(DETAIL, GOOD)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: provider.esignature.detail(REFERENCE), range(24)))
    assert len(server.seen("POST /tokens")) == 1


def test_each_generation_has_its_own_token(server, provider):
    for route in ("GET /signatures", "GET /firma_elettronica"):
        server.on(route, Reply(404, b""))
    for generation in Generation:
        provider.signatures(generation).recent()
    assert len(server.seen("POST /tokens")) == 2


def test_a_login_answer_without_token_is_unavailable(server, provider):
    server.on("POST /tokens", Reply(body=wrapped({"expireAt": "2099-01-01"})))
    with pytest.raises(Unavailable, match="no token"):
        provider.esignature.detail(REFERENCE)


def test_a_store_that_is_down_stops_nothing(server, connect):
    class Down(MemoryTokens):
        def get(self, name: str) -> str | None:
            raise ConnectionError("cache")

        def set(self, name: str, value: str, ttl: int) -> None:
            raise ConnectionError("cache")

    server.on(DETAIL, GOOD)
    provider = connect(token_store=Down())
    for _ in range(2):
        assert provider.esignature.detail(REFERENCE).reference == REFERENCE
    assert len(server.seen("POST /tokens")) == 1
