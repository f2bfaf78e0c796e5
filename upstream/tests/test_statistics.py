"""What the provider counted, how plans are told in full, and wallets whose rows have no names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from upstream import Counts, NotFound, Rejected

from .samples import refusal, wrapped
from .server import Reply

DAY = date(2026, 11, 24)
DOMAIN = "esignature.openapi.com"
ROW = {
    "totalRequests": 9, "walletRequests": "3", "subscriptionRequests": 2, "errorRequests": 1, "walletAmount": 2.1,
    "totalIps": 1,
}  # fmt: skip
COUNTS = Counts(9, 3, 2, 1, Decimal("2.1"))


def test_a_day_is_asked_for_by_its_date(server, provider):
    server.on("GET /stats", Reply(body=wrapped(ROW)))
    assert provider.account.statistics(DAY) == COUNTS
    assert [one.query for one in server.seen("GET /stats")] == ["date=2026-11-24"]


def test_domains_and_scopes_are_read(server, provider):
    server.on("GET /stats/apis", Reply(body=wrapped({DOMAIN: ROW, "sms.openapi.com": {}})))
    assert provider.account.statistics_by_domain(DAY) == {DOMAIN: COUNTS, "sms.openapi.com": Counts()}
    one = {**ROW, "ip": ["10.0.0.1"], "scopes": {f"POST:{DOMAIN}/EU-SES": ROW, "odd": None}}
    server.on(f"GET /stats/apis/{DOMAIN}", Reply(body=one))
    read = provider.account.statistics_of(DOMAIN, DAY)
    assert (read.domain, read.counts) == (DOMAIN, COUNTS)
    assert read.scopes == {f"POST:{DOMAIN}/EU-SES": COUNTS, "odd": Counts()}


@pytest.mark.parametrize(
    "reply", [Reply(404, refusal("none", 1)), Reply(body=wrapped([])), Reply(body=wrapped(None))]
)
def test_nothing_counted_is_nothing(server, provider, reply):
    for path in ("/stats", "/stats/apis", f"/stats/apis/{DOMAIN}"):
        server.on(f"GET {path}", reply)
    assert provider.account.statistics(DAY) == Counts()
    assert provider.account.statistics_by_domain(DAY) == {}
    assert provider.account.statistics_of(DOMAIN, DAY).scopes == {}


def test_a_date_that_is_refused_is_rejected(server, provider):
    server.on("GET /stats", Reply(422, refusal("Invalid date format", 240)))
    with pytest.raises(Rejected):
        provider.account.statistics(DAY)


def test_a_plan_is_told_in_full(server, provider):
    row = {
        "id": "s1", "scope": "POST:x/EU-SES", "active": "true", "availableRequests": "950", "totalRequests": "1000",
        "pricePerRequest": 0.14, "type": "monthly", "autorenew": True, "startsAt": "2026-11-01T00:00:00+00:00",
    }  # fmt: skip
    server.on("GET /subscriptions/s1", Reply(body=wrapped(row)))
    plan = provider.account.subscription("s1")
    assert (plan.available_requests, plan.total_requests, plan.price_per_request) == (
        950,
        1000,
        Decimal("0.14"),
    )
    assert (plan.kind, plan.is_renewed, plan.active) == ("monthly", True, True)
    with pytest.raises(NotFound):
        provider.account.subscription("s2")


def test_lines_without_an_id_are_none_the_less_read(server, provider):
    rows = [{"amount": -0.7, "createdAt": at} for at in ("2026-11-24T09:00:00Z", "2026-11-24T09:00:01Z")]
    server.on("GET /wallet/transactions", Reply(body=wrapped(rows)), Reply(404, b""))
    found = provider.account.transactions()
    assert len({one.id for one in found}) == 2
    assert all(one.id.startswith("nameless-") for one in found)


def test_reading_stops_where_sorted_pages_have_become_older(server, provider):
    start = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    rows = [
        {"id": f"txn_{n}", "amount": -1, "createdAt": (start - timedelta(minutes=n)).isoformat()}
        for n in range(300)
    ]
    pages = [Reply(body=wrapped(rows[at : at + 100])) for at in range(0, 300, 100)]
    server.on("GET /wallet/transactions", *pages)
    assert len(provider.account.transactions(start - timedelta(minutes=120))) == 121
    assert len([one for one in server.requests if one.path.startswith("/wallet/transactions")]) == 2
