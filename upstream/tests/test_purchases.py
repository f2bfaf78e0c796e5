"""A paid call is sent once, and every failure says whether it proves that nothing was bought."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
import respx

from upstream import (
    Generation,
    InsufficientCredit,
    NewProcedure,
    OutcomeUnknown,
    Provider,
    ProviderError,
    Rejected,
    Throttled,
    Unavailable,
)

from .conftest import GIULIA, LEASE, MARCO, PLACE, config_for
from .samples import REFERENCE, envelope, refusal, signature, wrapped
from .server import Reply, ScriptedServer, free_port

BOTH = [
    (Generation.ESIGNATURE, "POST /EU-SES", signature()),
    (Generation.FIRMADIGITALE, "POST /firma_elettronica/base", envelope()),
]
both = pytest.mark.parametrize(("generation", "route", "made"), BOTH, ids=["esignature", "firmadigitale"])
PLAIN = replace(LEASE, complete_url="", cancel_url="")


def fails(provider: Provider, generation: Generation, kind: type[ProviderError], new: NewProcedure = PLAIN):
    with pytest.raises(ProviderError) as caught:
        provider.signatures(generation).create(new)
    assert type(caught.value) is kind
    return caught.value


@both
def test_a_purchase_is_answered_with_the_procedure(server: ScriptedServer, provider, generation, route, made):
    server.on(route, Reply(body=wrapped(made)))
    procedure = provider.signatures(generation).create(PLAIN)
    assert procedure.reference == REFERENCE
    assert procedure.callback_key == LEASE.callback_key
    assert len(server.seen(route)) == 1


@both
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected), (403, Rejected), (404, Rejected), (406, Rejected), (409, Rejected), (410, Rejected),
        (413, Rejected), (422, Rejected), (428, Rejected), (402, InsufficientCredit), (429, Throttled),
        (401, Unavailable),
    ],
)  # fmt: skip
def test_a_refusal_proves_that_nothing_was_bought(server, provider, generation, route, made, status, kind):
    server.on(route, Reply(status, refusal("no", 610)))
    error = fails(provider, generation, kind)
    assert error.proves_not_bought
    assert (error.status, error.code, error.message) == (status, "610", "no")
    assert len(server.seen(route)) == 1


@both
@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, refusal("oops", 1)),
        Reply(502, b"<html>Bad gateway</html>", {"content-type": "text/html"}),
        Reply(503, {}, {"retry-after": "1"}),
        Reply(302, b"", {"location": "/elsewhere"}),
        Reply(408, b""),
        Reply(hang_up=True),
        Reply(body=wrapped({"id": REFERENCE}), cut_to=20),
        Reply(body=b'{"data": {"id": "67f0'),
        Reply(body=wrapped({"state": "WAIT_VALIDATION"})),
        Reply(body=wrapped(None)),
        Reply(body=b""),
        Reply(200, refusal("internal", 3)),
    ],
    ids=[
        "500",
        "502",
        "503",
        "302",
        "408",
        "reset",
        "cut",
        "half json",
        "no id",
        "null",
        "empty",
        "200 failure",
    ],
)
def test_what_cannot_be_told_is_an_unknown_outcome(server, provider, generation, route, made, reply):
    server.on(route, reply)
    error = fails(provider, generation, OutcomeUnknown)
    assert not error.proves_not_bought
    assert len(server.seen(route)) == 1


@both
def test_a_timeout_after_sending_is_an_unknown_outcome(server, connect, generation, route, made):
    server.on(route, Reply(stall=True))
    error = fails(connect(paid_read_timeout=0.2), generation, OutcomeUnknown)
    assert not error.proves_not_bought
    assert len(server.seen(route)) == 1


@pytest.mark.parametrize("generation", list(Generation))
def test_an_address_where_nobody_listens_proves_that_nothing_was_bought(server, exchanges, generation):
    nowhere = f"http://127.0.0.1:{free_port()}"
    config = replace(config_for(server.address), esignature_url=nowhere, firmadigitale_url=nowhere)
    with Provider(config, None, exchanges.append) as provider:
        error = fails(provider, generation, Unavailable)
    assert error.proves_not_bought
    assert error.status is None


def test_an_unreachable_login_proves_that_nothing_was_bought(server, exchanges):
    config = replace(config_for(server.address), oauth_url=f"http://127.0.0.1:{free_port()}")
    with Provider(config) as provider:
        assert fails(provider, Generation.ESIGNATURE, Unavailable).proves_not_bought
    assert server.requests == []


def test_a_failed_login_proves_that_nothing_was_bought_and_is_not_repeated_at_once(server, provider):
    server.on("POST /tokens", Reply(401, refusal("Wrong credentials", 1)))
    assert fails(provider, Generation.ESIGNATURE, Rejected).proves_not_bought
    assert fails(provider, Generation.ESIGNATURE, Rejected).proves_not_bought
    assert len(server.seen("POST /tokens")) == 1
    assert server.seen("POST /EU-SES") == []


def test_an_unclear_login_is_no_unclear_purchase(server, provider):
    server.on("POST /tokens", Reply(500, b""))
    error = fails(provider, Generation.ESIGNATURE, Unavailable)
    assert error.proves_not_bought


def test_an_open_circuit_proves_that_nothing_was_bought(server, connect):
    provider = connect(breaker_failures=2, read_attempts=2)
    server.on("GET /signatures/1/detail", Reply(503, b""))
    with pytest.raises(Unavailable):
        provider.esignature.detail("1")
    assert fails(provider, Generation.ESIGNATURE, Unavailable).proves_not_bought
    assert server.seen("POST /EU-SES") == []


@pytest.mark.parametrize("error", [httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ConnectError])
def test_a_failure_before_sending_proves_that_nothing_was_bought(error: type[httpx.TransportError]):
    with (
        respx.mock(base_url="https://es.example") as wire,
        Provider(config_for("https://es.example")) as provider,
    ):
        wire.post("/tokens").respond(json={"token": "t"})
        wire.post("/EU-SES").mock(side_effect=error("before"))
        assert fails(provider, Generation.ESIGNATURE, Unavailable).proves_not_bought


@pytest.mark.parametrize("error", [httpx.WriteTimeout, httpx.WriteError, httpx.ReadError, httpx.CloseError])
def test_a_failure_while_sending_is_an_unknown_outcome(error: type[httpx.TransportError]):
    with (
        respx.mock(base_url="https://es.example") as wire,
        Provider(config_for("https://es.example")) as provider,
    ):
        wire.post("/tokens").respond(json={"token": "t"})
        wire.post("/EU-SES").mock(side_effect=error("within"))
        assert not fails(provider, Generation.ESIGNATURE, OutcomeUnknown).proves_not_bought


def test_a_failed_read_proves_nothing_about_a_purchase(server, connect):
    server.on("GET /signatures", Reply(429, refusal("slow down", 1)))
    with pytest.raises(Throttled) as caught:
        connect(read_attempts=1).esignature.recent()
    assert not caught.value.proves_not_bought


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"signers": ()}, "needs a signer"),
        ({"content": b""}, "needs a document"),
        ({"callback_key": ""}, "callback key"),
        ({"signers": (replace(GIULIA, mobile=""),)}, "mobile number"),
        ({"signers": (replace(MARCO, email=""),)}, "e-mail address"),
        ({"signers": (replace(GIULIA, surname=" "),)}, "surname"),
        ({"signers": (replace(GIULIA, placements=()),)}, "place to sign"),
        ({"signers": (replace(GIULIA, placements=(replace(PLACE, page=0),)),)}, "counted from 1"),
    ],
)
@pytest.mark.parametrize("generation", list(Generation))
def test_an_impossible_procedure_is_refused_before_it_is_sent(server, provider, generation, change, says):
    error = fails(provider, generation, Rejected, replace(PLAIN, **change))
    assert says in error.message
    assert error.proves_not_bought
    assert server.requests == []


def test_the_first_generation_refuses_a_signer_without_mobile(server, provider):
    new = replace(PLAIN, signers=(replace(MARCO, mobile=""),))
    assert "SMS only" in fails(provider, Generation.FIRMADIGITALE, Rejected, new).message
    assert server.requests == []


def test_a_signing_page_that_cannot_be_asked_about_proves_that_nothing_was_bought(server, connect):
    server.on("GET /firma_elettronica_ui", Reply(503, b""))
    error = fails(connect(read_attempts=1), Generation.FIRMADIGITALE, Unavailable, LEASE)
    assert error.proves_not_bought
    assert server.seen("POST /firma_elettronica/base") == []


def test_a_get_that_spends_is_sent_once(server, connect):
    from upstream.calls import Call, Kind
    from upstream.tokens import Access

    provider = connect()
    server.on("GET /spid_personale", Reply(500, b""))
    call = Call("GET", server.address, "/spid_personale", Kind.PAID, Access.FIRMADIGITALE)
    with pytest.raises(OutcomeUnknown):
        provider._transport.ask(call)
    assert len(server.seen("GET /spid_personale")) == 1


def test_a_purchase_never_rides_on_a_kept_alive_connection(server, provider: Provider):
    server.on("POST /EU-SES", Reply(body=wrapped(signature())))
    provider.esignature.create(PLAIN)
    assert server.seen("POST /EU-SES")[0].headers["connection"] == "close"


def test_a_record_that_cannot_be_kept_loses_no_purchase(server):
    def full(exchange: object) -> None:
        raise OSError("disk full")

    server.on("POST /EU-SES", Reply(body=wrapped(signature())))
    with Provider(config_for(server.address), None, full) as provider:
        assert provider.esignature.create(PLAIN).reference == REFERENCE
