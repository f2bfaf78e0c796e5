"""Many procedures in one wave: in order, errors in their places."""

from __future__ import annotations

import asyncio

import pytest

from upstream import Generation, NotFound, Procedure, Provider, ProviderError, Rejected, Unavailable

from .samples import envelope, refusal, signature, wrapped
from .server import Reply

ES, FD = Generation.ESIGNATURE, Generation.FIRMADIGITALE


def follow(provider: Provider, wanted, concurrency: int = 8) -> list[Procedure | ProviderError]:
    async def wave():
        async with provider.following(concurrency) as following:
            return await following.details(wanted)

    return asyncio.run(wave())


def stock(server, many: int) -> list[tuple[Generation, str]]:
    wanted = []
    for number in range(many):
        reference = f"{number:024x}"
        server.on(f"GET /signatures/{reference}/detail", Reply(body=wrapped(signature(id=reference))))
        server.on(f"GET /firma_elettronica/{reference}", Reply(body=wrapped(envelope(id=reference))))
        wanted += [(ES, reference), (FD, reference)]
    return wanted


@pytest.mark.parametrize("concurrency", [1, 7, 200])
def test_results_come_in_the_order_asked(server, provider, concurrency):
    wanted = stock(server, 30)
    results = follow(provider, wanted, concurrency)
    assert [(one.generation, one.reference) for one in results if isinstance(one, Procedure)] == wanted
    assert len(server.seen("POST /tokens")) == 2


def test_an_error_stands_in_the_place_of_what_failed(server, provider):
    wanted = stock(server, 3)
    server.on(f"GET /signatures/{wanted[2][1]}/detail", Reply(404, refusal("no", 212)))
    server.on(f"GET /firma_elettronica/{wanted[3][1]}", Reply(500, b""))
    results = follow(provider, [*wanted, (ES, "")])
    assert [type(one) for one in results] == [
        Procedure,
        Procedure,
        NotFound,
        Unavailable,
        Procedure,
        Procedure,
        Rejected,
    ]


def test_nothing_asked_is_nothing_answered(server, provider):
    assert follow(provider, []) == []
    assert server.requests == []


def test_a_failing_host_does_not_hold_the_wave_up(server, connect):
    provider = connect(breaker_failures=4, breaker_seconds=60)
    wanted = stock(server, 60)
    for generation, reference in wanted:
        path = f"signatures/{reference}/detail" if generation is ES else f"firma_elettronica/{reference}"
        server.on(f"GET /{path}", Reply(503, b""))
    results = follow(provider, wanted, 4)
    assert all(isinstance(one, Unavailable) for one in results)
    assert len(server.requests) < 30


def test_a_refused_login_is_answered_in_every_place(server, provider):
    server.on("POST /tokens", Reply(401, refusal("Wrong credentials", 1)))
    results = follow(provider, stock(server, 10))
    assert all(isinstance(one, Rejected) for one in results)
    assert len(server.seen("POST /tokens")) == 2


def test_a_token_refused_for_all_is_not_waited_for_by_each(server, connect):
    provider = connect(token_pause=0.05)
    wanted = stock(server, 100)
    for _, reference in wanted:
        server.on(f"GET /signatures/{reference}/detail", Reply(401, refusal("Wrong Token", 125.22)))
        server.on(f"GET /firma_elettronica/{reference}", Reply(401, refusal("Wrong Token", 125.22)))
    results = follow(provider, wanted, 4)
    assert all(isinstance(one, Unavailable) and one.status == 401 for one in results)
    assert len(server.seen("POST /tokens")) == 2
    assert len(server.requests) < 260


def test_connections_are_kept_alive(server, provider):
    wanted = stock(server, 40)
    follow(provider, wanted, 2)
    assert "close" not in {
        request.headers.get("connection") for request in server.requests if request.method == "GET"
    }


def test_failed_attempts_are_kept_for_the_record(server, provider, exchanges):
    wanted = stock(server, 2)
    server.on(f"GET /signatures/{wanted[0][1]}/detail", Reply(404, refusal("no", 212)))

    async def wave():
        async with provider.following(2) as following:
            await following.details(wanted)
            return following.exchanges

    kept = asyncio.run(wave())
    assert [(one.path, one.error) for one in kept] == [(f"/signatures/{wanted[0][1]}/detail", "NotFound")]
    assert {one.path for one in exchanges} == {"/tokens"}


def test_an_observer_of_the_wave_sees_every_attempt(server, provider):
    seen: list[str] = []

    async def wave():
        async with provider.following(2, lambda exchange: seen.append(exchange.path)) as following:
            await following.details(stock(server, 3))

    asyncio.run(wave())
    assert len(seen) == 6


def test_two_questions_at_once_wait_for_each_other(server, provider):
    wanted = stock(server, 10)

    async def wave():
        async with provider.following(2) as following:
            return await asyncio.gather(following.details(wanted), following.details(wanted))

    for results in asyncio.run(wave()):
        assert all(isinstance(one, Procedure) for one in results)


def test_a_proxy_of_the_environment_is_used(server, provider, monkeypatch):
    """The scripted server plays a proxy that refuses everything."""
    wanted = stock(server, 2)
    provider.firmadigitale.recent()
    monkeypatch.setenv("http_proxy", server.address)
    monkeypatch.setenv("no_proxy", "")
    results = follow(provider, wanted, 2)
    assert all(isinstance(one, ProviderError | Procedure) for one in results)
    assert any(request.path.startswith("http://") for request in server.requests)
