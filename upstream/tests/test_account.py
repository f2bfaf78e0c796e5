from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from upstream import NotFound, Rejected, Unavailable

from .samples import refusal, wrapped
from .server import Reply

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_the_wallet_is_exact(server, provider):
    server.on(
        "GET /wallet",
        Reply(body=b'{"data": {"credit": 12.345678901, "updatedAt": "2026-11-24T09:00:00+00:00"}}'),
    )
    wallet = provider.account.wallet()
    assert (wallet.credit, wallet.updated_at) == (Decimal("12.345678901"), AT)
    assert server.seen("POST /tokens") == []


def test_a_credit_as_text_is_read(server, provider):
    server.on("GET /wallet", Reply(body={"credit": "125.50"}))
    assert provider.account.wallet().credit == Decimal("125.50")


def test_a_wallet_without_credit_is_unavailable(server, provider):
    server.on("GET /wallet", Reply(body=wrapped({})))
    with pytest.raises(Unavailable):
        provider.account.wallet()


def test_a_refused_login_is_rejected_and_not_repeated(server, provider):
    server.on("GET /wallet", Reply(401, refusal("Wrong credentials", 1)))
    with pytest.raises(Rejected):
        provider.account.wallet()
    assert len(server.seen("GET /wallet")) == 1


def movement(number: int, at: str | None = "2026-11-24T09:00:00+00:00") -> dict[str, object]:
    return {"id": f"txn_{number}", "amount": -0.7, "createdAt": at, "description": "API usage - esignature"}


def test_transactions_are_read_to_the_last_page(server, provider):
    rows = [movement(number) for number in range(150)]
    server.on(
        "GET /wallet/transactions",
        Reply(body=wrapped(rows[:100])),
        Reply(body=wrapped(rows[100:])),
        Reply(404, b""),
    )
    found = provider.account.transactions()
    assert len(found) == 150
    assert sum(one.amount for one in found) == Decimal("-105.0")
    assert {one.created_at for one in found} == {AT}


def test_transactions_since_a_time_leave_out_the_older_ones(server, provider):
    rows = [movement(1, "2026-11-23T09:00:00+00:00"), movement(2), movement(3, None)]
    server.on("GET /wallet/transactions", Reply(body=wrapped(rows)))
    assert [one.id for one in provider.account.transactions(AT)] == ["txn_2", "txn_3"]


def test_no_transaction_yet_is_an_empty_list(server, provider):
    server.on("GET /wallet/transactions", Reply(404, refusal("none", 1)))
    assert provider.account.transactions() == []


def test_subscriptions_are_read(server, provider):
    row = {
        "id": "s1", "scope": "POST:esignature.openapi.com/EU-SES", "active": True, "availableRequests": "950",
        "startsAt": "2026-11-24T09:00:00+00:00", "expiresAt": None,
    }  # fmt: skip
    server.on("GET /subscriptions", Reply(body=wrapped([row])))
    plan = provider.account.subscriptions()[0]
    assert (plan.active, plan.available_requests, plan.starts_at, plan.expires_at) == (True, 950, AT, None)


def test_prices_are_read_live(server, provider):
    row = {
        "id": "7",
        "scope": "POST:x/EU-SES",
        "enabled": True,
        "rateLimit": False,
        "prices": {"pay_per_use": 0.7},
    }
    server.on("GET /scopes", Reply(body=wrapped({"data": [row]})))
    server.on("GET /scopes/7", Reply(body=wrapped(row)))
    assert provider.account.scopes()[0].enabled
    assert provider.account.scope("7").prices == {"pay_per_use": Decimal("0.7")}
    with pytest.raises(NotFound):
        provider.account.scope("8")
