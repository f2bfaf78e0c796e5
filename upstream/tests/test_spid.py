"""A voucher is bought by a GET: sent once, read leniently, and its link shown to nobody."""

from __future__ import annotations

import logging

import pytest

from upstream import (
    InsufficientCredit,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    SoldOut,
    Throttled,
    Unavailable,
)

from .samples import refusal, wrapped
from .server import Reply

ROUTE = "GET /spid_personale"
SECRET = "rzeup-0000GJA0000cNS"
LINK = f"https://onboarding.namirialtsp.com/wizard/userSelfRegistration?voucher={SECRET}"


def fails(provider, kind: type[ProviderError]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        provider.spid.buy()
    assert type(caught.value) is kind
    return caught.value


def test_a_voucher_is_its_link(server, provider):
    server.on(ROUTE, Reply(body=wrapped({"url": LINK})))
    voucher = provider.spid.buy()
    assert voucher.link == LINK
    assert SECRET not in repr(voucher)
    assert len(server.seen(ROUTE)) == 1


def test_an_answer_without_its_envelope_will_do(server, provider):
    server.on(ROUTE, Reply(body={"url": LINK}))
    assert provider.spid.buy().link == LINK


def test_its_token_opens_nothing_else(server, connect):
    server.on(ROUTE, Reply(body=wrapped({"url": LINK})))
    connect(test_hosts=False).spid.buy()
    assert server.seen("POST /tokens")[0].body["scopes"] == ["GET:ws.firmadigitale.com/spid_personale"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(402, refusal("Insufficient Credit in Wallet: 182.03", 801)), InsufficientCredit),
        (Reply(422, refusal("spid personale sold out", 800)), SoldOut),
        (Reply(422, refusal("something else", 1)), SoldOut),
        (Reply(429, refusal("slowly", 1)), Throttled),
        (Reply(401, refusal("Wrong Token", 125.22)), Unavailable),
        (Reply(403, refusal("scope", 1)), Rejected),
        (Reply(404, refusal("gone", 1)), Rejected),
    ],
)
def test_a_refusal_proves_that_nothing_was_bought(server, provider, reply, kind):
    server.on(ROUTE, reply)
    assert fails(provider, kind).proves_not_bought
    assert len(server.seen(ROUTE)) == 1


def test_an_account_without_the_scope_is_no_sold_out_shop(server, provider):
    server.on("POST /tokens", Reply(422, refusal("Invalid scopes specified or API not enabled", 90)))
    assert fails(provider, Unavailable).proves_not_bought
    assert server.seen(ROUTE) == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, refusal("oops", 1)),
        Reply(502, b"<html>Bad gateway</html>", {"content-type": "text/html"}),
        Reply(hang_up=True),
        Reply(body=wrapped({"url": LINK}), cut_to=30),
        Reply(body=f'{{"data": {{"url": "{LINK}'.encode()),
        Reply(body=wrapped({"id": "67f0c1"})),
        Reply(body=wrapped({"url": ""})),
        Reply(body=wrapped({"url": f"onboarding.namirialtsp.com/wizard?voucher={SECRET}"})),
        Reply(body=wrapped({"url": "javascript:alert(1)"})),
        Reply(body=wrapped(None)),
        Reply(body=b""),
        Reply(200, refusal("internal", 3)),
    ],
    ids=["500", "502", "reset", "cut", "half json", "no url", "empty url", "no scheme", "script", "null", "empty",
         "200 failure"],
)  # fmt: skip
def test_what_cannot_be_told_is_an_unknown_outcome_and_never_repeated(server, provider, reply):
    server.on(ROUTE, reply)
    error = fails(provider, OutcomeUnknown)
    assert not error.proves_not_bought
    assert SECRET not in f"{error!r} {error} {error.body}"
    assert len(server.seen(ROUTE)) == 1


def test_the_link_is_in_no_record_and_no_log(server, provider, exchanges, caplog):
    caplog.set_level(logging.DEBUG)
    odd = f"onboarding.namirialtsp.com/wizard?voucher={SECRET}"
    server.on(ROUTE, Reply(body=wrapped({"url": LINK})), Reply(body=wrapped({"url": odd})))
    provider.spid.buy()
    fails(provider, OutcomeUnknown)
    paid = [exchange for exchange in exchanges if exchange.path == "/spid_personale"]
    assert [exchange.is_paid for exchange in paid] == [True, True]
    assert SECRET not in repr(paid) + caplog.text
